"""Rare expressions: FER2013Train in five folds, since FER2013Valid shows disgust 25 times.

The packaged model's trunk has seen all of FER2013Train. So its network is trained anew for each
fold: a trunk that has learned rendered heads alone, and then the votes of the other four folds,
with the losses of `recipes/packaged/model.yaml`; nothing is chosen on the fold. FER2013 holds many
pictures more than once: copies, equal to the pixel, are in one fold.

    python -m studies.ferplus_folds FERPLUS HEADS --work WORK
    python -m studies.ferplus_folds --page

FERPLUS is the shards of FER+, HEADS a folder of those of rendered heads, as
`recipes/packaged/README.md` makes them. Results come one JSON a fold; what is there is not done
again.
"""

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.databases import Shards
from facebehavior.evaluation import bootstrap, find_protocol, wilson
from facebehavior.evaluation.metrics import (
    accuracy,
    confusion_matrix,
    unweighted_average_recall,
)
from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.labels import EXPRESSIONS
from facebehavior.training import export_run, run_training
from facebehavior.training.configuration import Configuration, checked_configuration
from facebehavior.training.run import run_data
from facebehavior.training.validation import answers
from studies.asking import asked
from studies.preparing import has_shards, write_rows
from studies.runs import Job, discussion, do_all, read_all, write_json
from studies.small_networks import trained_network

RESULTS = Path("docs/results")
NAME = "ferplus_folds"
FOLDS = 5
JOBS = [Job(f"fold{number}", {"fold": number}) for number in range(FOLDS)]
NETWORK = {"backbone": "compact_grid", "width": 32, "dropout": 0.2}
HEADS = ("varied", "worn", "more_varied", "more_worn")
COMMON: Mapping[str, Any] = {
    "losses": {"logit_adjustment": 0.3, "affect": 0.5},
    # The last weights are taken: a fold that chose among them would flatter itself.
    "run": {"precision": "bf16-mixed", "checkpoint_every": 100000, "validate_every": 1000},
}


def copies(shards: Shards, rows: NDArray[np.int64]) -> list[str]:
    """Give a name to each of some pictures; copies have one name."""
    return [hashlib.sha256(shards.crop(int(row)).tobytes()).hexdigest()[:16] for row in rows]


def derive(ferplus: Path, output: Path) -> None:
    """Take the votes of the training part alone, and let copies count as one subject."""
    if has_shards(output):
        return
    shards = Shards(ferplus)
    table = shards.manifest.table
    rows = np.flatnonzero([split == "train" for split in table["split"].to_pylist()])
    kept = ("image", "crop", "database", "split", "expression", "expression_votes")
    table = table.select([name for name in table.column_names if name in kept]).take(pa.array(rows))
    table = table.append_column("subject", pa.array(copies(shards, rows)))
    write_rows(table, shards.crop_parameters, output)


def train_start(heads: Path, work: Path) -> None:
    """Train the network that all folds start with, on rendered heads alone."""
    if _start(work).is_file():
        return
    sources = [{"shards": str(heads / name), "split": "train"} for name in HEADS]
    content = {
        "name": "heads",
        "seed": 1,
        "label_sets": [{"name": "heads", "sources": sources}],
        "network": {**NETWORK, "heads": ["expression", "action_units", "affect"]},
        "optimisation": {"epochs": 1, "batch_size": 96, "learning_rate": 0.001,
                         "warm_up": 0.05, "averaging": 0.998},
        **COMMON,
    }  # fmt: skip
    run_training(checked_configuration(content, "heads"), work / "heads")
    export_run(work / "heads", _start(work))


def configuration_of(fold: int, work: Path) -> Configuration:
    """Give the training configuration of a fold."""
    source = {"shards": str(work / NAME), "fold": {"number": fold, "of": FOLDS}}
    content = {
        "name": f"fold{fold}",
        "seed": 1,
        "trunk_from": str(_start(work)),
        "label_sets": [{"name": "votes", "sources": [source]}],
        "network": {**NETWORK, "heads": ["expression"]},
        "optimisation": {"epochs": 8, "batch_size": 96, "learning_rate": 0.001,
                         "warm_up": 0.05, "averaging": 0.999},
        **COMMON,
    }  # fmt: skip
    return checked_configuration(content, f"fold{fold}")


