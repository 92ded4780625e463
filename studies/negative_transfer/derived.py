"""Databases made of others: fewer pictures, or pictures that are labelled for all three tasks."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.databases.shards import Shards
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, Manifest
from studies.preparing import write_rows

TASK_COLUMNS = ("expression", *ACTION_UNIT_COLUMNS, *AFFECT)


def scarce(source: Path, output: Path, pictures: int, seed: int = 0) -> None:
    """Keep some pictures of the training part, drawn at random, and all of the other splits.

    Args:
        source: shards.
        output: folder for one shard.
        pictures: how many are kept.
        seed: of the draw.
    """
    shards = Shards(source)
    splits = np.array(shards.manifest.column("split").to_pylist())
    training = np.flatnonzero(splits == "train")
    chosen = np.random.default_rng(seed).permutation(training)[:pictures]
    kept = splits != "train"
    kept[chosen] = True
    write_rows(shards.manifest.table.filter(pa.array(kept)), shards.crop_parameters, output)


def overlapping(source: Path, truth: Path, output: Path, share: float, seed: int = 0) -> None:
    """Reveal the labels of all three tasks for a share of the people that are trained on.

    Args:
        source: shards of a database that labels one task.
        truth: the Parquet file of the same rows with every label.
        output: folder for one shard.
        share: of the people, from 0 to 1.
        seed: of the draw.
    """
    shards = Shards(source)
    manifest, every = shards.manifest, Manifest.read(truth)
    subjects = np.array(manifest.column("subject").to_pylist())
    training = np.array(manifest.column("split").to_pylist()) == "train"
    people = np.unique(subjects[training])
    drawn = np.random.default_rng(seed).permutation(people)[: round(share * len(people))]
    revealed = training & np.isin(subjects, drawn)
    table = manifest.table
    for name in TASK_COLUMNS:
        column = _either(revealed, every.column(name), manifest.column(name))
        table = table.drop_columns([name] if name in table.column_names else [])
        table = table.append_column(name, column)
    write_rows(table, shards.crop_parameters, output)


def _either(
    chosen: NDArray[np.bool_], first: pa.ChunkedArray, second: pa.ChunkedArray
) -> pa.ChunkedArray:
    """Take the first column's value where `chosen`, else the second's."""
    values = [
        one if take else other
        for take, one, other in zip(chosen, first.to_pylist(), second.to_pylist(), strict=True)
    ]
    return pa.chunked_array([pa.array(values, first.type)])
