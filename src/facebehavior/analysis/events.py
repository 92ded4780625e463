"""Events: when an action unit or an expression comes, is strongest, and goes."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.analysis.series import EXPRESSION_COLUMNS, Series, runs, series_of
from facebehavior.analysis.smoothing import LONGEST_GAP_S
from facebehavior.labels import ACTION_UNIT_COLUMNS

SHORTEST_S = 0.1
"""Seconds that something must last to be an event."""
BRIDGED_S = 0.15
"""Seconds of a break that do not end an event."""
EXPRESSION_ABOVE = 0.5
"""Probability above which an expression is shown; at most one can be."""

EVENT_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("name", pa.string()),
        ("kind", pa.string()),
        ("onset_s", pa.float64()),
        ("apex_s", pa.float64()),
        ("offset_s", pa.float64()),
        ("duration_s", pa.float64()),
        ("peak", pa.float32()),
    ]
)
"""`kind` is a column of the record; `onset_s` and `offset_s` are the first and last frame above the
threshold, `apex_s` the strongest, `peak` its probability. `name` is the person or track."""


def events(table: pa.Table, thresholds: Mapping[str, float]) -> pa.Table:
    """Find the events of a record of videos.

    Args:
        table: of records.
        thresholds: probability above which each action unit counts as active.

    Returns:
        Rows of `EVENT_SCHEMA`, by source, face, onset and kind.
    """
    limits = {name: thresholds[name] for name in ACTION_UNIT_COLUMNS if name in thresholds}
    limits |= dict.fromkeys(EXPRESSION_COLUMNS, EXPRESSION_ABOVE)
    rows = [
        row
        for series in series_of(table, tuple(limits))
        for row in sorted(_of_face(series, limits), key=lambda one: (one["onset_s"], one["kind"]))
    ]
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


def _of_face(series: Series, limits: Mapping[str, float]) -> Iterator[dict[str, object]]:
    for column, kind in enumerate(series.columns):
        values = series.values[:, column]
        for first, last in spans(series.time_s, values > limits[kind]):
            apex = first + int(np.nanargmax(values[first : last + 1]))
            yield {
                "source": series.source,
                "name": series.name,
                "kind": kind,
                "onset_s": float(series.time_s[first]),
                "apex_s": float(series.time_s[apex]),
                "offset_s": float(series.time_s[last]),
                "duration_s": float(series.time_s[last] - series.time_s[first]),
                "peak": float(values[apex]),
            }


def spans(time_s: NDArray[np.float64], active: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give the first and last place of each event.

    Args:
        time_s: (T,) rising.
        active: (T,) whether something is shown.
    """
    found: list[tuple[int, int]] = []
    for run in runs(time_s, LONGEST_GAP_S):
        places = np.flatnonzero(active[run]) + run.start
        own: list[tuple[int, int]] = []
        for place in places.tolist():
            if own and time_s[place] - time_s[own[-1][1]] <= BRIDGED_S + _step(time_s):
                own[-1] = own[-1][0], place
            else:
                own.append((place, place))
        found += own
    return [(a, b) for a, b in found if time_s[b] - time_s[a] + _step(time_s) >= SHORTEST_S]


def _step(time_s: NDArray[np.float64]) -> float:
    return float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
