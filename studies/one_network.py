"""One network for both case studies against one for each, and strangers verified.

Arms, named beforehand: a network for behaviour (expression, action units, affect, coupled by
posterior co-annotation), one for identity and attributes, one of the same size for all of it, and
one for all of it whose trunk has about as many weights as the two have together. Each task sees the
same number of pictures in every arm: its own label set's, which no other task shares.

    python -m studies.one_network DATABASES LFW --work WORK
    python -m studies.one_network --page

DATABASES is what `facebehavior synthesize synthetic_study` has made, LFW the folder of that release
(a quarter of its people is kept for testing); WORK is for crops. Tests: behaviour in a
new domain (`test`); identification of the same synthetic people, verification and attributes of new
ones; verification of LFW's people that were not trained on. Results come one JSON a run; what is
there is not done again. `--page` writes the page from the results alone.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from facebehavior.databases import Shards
from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.labels import label_arrays, person_names
from facebehavior.network import FaceBehaviorNet
from facebehavior.training.batches import Pictures
from facebehavior.training.configuration import checked_configuration
from facebehavior.training.validation import answers
from studies.asking import asked
from studies.contrasts import (
    INTERVALS,
    as_they_are,
    collected,
    contrast_table,
    differences,
    keep_draws,
)
from studies.identity_figures import drawn_figures, verified
from studies.negative_transfer.predictions import predict
from studies.negative_transfer.replicating import replicated
from studies.preparing import has_shards, prepare_databases, write_rows
from studies.resampling import Array, person_numbers
from studies.runs import (
    Job,
    arms_by_seeds,
    discussion,
    do_all,
    mean_and_spread,
    means,
    read_all,
    write_json,
)
from studies.small_networks import SMALL_FACES, trained_network

RESULTS = Path("docs/results")
NAME = "one_network"
SUMMARY = RESULTS / f"{NAME}.json"
SEEDS = range(3)
BEHAVIOUR = ("expression", "action_units", "affect")
PEOPLE = ("identity", "lfw_people")
HEADS = {"identity": ("identity", "attributes"), "lfw_people": ("identity",)}
ARMS: Mapping[str, tuple[Sequence[str], int]] = {
    "behaviour alone": (BEHAVIOUR, 16),
    "identity alone": (PEOPLE, 16),
    "one network": ((*BEHAVIOUR, *PEOPLE), 16),
    "one network, wider": ((*BEHAVIOUR, *PEOPLE), 24),
}
"""Of each arm: its label sets and its width."""
FIGURES = {
    "expression_uar": "expressions, unweighted average recall",
    "action_units_auc": "action units, mean ROC AUC",
    "affect_ccc": "valence and arousal, mean CCC",
    "identification": "closed-set identification of synthetic people, accuracy",
    "verification": "verification of new synthetic people, ROC AUC",
    "attributes_new": "attributes of new synthetic people, mean ROC AUC",
    "lfw_verification": "verification of LFW people not trained on, ROC AUC",
}
EPOCHS, PICTURES_A_SET = 20, 48


CONTRASTS = {
    name: tuple((joint, alone) for alone in ("behaviour alone", "identity alone"))
    for name, joint in (("same size", "one network"), ("wider", "one network, wider"))
}
"""What is compared, in every figure that both arms have, by family of p-values."""


def prepare(databases: Path, lfw: Path, shards: Path) -> None:
    """Cut out all faces; of LFW's keep nothing but their people, so that no teacher says a word."""
    synthetic = (*BEHAVIOUR, "identity", "test")
    prepare_databases({name: databases / name for name in synthetic}, shards)
    output = shards / "lfw_people"
    if has_shards(output):
        return
    prepare_databases({"lfw": lfw}, shards, "lfw", ["test=0.25"])
    source = Shards(shards / "lfw")
    kept = ("image", "crop", "database", "split", "subject", "identity")
    table = source.manifest.table
    table = table.drop_columns([name for name in table.column_names if name not in kept])
    write_rows(table, source.crop_parameters, output)


