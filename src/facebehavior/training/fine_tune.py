"""Going on from a model with a user's own labelled pictures."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from facebehavior.databases import ReadingReport, Shards, is_prepared, prepare, read_table
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.files import writing
from facebehavior.model_file import FaceModel, find_model
from facebehavior.training.configuration import Configuration, checked_configuration, override
from facebehavior.training.label_set_section import LabelSet, Source
from facebehavior.training.run import Summary, run_data, run_training

MOST_PICTURES_A_STEP = 32
HOLD_OUT = 0.2


def fine_tune(
    start_from: str, labels: Path, folder: Path, changes: Sequence[str] = ()
) -> tuple[Summary, list[BadInput]]:
    """Cut the pictures of a table out as the model needs them, and train the model on with them.

    A fifth of the subjects (pictures where no subjects are named) is held out to choose the best
    weights. Where the table has a column `split`, only its rows `train` are learned from. Started
    again with the same words, it goes on where it was.

    Args:
        start_from: name or path of a model file.
        labels: a CSV or Parquet file, see `databases.table`.
        folder: the run's own.
        changes: `key=value` changes to the configuration.

    Returns:
        The run's summary, and the rows and pictures that could not be used.

    Raises:
        FaceBehaviorError: the model or the table cannot be used, or the folder holds a run on
            another table.
    """
    model = find_model(start_from)
    metadata = FaceModel(model).metadata
    shards = folder / "shards"
    problems = _prepare_once(labels, shards, metadata.crop)
    source: dict[str, Any] = {"shards": str(shards), "hold_out": HOLD_OUT}
    splits = set(Shards(shards).manifest.column("split").to_pylist()) - {None}
    if splits:
        source["split"] = "train"
    label_set = LabelSet(name=labels.stem, sources=(Source(**source),))
    content: dict[str, Any] = {
        "name": f"{metadata.name}-{labels.stem}",
        "licence": metadata.licence,
        "start_from": str(model),
        "label_sets": [label_set.model_dump(mode="json")],
        "optimisation": {
            "epochs": 10,
            "learning_rate": 1e-4,
            "averaging": 0.9,
        },
    }
    for change in changes:
        override(content, change)
    configuration = checked_configuration(content, "fine-tuning")
    if "batch_size" not in configuration.optimisation.model_fields_set:
        override(content, f"optimisation.batch_size={_batch_size(configuration)}")
        configuration = checked_configuration(content, "fine-tuning")
    return run_training(configuration, folder), problems


def _batch_size(configuration: Configuration) -> int:
    """Give the usual number of pictures a step, or all that there are to train on."""
    label_sets = run_data(configuration).label_sets
    return min(MOST_PICTURES_A_STEP, sum(len(part) for chosen in label_sets for part in chosen))


def _prepare_once(labels: Path, shards: Path, crop: CropParameters) -> list[BadInput]:
    """Prepare a table's pictures, unless this was done before; give what could not be used.

    Raises:
        FaceBehaviorError: what was prepared before came from another table.
    """
    report = ReadingReport()
    manifest = read_table(labels, report)
    note = shards / "table.json"
    sha256 = hashlib.sha256(labels.read_bytes()).hexdigest()
    if is_prepared(shards) and note.is_file():
        known = json.loads(note.read_text())
        if known["sha256"] != sha256:
            raise FaceBehaviorError(
                f"{shards.parent}: holds a run on another table or another version of {labels}; "
                "give another folder with -o, or remove this one"
            )
        return [BadInput(source, reason) for source, reason in known["problems"]]
    problems = [*report.problems, *prepare(manifest, shards, crop).problems]
    content = {"sha256": sha256, "problems": [(p.source, p.reason) for p in problems]}
    with writing(note) as unfinished:
        unfinished.write_text(json.dumps(content) + "\n")
    return problems
