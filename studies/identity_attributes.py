"""The second case study: identity and attributes, of which every training picture has one.

Of the pictures of 200 synthetic people, every other one is labelled with its person, the rest with
attributes. Arms, named beforehand: each task alone, both without coupling, coupled by distribution
matching, by posterior co-annotation (attributes give a soft person), by both, and both with a table
that knows of no relation (every row the base rates); identity by the margin softmax, and once by
plain cross entropy. The table p(attribute | identity) is estimated on the whole training split,
before labels are hidden; that, and which labels are hidden, is this project's choice.

    python -m studies.identity_attributes WORK

WORK holds `shards/identity`. Tests: closed-set identification of the same people
(`test_same_people`), verification of people never seen (`test_new_people`), attributes on both.
Results come one JSON a run.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from facebehavior.databases import Shards
from facebehavior.databases.shards import write_shard
from facebehavior.evaluation.figures import mean_accuracy
from facebehavior.evaluation.judging import drawn_pairs
from facebehavior.evaluation.metrics import roc_auc
from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.labels import (
    ATTRIBUTE_COLUMNS,
    ATTRIBUTES_TASK,
    Manifest,
    label_arrays,
    person_names,
)
from facebehavior.network import FaceBehaviorNet, NetworkConfiguration
from facebehavior.relatedness import identity_relatedness, save_relatedness
from facebehavior.training import run_training
from facebehavior.training.batches import Pictures
from facebehavior.training.checkpoints import load_weights
from facebehavior.training.configuration import checked_configuration
from facebehavior.training.loop import BEST
from facebehavior.training.validation import answers, mean_auc
from studies.runs import (
    Job,
    arms_by_seeds,
    discussion,
    do_all,
    mean_and_spread,
    values,
    write_means,
)

RESULTS = Path("docs/results")
SEEDS = range(4)
BOTH = ("identity", "attributes")
MATCHING = {"distribution_matching": {"weight": 0.1}}
POSTERIOR = {"posterior_co_annotation": {"weight": 0.3, "leak": 0.05}}
ARMS: Mapping[str, tuple[Sequence[str], Mapping[str, Any], float]] = {
    "identity alone": (("identity",), {}, 0.3),
    "attributes alone": (("attributes",), {}, 0.3),
    "uncoupled": (BOTH, {}, 0.3),
    "uncoupled, no margin": (BOTH, {}, 0.0),
    "matching": (BOTH, MATCHING, 0.3),
    "posterior": (BOTH, POSTERIOR, 0.3),
    "both": (BOTH, {**MATCHING, **POSTERIOR}, 0.3),
    "both, marginal": (BOTH, {**MATCHING, **POSTERIOR, "control": "marginal"}, 0.3),
}
"""Of each arm: its tasks, its coupling and its margin."""
FIGURES = {
    "identification": "closed-set identification, accuracy",
    "verification": "verification of new people, ROC AUC",
    "attributes_same": "attributes of the same people, mean ROC AUC",
    "attributes_new": "attributes of new people, mean ROC AUC",
    "accuracy_new": "attributes of new people, mean accuracy",
}
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
        if not folder.is_dir():
            part = table.filter(pa.array(rows))
            part = part.drop_columns([n for n in hidden if n in part.column_names])
            batches = iter(part.combine_chunks().to_batches())
            write_shard(folder / "shard-00000.arrow", batches, part.schema, shards.crop_parameters)
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
        "augmentation": {"rotation": 6, "scale": 0.06, "shift": 0.03, "detail": 0.4, "erase": 0.0},
        "run": {"precision": "32-true", "checkpoint_every": 100000, "validate_every": 1000},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "run"
        summary = run_training(checked_configuration(content, job.name), folder)
        network = FaceBehaviorNet(NetworkConfiguration.from_dict(dict(summary.network)))
        load_weights(folder / BEST, network)
    shards = Shards(work / "shards" / "identity")
    people = tuple(
        sorted({n for n in person_names(Shards(work / "shards" / "half_identity").manifest) if n})
    )
    return {**job.settings, "figures": measured(network, shards, people)}


def measured(
    network: FaceBehaviorNet, shards: Shards, people: Sequence[str]
) -> dict[str, float | None]:
    """Test a network on known and on new people; what it has no head for is None."""
    labels = label_arrays(shards.manifest, [ATTRIBUTES_TASK])
    splits = np.array(shards.manifest.column("split").to_pylist(), dtype=object)
    names = np.array(person_names(shards.manifest), dtype=object)
    figures: dict[str, float | None] = dict.fromkeys(FIGURES)
    for split, end in (("test_same_people", "same"), ("test_new_people", "new")):
        rows = np.flatnonzero(splits == split)
        found = answers(network, [Pictures(shards, rows, labels[rows])])
        assert found is not None
        if "attributes" in found.logits:
            truth = found.labels.further["attributes"]
            scores = found.logits["attributes"]
            figures[f"attributes_{end}"] = mean_auc(truth.values, truth.annotated, scores)
            if end == "new":
                present = truth.values > 0.5
                figures["accuracy_new"] = mean_accuracy(present, scores > 0, truth.annotated)
        if "identity" in found.logits and end == "same":
            said = np.array(people, dtype=object)[found.logits["identity"].argmax(axis=1)]
            figures["identification"] = float(np.mean(said == names[rows]))
        if "embedding" in found.logits and end == "new":
            figures["verification"] = verified(found.logits["embedding"], names[rows])
    return figures


def verified(vectors: np.ndarray[Any, Any], names: np.ndarray[Any, Any]) -> float:
    """Give the ROC AUC of 3,000 pairs of faces, half of them of one person.

    Args:
        vectors: (N, E) embeddings.
        names: (N,) of the people.
    """
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    numbers = np.unique(names.astype(str), return_inverse=True)[1].astype(np.int64)
    first, second = drawn_pairs(numbers, 3000, seed=0)
    return roc_auc(
        numbers[first] == numbers[second], (vectors[first] * vectors[second]).sum(axis=1)
    )


def page(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the results as Markdown."""
    rows = [(arm, *(mean_and_spread(found, arm, figure) for figure in FIGURES)) for arm in ARMS]
    gains = []
    for arm in list(ARMS)[4:]:
        cells = []
        for figure in FIGURES:
            ours, theirs = values(found, arm, figure), values(found, "uncoupled", figure)
            pairs = np.array(ours) - np.array(theirs)
            low, high = pairs.min(), pairs.max()
            cells.append(f"{pairs.mean():+.3f} ({low:+.3f} to {high:+.3f})")
        gains.append((arm, *cells))
    names = "\n".join(f"- `{name}`: {text}" for name, text in FIGURES.items())
    return (
        "# Identity and attributes\n\n"
        f"{discussion(__file__)}"
        "Synthetic people; 4,000 training pictures of 200 of them, every other labelled with the "
        "person, the rest with attributes. Chance of identification is .005.\n\n"
        f"{names}\n\n"
        f"Mean ± standard deviation over {len(SEEDS)} seeds:\n\n"
        f"{markdown_table(('networks', *FIGURES), rows)}\n\n"
        "Gain over the uncoupled networks, seed by seed (smallest to largest):\n\n"
        f"{markdown_table(('coupling', *FIGURES), gains)}\n\n"
        "Made by `python -m studies.identity_attributes`.\n"
    )


def main() -> None:
    """Do the runs, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    derive(arguments.work)
    jobs = arms_by_seeds(ARMS, SEEDS)
    results = RESULTS / "identity_attributes"
    found = do_all(jobs, partial(work_on, work=arguments.work), results, arguments.processes)
    with writing(RESULTS / "identity_attributes.md") as path:
        path.write_text(page(found))
    write_means(found, ARMS, FIGURES, RESULTS / "identity_attributes.json")


if __name__ == "__main__":
    main()
