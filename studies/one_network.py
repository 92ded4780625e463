"""One network for both case studies against one for each, and strangers verified.

Arms, named beforehand: a network for behaviour (expression, action units, affect, coupled by
posterior co-annotation), one for identity and attributes, one of the same size for all of it, and
one for all of it whose trunk has about as many weights as the two have together. Each task sees the
same number of pictures in every arm: its own label set's, which no other task shares.

    python -m studies.one_network WORK --lfw LFW_SHARDS

WORK holds `shards` as for the other studies; LFW_SHARDS are LFW's faces at the same size, a quarter
of the people kept for testing (`facebehavior prepare lfw ... --option test=0.25`). Tests: behaviour
in a new domain (`test`); identification of the same synthetic people, verification and attributes
of new ones; verification of LFW's people that were not trained on. Results come one JSON a run.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from facebehavior.databases import Shards
from facebehavior.databases.shards import write_shard
from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.labels import label_arrays, person_names
from facebehavior.network import FaceBehaviorNet, NetworkConfiguration
from facebehavior.training import run_training
from facebehavior.training.batches import Pictures
from facebehavior.training.checkpoints import load_weights
from facebehavior.training.configuration import checked_configuration
from facebehavior.training.loop import BEST
from facebehavior.training.validation import answers, scores
from studies.identity_attributes import measured, verified
from studies.runs import Job, arms_by_seeds, discussion, do_all, mean_and_spread, write_means

RESULTS = Path("docs/results")
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


def derive(work: Path, lfw: Path) -> None:
    """Take the pictures of LFW with nothing but their people, so that no teacher says a word."""
    folder = work / "shards" / "lfw_people"
    if folder.is_dir():
        return
    shards = Shards(lfw)
    kept = ("image", "crop", "database", "split", "subject", "identity")
    table = shards.manifest.table
    table = table.drop_columns([name for name in table.column_names if name not in kept])
    batches = iter(table.combine_chunks().to_batches())
    write_shard(folder / "shard-00000.arrow", batches, table.schema, shards.crop_parameters)


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
        "augmentation": {"rotation": 6, "scale": 0.06, "shift": 0.03, "detail": 0.4, "erase": 0.0},
        "run": {"precision": "32-true", "checkpoint_every": 100000, "validate_every": 1000},
    }  # fmt: skip
    if "expression" in sets:
        content["coupling"] = {"posterior_co_annotation": {"weight": 1.0}}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "run"
        summary = run_training(checked_configuration(content, job.name), folder)
        network = FaceBehaviorNet(NetworkConfiguration.from_dict(dict(summary.network)))
        load_weights(folder / BEST, network)
    figures: dict[str, float | None] = dict.fromkeys(FIGURES)
    if "expression" in sets:
        figures |= _behaviour(network, Shards(work / "shards" / "test"))
    if "identity" in sets:
        figures |= _identity(network, work / "shards")
    parameters = sum(weight.numel() for weight in network.parameters())
    return {**job.settings, "parameters": parameters, "figures": figures}


def _behaviour(network: FaceBehaviorNet, shards: Shards) -> dict[str, float | None]:
    splits = np.array(shards.manifest.column("split").to_pylist(), dtype=object)
    rows = np.flatnonzero(splits == "test")
    found = answers(network, [Pictures(shards, rows, label_arrays(shards.manifest)[rows])])
    assert found is not None
    reached = scores(found)
    return {name: reached[name] for name in ("expression_uar", "action_units_auc", "affect_ccc")}


def _identity(network: FaceBehaviorNet, folder: Path) -> dict[str, float | None]:
    people = _known([Shards(folder / name) for name in PEOPLE])
    reached = measured(network, Shards(folder / "identity"), people)
    figures = {name: reached[name] for name in FIGURES if name in reached}
    shards = Shards(folder / "lfw_people")
    names = np.array(person_names(shards.manifest), dtype=object)
    splits = np.array(shards.manifest.column("split").to_pylist(), dtype=object)
    rows = np.flatnonzero(splits == "test")
    found = answers(network, [Pictures(shards, rows, label_arrays(shards.manifest)[rows])])
    assert found is not None
    figures["lfw_verification"] = verified(found.logits["embedding"], names[rows])
    return figures


def _known(sources: Sequence[Shards]) -> tuple[str, ...]:
    """Give the people trained on, in the order of the network's answers."""
    names: list[str] = []
    for shards in sources:
        splits = shards.manifest.column("split").to_pylist()
        people = zip(person_names(shards.manifest), splits, strict=True)
        names += [name for name, split in people if name is not None and split == "train"]
    return tuple(sorted(name for name, pictures in Counter(names).items() if pictures > 1))


def page(found: Mapping[str, Mapping[str, Any]]) -> str:
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
        "Made by `python -m studies.one_network`.\n"
    )


def main() -> None:
    """Do the runs, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--lfw", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    derive(arguments.work, arguments.lfw)
    jobs = arms_by_seeds(ARMS, SEEDS)
    results = RESULTS / "one_network"
    found = do_all(jobs, partial(work_on, work=arguments.work), results, arguments.processes)
    with writing(RESULTS / "one_network.md") as path:
        path.write_text(page(found))
    write_means(found, ARMS, FIGURES, RESULTS / "one_network.json")


if __name__ == "__main__":
    main()