def work_on(job: Job, work: Path) -> dict[str, Any]:
    """Train on four folds, and test on one."""
    configuration = configuration_of(job.settings["fold"], work)
    network = trained_network(configuration)
    (tested,) = run_data(configuration).held_out
    found = answers(network, [tested])
    assert found is not None
    truth = find_protocol("ferplus-majority").truth(tested.shards.manifest).expression
    assert truth is not None
    judged = truth[tested.rows]
    said = found.logits["expression"].argmax(axis=1)
    confusion = confusion_matrix(
        judged.values[judged.annotated], said[judged.annotated], len(EXPRESSIONS)
    )
    return {**job.settings, "confusion": confusion.tolist()}


def summary_of(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Pool the folds: accuracy, UAR and each recall with its interval over pictures."""
    confusion = np.sum([one["confusion"] for one in found.values()], axis=0)
    places = np.indices(confusion.shape).reshape(2, -1)
    truth, said = np.repeat(places, confusion.ravel(), axis=1)

    def figures(truth: NDArray[np.int64], said: NDArray[np.int64]) -> list[float]:
        matrix = confusion_matrix(truth, said, len(EXPRESSIONS))
        return [accuracy(truth, said), unweighted_average_recall(matrix)]

    pooled = bootstrap(figures, [truth, said])
    images = confusion.sum(axis=1)
    return {
        "folds": len(found),
        "images": int(confusion.sum()),
        "accuracy": vars(pooled[0]),
        "uar": vars(pooled[1]),
        "uar_of_folds": [
            unweighted_average_recall(np.array(one["confusion"])) for one in found.values()
        ],
        "recalls": {
            name: {
                "images": int(images[place]),
                **vars(wilson(int(confusion[place, place]), int(images[place]))),
            }
            for place, name in enumerate(EXPRESSIONS)
        },
        "confusion": confusion.tolist(),
    }


def page(found: Mapping[str, Any]) -> str:
    """Write the results as Markdown."""
    rows = [
        (name, str(one["images"]), f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f})")
        for name, one in found["recalls"].items()
    ]
    confusion = [
        (name, *(str(count) for count in line))
        for name, line in zip(EXPRESSIONS, found["confusion"], strict=True)
    ]
    each = ", ".join(f"{value:.3f}" for value in found["uar_of_folds"])
    return (
        "# Rare expressions: five folds of FER2013Train\n\n"
        f"{discussion(__file__)}"
        f"{found['images']} pictures of {found['folds']} folds, protocol `ferplus-majority`, each "
        "answered by the network that has not seen its fold; 95 % intervals over pictures.\n\n"
        f"Accuracy {_said(found['accuracy'])}, UAR {_said(found['uar'])}; UAR of each fold: {each}."
        "\n\n"
        f"{markdown_table(('expression', 'pictures', 'recall'), rows)}\n\n"
        "Confusions, the truth in rows:\n\n"
        f"{markdown_table(('', *EXPRESSIONS), confusion)}\n\n"
        "Made by `python -m studies.ferplus_folds`.\n"
    )


def _said(one: Mapping[str, float]) -> str:
    return f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f})"


def _start(work: Path) -> Path:
    return work / "heads.onnx"


def main() -> None:
    """Train and test the folds, and write the page."""
    given = asked(__doc__, ("ferplus", "heads"))
    if not given.page:
        derive(given.ferplus, given.work / NAME)
        train_start(given.heads, given.work)
        do_all(JOBS, partial(work_on, work=given.work), RESULTS / NAME, given.processes)
    summary = summary_of(read_all(JOBS, RESULTS / NAME))
    write_json(summary, RESULTS / f"{NAME}.json")
    with writing(RESULTS / f"{NAME}.md") as path:
        path.write_text(page(summary))


if __name__ == "__main__":
    main()
