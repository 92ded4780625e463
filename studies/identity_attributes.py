"""The second case study: identity and attributes, of which every training picture has one.

Of the pictures of 200 synthetic people, every other one is labelled with its person, the rest with
attributes. Arms: each task alone, both without coupling, coupled by distribution
matching, by posterior co-annotation (attributes give a soft person), by both, and the last two with
a table that knows of no relation (every row the base rates); identity by the margin softmax, and
once by plain cross entropy. The table p(attribute | identity) is estimated on the whole training
split, before labels are hidden; that, and which labels are hidden, is this project's choice.

    python -m studies.identity_attributes DATABASES --work WORK
    python -m studies.identity_attributes --page

DATABASES is what `facebehavior synthesize synthetic_study --only identity` has made; WORK is for
crops. Tests: closed-set identification of the same people (`test_same_people`),
verification of people never seen (`test_new_people`), attributes on both. Results come one JSON a
run; what is there is not done again. `--page` writes the page from the results alone.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from facebehavior.databases import Shards
from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.labels import ATTRIBUTE_COLUMNS, Manifest, person_names
from facebehavior.relatedness import identity_relatedness, save_relatedness
from facebehavior.training.configuration import checked_configuration
from studies.asking import asked
from studies.contrasts import (
    INTERVALS,
    as_they_are,
    collected,
    contrast_table,
    differences,
    keep_draws,
)
from studies.identity_figures import FIGURES, drawn_figures
from studies.preparing import has_shards, prepare_databases, write_rows
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
NAME = "identity_attributes"
SUMMARY = RESULTS / f"{NAME}.json"
SEEDS = range(4)
BOTH = ("identity", "attributes")
MATCHING = {"distribution_matching": {"weight": 0.1}}
POSTERIOR = {"posterior_co_annotation": {"weight": 0.3, "leak": 0.05}}
MARGINAL = {"control": "marginal"}
ARMS: Mapping[str, tuple[Sequence[str], Mapping[str, Any], float]] = {
    "identity alone": (("identity",), {}, 0.3),
    "attributes alone": (("attributes",), {}, 0.3),
    "uncoupled": (BOTH, {}, 0.3),
    "uncoupled, no margin": (BOTH, {}, 0.0),
    "matching": (BOTH, MATCHING, 0.3),
    "posterior": (BOTH, POSTERIOR, 0.3),
    "posterior, marginal": (BOTH, {**POSTERIOR, **MARGINAL}, 0.3),
    "both": (BOTH, {**MATCHING, **POSTERIOR}, 0.3),
    "both, marginal": (BOTH, {**MATCHING, **POSTERIOR, **MARGINAL}, 0.3),
}
"""Of each arm: its tasks, its coupling and its margin."""
CONTRASTS = {
    "couplings": tuple((arm, "uncoupled") for arm in ("matching", "posterior", "both")),
    "relation": (
        ("posterior", "posterior, marginal"),
        ("both", "both, marginal"),
        ("posterior, marginal", "uncoupled"),
    ),
    "company": (("uncoupled", "identity alone"), ("uncoupled", "attributes alone")),
    "margin": (("uncoupled", "uncoupled, no margin"),),
}
"""What is compared, in all figures but the accuracy of attributes, by family of p-values."""
COMPARED = tuple(FIGURES)[:4]
EPOCHS, BATCH = 30, 96


def derive(work: Path) -> None:
    """Part the training pictures into those with identity and those with attributes."""
    shards = Shards(work / "shards" / "identity")
    table = shards.manifest.table
    training = np.flatnonzero([s == "train" for s in table["split"].to_pylist()])
    table = table.take(pa.array(training))
    alternate = np.arange(len(table)) % 2 == 0
    for name, rows, hidden in (
        ("half_identity", alternate, ATTRIBUTE_COLUMNS),
        ("half_attributes", ~alternate, ("identity",)),
    ):
        folder = work / "shards" / name
        if not has_shards(folder):
            part = table.filter(pa.array(rows))
            part = part.drop_columns([n for n in hidden if n in part.column_names])
            write_rows(part, shards.crop_parameters, folder)
    path = work / "identity_relatedness.json"
    if not path.is_file():
        save_relatedness(identity_relatedness(Manifest(table)), path)


def work_on(job: Job, work: Path) -> dict[str, Any]:
    """Train one network and test it."""
    tasks, coupling, margin = ARMS[job.settings["arm"]]
    names = {"identity": "half_identity", "attributes": "half_attributes"}
    further = []
    if coupling:
        table = str(work / "identity_relatedness.json")
        pair = {"first": "identity", "second": "attributes", "table": table}
        further = [{**pair, **coupling}]
    content: dict[str, Any] = {
        "name": job.name,
        "seed": job.settings["seed"],
        "label_sets": [
            {"name": task, "sources": [{"shards": str(work / "shards" / names[task])}]}
            for task in tasks
        ],
        "network": {"backbone": "small", "width": 16, "normalisation": "group", "dropout": 0.1,
                    "heads": list(tasks)},
        "losses": {"identity_margin": margin, "identity_scale": 16.0, "identity": 0.3},
        "further_couplings": further,
        # A network of one task sees as many pictures of it as one of both does.
        "optimisation": {"epochs": EPOCHS, "batch_size": BATCH * len(tasks) // 2,
                         "learning_rate": 0.004, "warm_up": 0.1, "averaging": 0.97},
        **SMALL_FACES,
    }  # fmt: skip
    network = trained_network(checked_configuration(content, job.name))
    labelled = person_names(Shards(work / "shards" / "half_identity").manifest)
    people = sorted({name for name in labelled if name is not None})
    drawn = drawn_figures(network, Shards(work / "shards" / "identity"), people)
    keep_draws(RESULTS / NAME / f"{job.name}.npz", drawn)
    return {**job.settings, "figures": as_they_are(drawn, FIGURES)}


def page(found: Mapping[str, Mapping[str, Any]], summary: Mapping[str, Any]) -> str:
    """Write the results as Markdown."""
    seeds = Counter(one["arm"] for one in found.values())
    rows = [
        (arm, str(seeds[arm]), *(mean_and_spread(found, arm, figure) for figure in FIGURES))
        for arm in ARMS
    ]
    names = "\n".join(f"- `{name}`: {text}" for name, text in FIGURES.items())
    return (
        "# Identity and attributes\n\n"
        f"{discussion(__file__)}"
        "Synthetic people; 4,000 training pictures of 200 of them, every other labelled with the "
        "person, the rest with attributes. Chance of identification is .005.\n\n"
        f"{names}\n\n"
        "Mean ± standard deviation over seeds:\n\n"
        f"{markdown_table(('networks', 'seeds', *FIGURES), rows)}\n\n"
        f"## Contrasts\n\n{INTERVALS}\n\n"
        f"{contrast_table(summary['contrasts'])}\n\n"
        "Made by `python -m studies.identity_attributes`.\n"
    )


def main() -> None:
    """Do the runs, and write the page."""
    given = asked(__doc__)
    jobs = arms_by_seeds(ARMS, SEEDS)
    if not given.page:
        prepare_databases({"identity": given.databases / "identity"}, given.work / "shards")
        derive(given.work)
        found = do_all(jobs, partial(work_on, work=given.work), RESULTS / NAME, given.processes)
        write_json(summary_of(found), SUMMARY)
    with writing(RESULTS / f"{NAME}.md") as path:
        path.write_text(page(read_all(jobs, RESULTS / NAME), json.loads(SUMMARY.read_text())))


def summary_of(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give means and contrasts."""
    contrasts = differences(CONTRASTS, COMPARED, collected(found, RESULTS / NAME))
    return {"means": means(found, ARMS, FIGURES), "contrasts": [vars(c) for c in contrasts]}


if __name__ == "__main__":
    main()
