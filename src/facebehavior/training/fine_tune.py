"""Going on from a model with a user's own labelled pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from facebehavior.databases import ReadingReport, Shards, prepare, read_table
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.model_file import FaceModel, find_model
from facebehavior.training.configuration import checked_configuration, override
from facebehavior.training.run import Summary, run_training

MOST_PICTURES_A_STEP = 32
HOLD_OUT = 0.2


def fine_tune(
    start_from: str, labels: Path, folder: Path, changes: Sequence[str] = ()
) -> tuple[Summary, list[BadInput]]:
    """Cut the pictures of a table out as the model needs them, and train the model on with them.

    A fifth of the subjects (pictures where no subjects are named) is held out to choose the best
    weights. Started again with the same words, it goes on where it was.

    Args:
        start_from: name or path of a model file.
        labels: a CSV or Parquet file, see `databases.table`.
        folder: the run's own.
        changes: `key=value` changes to the configuration.

    Returns:
        The run's summary, and the rows and pictures that could not be used.

    Raises:
        FaceBehaviorError: the model or the table cannot be used.
    """
    model = find_model(start_from)
    metadata = FaceModel(model).metadata
    shards = folder / "shards"
    report = ReadingReport()
    manifest = read_table(labels, report)
    problems = list(report.problems)
    if not any(shards.glob("*.arrow")):
        problems += prepare(manifest, shards, metadata.crop).problems
    content: dict[str, Any] = {
        "name": f"{metadata.name}-{labels.stem}",
        "licence": metadata.licence,
        "start_from": str(model),
        "label_sets": [
            {"name": labels.stem, "sources": [{"shards": str(shards), "hold_out": HOLD_OUT}]}
        ],
        "optimisation": {
            "epochs": 10,
            "batch_size": _batch_size(len(Shards(shards))),
            "learning_rate": 1e-4,
            "averaging": 0.9,
        },
    }
    for change in changes:
        override(content, change)
    configuration = checked_configuration(content, "fine-tuning")
    return run_training(configuration, folder), problems


def _batch_size(pictures: int) -> int:
    kept = pictures - round(HOLD_OUT * pictures)
    if kept < 2:
        raise FaceBehaviorError(f"expected at least 3 labelled pictures, found {pictures}")
    return min(MOST_PICTURES_A_STEP, kept)
