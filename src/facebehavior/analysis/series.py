"""The numbers of a record as series over time: one a source and person, or track."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
    """Go through the people of a record, source by source, with each of their frames once.

    A face is its person where one is named, else its track, else its place in the frame. Where
    two faces of a frame have one person's name, that of the earlier track, or further left in a
    photograph, stands for the person. Rows without a face belong to none.

    Args:
        table: of records.
        columns: numbers to take; those that the record lacks are left out.
    """
    detected = np.array(table["detected"].to_pylist(), dtype=bool)
    for series in _series(table, names_of(table), np.flatnonzero(detected), columns):
        yield _once_a_frame(series, table)


def tracks_of(table: pa.Table, columns: Sequence[str] = SERIES_COLUMNS) -> Iterator[Series]:
    """Go through the tracks of a record, source by source, whoever they are named after.

    What changes over time is one face's own, and two faces of a frame may have one person's name.
    A face without a track is its place in the frame. Photographs, which have no time, and rows
    without a face belong to none.

    Args:
        table: of records.
        columns: numbers to take; those that the record lacks are left out.
    """
    detected = np.array(table["detected"].to_pylist(), dtype=bool)
    timed = np.asarray(table["time_s"].is_valid().to_numpy(), dtype=bool)
    yield from _series(table, _tracks(table), np.flatnonzero(detected & timed), columns)


def _series(
    table: pa.Table, names: Sequence[str], rows: NDArray[np.int64], columns: Sequence[str]
) -> Iterator[Series]:
    """Put those rows of a record together that have one source and name."""
    known = tuple(name for name in columns if name in table.column_names)
    sources = table["source"].to_pylist()
    times = _times(table)
    numbers = np.stack([_numbers(table, name) for name in known], axis=1)
    order: dict[tuple[str, str], list[int]] = {}
    for row in rows.tolist():
        order.setdefault((sources[row], names[row]), []).append(row)
    for (source, name), found in order.items():
        places = np.array(found, dtype=np.int64)
        places = places[np.argsort(times[places], kind="stable")]
        yield Series(source, name, places, times[places], numbers[places], known)


def _once_a_frame(series: Series, table: pa.Table) -> Series:
    frames = _numbers(table, "frame")[series.rows]
    tracks = np.nan_to_num(_numbers(table, "track")[series.rows])
    order = np.lexsort((tracks, series.time_s))
    _, first = np.unique(frames[order], return_index=True)
    kept = np.sort(order[first])
    return replace(
        series, rows=series.rows[kept], time_s=series.time_s[kept], values=series.values[kept]
    )


def runs(time_s: NDArray[np.float64], longest_gap_s: float) -> list[slice]:
    """Cut a series where more than so many seconds lie between two rows."""
    cuts = np.flatnonzero(np.diff(time_s) > longest_gap_s) + 1
    edges = [0, *cuts.tolist(), len(time_s)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def names_of(table: pa.Table) -> list[str]:
    """Give each row's face: its person, else its track, else its place in the frame."""
    people = table["person"].to_pylist() if "person" in table.column_names else [None] * len(table)
    return [
        track if person is None else str(person)
        for person, track in zip(people, _tracks(table), strict=True)
    ]


def _tracks(table: pa.Table) -> list[str]:
    tracks, faces = (
        table[name].to_pylist() if name in table.column_names else [None] * len(table)
        for name in ("track", "face")
    )
    return [
        f"face {face if track is None else track}"
        for track, face in zip(tracks, faces, strict=True)
    ]


def _times(table: pa.Table) -> NDArray[np.float64]:
    times = _numbers(table, "time_s")
    frames = np.array(table["frame"].to_pylist(), dtype=np.float64)
    return np.where(np.isnan(times), frames, times)


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    column = table[name].cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
