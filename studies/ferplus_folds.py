"""Rare expressions: FER2013Train in five folds, since FER2013Valid shows disgust 25 times.

The packaged model's trunk has seen all of FER2013Train. So its network is trained in another way: a
trunk learns rendered heads alone, once, and from it one network a fold learns the votes of the
other four folds, with the logit adjustment of `recipes/packaged/first.yaml` and no other task. The
recalls are those of this architecture, not of the packaged weights. The last weights are taken, so
that a fold chooses nothing; the architecture itself was chosen by a few of these pictures
(`studies.candidates`). FER2013 holds many pictures more than once: those whose crops are equal to
the pixel are in one fold, and drawn together; copies that were shifted or compressed again, and
other pictures of the same person, cannot be told.

    python -m studies.ferplus_folds FERPLUS HEADS --work WORK
    python -m studies.ferplus_folds --page

FERPLUS is the shards of FER+, HEADS a folder of those of rendered heads, as
`recipes/packaged/README.md` makes them. Results come one JSON a fold; what is there is not done
again.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.databases import Shards
from facebehavior.evaluation import bootstrap, find_protocol
from facebehavior.evaluation.metrics import (
    accuracy,
    confusion_matrix,
    recalls,
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
from studies.ferplus_copies import copies
from studies.preparing import has_shards, write_rows
from studies.resampling import person_numbers
from studies.runs import Job, discussion, do_all, keep_arrays, with_interval, write_json
from studies.small_networks import trained_network

RESULTS = Path("docs/results")
NAME = "ferplus_folds"
FOLDS = 5
JOBS = [Job(f"fold{number}", {"fold": number}) for number in range(FOLDS)]
NETWORK = {"backbone": "compact_grid", "width": 32, "dropout": 0.2}
HEADS = ("varied", "worn", "more_varied", "more_worn")
ADJUSTMENT = {"logit_adjustment": 0.3}
# The last weights are taken: a fold that chose among them would flatter itself.
RUN = {"precision": "bf16-mixed", "checkpoint_every": 100000, "validate_every": 1000}


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
        "losses": {**ADJUSTMENT, "affect": 0.5},
        "run": RUN,
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
        "optimisation": {"epochs": 16, "batch_size": 96, "learning_rate": 0.001,
                         "warm_up": 0.05, "averaging": 0.999},
        "losses": ADJUSTMENT,
        "run": RUN,
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
    subjects = np.array(tested.shards.manifest.column("subject").to_pylist())[tested.rows]
    keep_arrays(
        RESULTS / NAME / f"{job.name}.npz",
        truth=judged.values[judged.annotated].astype(np.uint8),
        said=said[judged.annotated].astype(np.uint8),
        picture=person_numbers(subjects[judged.annotated]).astype(np.int32),
    )
    return {**job.settings, "images": int(judged.annotated.sum())}


def kept_answers(results: Path) -> dict[str, tuple[NDArray[np.int64], ...]]:
    """Read the answers of every finished fold.

    Returns:
        Of each the class, the answer and the number of the picture, one for copies; (N,) each.
    """
    found = {}
    for job in JOBS:
        if (results / f"{job.name}.npz").is_file():
            with np.load(results / f"{job.name}.npz", allow_pickle=False) as file:
                found[job.name] = tuple(
                    file[name].astype(np.int64) for name in ("truth", "said", "picture")
                )
    return found


def summary_of(found: Mapping[str, tuple[NDArray[np.int64], ...]]) -> dict[str, Any]:
    """Pool the folds: accuracy, UAR and each recall with its interval over pictures.

    Args:
        found: of each fold the class, the answer and the picture's number; (N,) each.
    """
    truth, said = (np.concatenate([one[place] for one in found.values()]) for place in (0, 1))
    # No picture is in two folds.
    firsts = np.cumsum([0, *(one[2].max() + 1 for one in found.values())])
    picture = np.concatenate(
        [one[2] + first for one, first in zip(found.values(), firsts, strict=False)]
    )

    def figures(truth: NDArray[np.int64], said: NDArray[np.int64]) -> list[float]:
        matrix = confusion_matrix(truth, said, len(EXPRESSIONS))
        return [accuracy(truth, said), unweighted_average_recall(matrix), *recalls(matrix)]

    pooled = bootstrap(figures, [truth, said], picture)
    confusion = confusion_matrix(truth, said, len(EXPRESSIONS))
    return {
        "folds": len(found),
        "images": len(truth),
        "pictures": len(np.unique(picture)),
        "accuracy": vars(pooled[0]),
        "uar": vars(pooled[1]),
        "uar_of_folds": [figures(one[0], one[1])[1] for one in found.values()],
        "recalls": {
            name: {"images": int(confusion[place].sum()), **vars(pooled[2 + place])}
            for place, name in enumerate(EXPRESSIONS)
        },
        "confusion": confusion.tolist(),
    }


def page(found: Mapping[str, Any]) -> str:
    """Write the results as Markdown."""
    rows = [
        (name, str(one["images"]), with_interval(one)) for name, one in found["recalls"].items()
    ]
    confusion = [
        (name, *(str(count) for count in line))
        for name, line in zip(EXPRESSIONS, found["confusion"], strict=True)
    ]
    each = ", ".join(f"{value:.3f}" for value in found["uar_of_folds"])
    return (
        "# Rare expressions: five folds of FER2013Train\n\n"
        f"{discussion(__file__)}"
        f"{found['images']} pictures of {found['folds']} folds ({found['pictures']} without their "
        "copies), protocol `ferplus-majority`, each answered by the network that has not seen its "
        "fold. 95 % intervals over pictures, copies drawn together; they say nothing of networks "
        "trained with another seed.\n\n"
        f"Accuracy {with_interval(found['accuracy'])}, UAR {with_interval(found['uar'])}; UAR of "
        f"each fold: {each}.\n\n"
        f"{markdown_table(('expression', 'pictures', 'recall'), rows)}\n\n"
        "Confusions, the truth in rows:\n\n"
        f"{markdown_table(('', *EXPRESSIONS), confusion)}\n\n"
        "Made by `python -m studies.ferplus_folds`.\n"
    )


def _start(work: Path) -> Path:
    return work / "heads.onnx"


def main() -> None:
    """Train and test the folds, and write the page."""
    given = asked(__doc__, ("ferplus", "heads"))
    if not given.page:
        derive(given.ferplus, given.work / NAME)
        train_start(given.heads, given.work)
        do_all(JOBS, partial(work_on, work=given.work), RESULTS / NAME, given.processes)
    summary = summary_of(kept_answers(RESULTS / NAME))
    write_json(summary, RESULTS / f"{NAME}.json")
    with writing(RESULTS / f"{NAME}.md") as path:
        path.write_text(page(summary))


if __name__ == "__main__":
    main()