def work_on(job: Job, work: Path) -> dict[str, Any]:
    """Train one network and test it."""
    sets, width = ARMS[job.settings["arm"]]
    heads = list(dict.fromkeys(head for name in sets for head in HEADS.get(name, (name,))))
    sources = [
        {
            "name": name,
            "sources": [{"shards": str(work / "shards" / name), "split": "train"}],
        }
        for name in sets
    ]
    content: dict[str, Any] = {
        "name": job.name,
        "seed": job.settings["seed"],
        "label_sets": sources,
        "network": {"backbone": "small", "width": width, "normalisation": "group",
                    "dropout": 0.1, "heads": heads},
        "losses": {"identity_margin": 0.3, "identity_scale": 16.0, "identity": 0.3},
        "optimisation": {"epochs": EPOCHS, "batch_size": PICTURES_A_SET * len(sets),
                         "learning_rate": 0.004, "warm_up": 0.1, "averaging": 0.97},
        **SMALL_FACES,
    }  # fmt: skip
    if "expression" in sets:
        content["coupling"] = {"posterior_co_annotation": {"weight": 1.0}}
    network = trained_network(checked_configuration(content, job.name))
    drawn: dict[str, Array] = {}
    if "expression" in sets:
        found = predict(network, work / "shards" / "test", "test")
        for task in BEHAVIOUR:
            drawn |= replicated(task, found)
    if "identity" in sets:
        drawn |= _identity(network, work / "shards")
    keep_draws(RESULTS / NAME / f"{job.name}.npz", {n: drawn[n] for n in FIGURES if n in drawn})
    parameters = sum(weight.numel() for weight in network.parameters())
    return {**job.settings, "parameters": parameters, "figures": as_they_are(drawn, FIGURES)}


def _identity(network: FaceBehaviorNet, folder: Path) -> dict[str, Array]:
    people = _known([Shards(folder / name) for name in PEOPLE])
    figures = drawn_figures(network, Shards(folder / "identity"), people)
    shards = Shards(folder / "lfw_people")
    splits = np.array(shards.manifest.column("split").to_pylist(), dtype=object)
    rows = np.flatnonzero(splits == "test")
    found = answers(network, [Pictures(shards, rows, label_arrays(shards.manifest)[rows])])
    assert found is not None
    persons = person_numbers(np.array(person_names(shards.manifest), dtype=object)[rows])
    return figures | {"lfw_verification": verified(found.logits["embedding"], persons)}


def _known(sources: Sequence[Shards]) -> tuple[str, ...]:
    """Give the people trained on, in the order of the network's answers."""
    names: list[str] = []
    for shards in sources:
        splits = shards.manifest.column("split").to_pylist()
        people = zip(person_names(shards.manifest), splits, strict=True)
        names += [name for name, split in people if name is not None and split == "train"]
    return tuple(sorted(name for name, pictures in Counter(names).items() if pictures > 1))


def page(found: Mapping[str, Mapping[str, Any]], summary: Mapping[str, Any]) -> str:
    """Write the results as Markdown."""
    rows = []
    for arm in ARMS:
        weights = next(one["parameters"] for one in found.values() if one["arm"] == arm)
        cells = (mean_and_spread(found, arm, figure) for figure in FIGURES)
        rows.append((arm, f"{weights / 1e3:.0f}", *cells))
    names = "\n".join(f"- `{name}`: {text}" for name, text in FIGURES.items())
    return (
        "# One network for both case studies, or two\n\n"
        f"{discussion(__file__)}"
        "Five label sets of about 4,000 pictures: expressions, action units, valence and arousal, "
        "identity and attributes of synthetic people, and people of LFW; no two share a picture. "
        f"{EPOCHS} passes over each in every arm.\n\n"
        f"{names}\n\n"
        f"Mean ± standard deviation over {len(SEEDS)} seeds:\n\n"
        f"{markdown_table(('networks', 'thousand weights', *FIGURES), rows)}\n\n"
        f"## Contrasts\n\n{INTERVALS}\n\n"
        f"{contrast_table(summary['contrasts'])}\n\n"
        "Made by `python -m studies.one_network`.\n"
    )


def main() -> None:
    """Do the runs, and write the page."""
    given = asked(__doc__, ("databases", "lfw"))
    jobs = arms_by_seeds(ARMS, SEEDS)
    if not given.page:
        prepare(given.databases, given.lfw, given.work / "shards")
        found = do_all(jobs, partial(work_on, work=given.work), RESULTS / NAME, given.processes)
        write_json(summary_of(found), SUMMARY)
    with writing(RESULTS / f"{NAME}.md") as path:
        path.write_text(page(read_all(jobs, RESULTS / NAME), json.loads(SUMMARY.read_text())))


def summary_of(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give means and contrasts."""
    contrasts = differences(CONTRASTS, tuple(FIGURES), collected(found, RESULTS / NAME))
    return {"means": means(found, ARMS, FIGURES), "contrasts": [vars(c) for c in contrasts]}


if __name__ == "__main__":
    main()
