"""Crops of all databases of the study."""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases import ReadingReport, find_reader
from facebehavior.databases import prepare as prepare_manifest
from facebehavior.databases.splits import unit_interval
from facebehavior.labels import Manifest, join
from studies.negative_transfer.derived import overlapping, scarce
from studies.negative_transfer.plan import TASKS
from studies.preparing import CROP, has_shards, prepare_databases

DATABASES = ("expression", "action_units", "affect", "joint", "test")
SCULPTED = ("expression", "test")
UPPER_BOUND = ("expression", "action_units", "affect", "test")
SCARCE = 400
OVERLAPS = (10, 50)
FERPLUS_PICTURES = {"train": 4000, "validation": 500}
"""How many of the training part are drawn for each split; FER2013Valid is the test."""
_log = logging.getLogger(__name__)


def prepare(databases: Path, shards: Path) -> None:
    """Cut out the faces of every database whose shards are not there yet, and derive others.

    Raises:
        FaceBehaviorError: a database cannot be prepared.
    """
    _synthetic({name: databases / name for name in DATABASES}, shards)
    if not has_shards(shards / "scarce_action_units"):
        scarce(shards / "action_units", shards / "scarce_action_units", SCARCE)
    for task in TASKS:
        for percent in OVERLAPS:
            output = shards / f"overlap_{percent}_{task}"
            if not has_shards(output):
                truth = databases / task / "truth.parquet"
                overlapping(shards / task, truth, output, percent / 100)


def prepare_sculpted(databases: Path, shards: Path) -> None:
    """Cut out the faces of the twin whose expressions are sculpted."""
    _synthetic({f"sculpted_{name}": databases / name for name in SCULPTED}, shards)


def prepare_confirmation(databases: Path, shards: Path) -> None:
    """Cut out the faces of the people whom no study has seen."""
    _synthetic({"confirmation": databases / "test"}, shards)


def prepare_upper_bound(databases: Path, shards: Path) -> None:
    """Cut out the faces of the twin whose action units follow the table of Du et al."""
    _synthetic({f"du_{name}": databases / name for name in UPPER_BOUND}, shards)


def prepare_ferplus(root: Path, shards: Path) -> None:
    """Cut out a part of FER+ as large as the synthetic databases, and its test faces.

    Args:
        root: holds FER2013Train and FER2013Valid.
        shards: for a folder `ferplus`.
    """
    if has_shards(shards / "ferplus"):
        return
    manifest = find_reader("ferplus")(root, ReadingReport())
    prepare_manifest(_part(manifest), shards / "ferplus", CROP)


def _part(manifest: Manifest) -> Manifest:
    """Draw pictures with an expression for training and validation; FER2013Valid is the test."""
    labelled = manifest.where(manifest.column("expression").is_valid().to_numpy())
    splits = np.array(labelled.column("split").to_pylist())
    names = [Path(image).name for image in labelled.column("image").to_pylist()]
    places = np.array([unit_interval(name, 0) for name in names])
    order = np.argsort(np.where(splits == "train", places, 2.0), kind="stable")
    parts, start = [], 0
    for split, count in FERPLUS_PICTURES.items():
        parts.append(_as_split(labelled, order[start : start + count], split))
        start += count
    parts.append(_as_split(labelled, np.flatnonzero(splits == "validation"), "test"))
    return join(parts)


def _as_split(manifest: Manifest, rows: NDArray[np.int64], split: str) -> Manifest:
    table = manifest.table.take(rows)
    place = table.schema.get_field_index("split")
    return Manifest(table.set_column(place, "split", [[split] * len(rows)]))


def _synthetic(wanted: dict[str, Path], shards: Path) -> None:
    there = {name: database for name, database in wanted.items() if database.is_dir()}
    for name, database in wanted.items():
        if name not in there and not has_shards(shards / name):
            _log.info("%s: not there, its runs are left out", database)
    prepare_databases(there, shards)
