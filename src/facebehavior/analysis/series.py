"""The numbers of a record as series over time: one a source and face."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, EXPRESSIONS

EXPRESSION_COLUMNS = tuple(f"expr_{name}" for name in EXPRESSIONS)
SERIES_COLUMNS = (*EXPRESSION_COLUMNS, *AFFECT, *ACTION_UNIT_COLUMNS)
"""The numbers of a record that change over time and are predicted."""


@dataclass(frozen=True, eq=False)
class Series:
    """The rows of one face in the order of time.

    Attributes:
        source: of the rows.
        name: the person's, or the track's number, or the face's.
        rows: (T,) places in the record.
        time_s: (T,) seconds, rising; the frame numbers where there are no times.
        values: (T, C) nan where a number is missing.
        columns: names of the C columns.
    """

    source: str
    name: str
    rows: NDArray[np.int64]
    time_s: NDArray[np.float64]
    values: NDArray[np.float64]
    columns: tuple[str, ...]


def series_of(table: pa.Table, columns: Sequence[str] = SERIES_COLUMNS) -> Iterator[Series]:
    """Go through the faces of a record, source by source.

    A face is its person where one is named, else its track, else its place in the frame. Rows
    without a face belong to none.

    Args:
        table: of records.
        columns: numbers to take; those that the record lacks are left out.
    """
    known = tuple(name for name in columns if name in table.column_names)
    detected = np.array(table["detected"].to_pylist(), dtype=bool)
    sources = np.array(table["source"].to_pylist(), dtype=object)
    names = names_of(table)
    times = _times(table)
    numbers = np.stack([_numbers(table, name) for name in known], axis=1)
    keys = [(s, n) for s, n in zip(sources, names, strict=True)]
    order: dict[tuple[object, object], list[int]] = {}
    for row in np.flatnonzero(detected):
        order.setdefault(keys[row], []).append(int(row))
    for (source, name), places in order.items():
        rows = np.array(places, dtype=np.int64)
        rows = rows[np.argsort(times[rows], kind="stable")]
        yield Series(str(source), str(name), rows, times[rows], numbers[rows], known)


def runs(time_s: NDArray[np.float64], longest_gap_s: float) -> list[slice]:
    """Cut a series where more than so many seconds lie between two rows."""
    cuts = np.flatnonzero(np.diff(time_s) > longest_gap_s) + 1
    edges = [0, *cuts.tolist(), len(time_s)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def names_of(table: pa.Table) -> list[str]:
    """Give each row's face: its person, else its track, else its place in the frame."""
    people, tracks, faces = (
        table[name].to_pylist() if name in table.column_names else [None] * len(table)
        for name in ("person", "track", "face")
    )
    return [
        str(person) if person is not None else f"face {track if track is not None else face}"
        for person, track, face in zip(people, tracks, faces, strict=True)
    ]


def _times(table: pa.Table) -> NDArray[np.float64]:
    times = _numbers(table, "time_s")
    frames = np.array(table["frame"].to_pylist(), dtype=np.float64)
    return np.where(np.isnan(times), frames, times)


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    column = table[name].cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
