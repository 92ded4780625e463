"""Smoothing over time: against the jitter of single frames, and never across a gap.

`exponential` and `one-euro` look back only, so that they would do for a live picture; they lag.
`savitzky-golay` looks both ways and does not. Probabilities and affect stay in their ranges.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.analysis.series import EXPRESSION_COLUMNS, SERIES_COLUMNS, runs, tracks_of
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, EXPRESSIONS

LONGEST_GAP_S = 0.5
"""A face that was gone for longer begins anew."""
HALF_LIFE_S = 0.15
"""Of `exponential`: after so many seconds an old value counts half."""
MIN_CUTOFF_HZ, SPEED = 1.0, 0.7
"""Of `one-euro`: what is slower than this passes; how much quicker it follows what moves."""
WINDOW_S, ORDER = 0.5, 2
"""Of `savitzky-golay`: seconds that a polynomial of this order is fitted to."""

Values = NDArray[np.float64]


def exponential(time_s: Values, values: Values) -> Values:
    """Mix each value with the past: ``y_t = a x_t + (1 - a) y_{t-1}``, ``a = 1 - 2^(-dt / h)``.

    Args:
        time_s: (T,) rising.
        values: (T, C) without nan.
    """
    smooth = values.copy()
    for row in range(1, len(values)):
        share = 1.0 - 0.5 ** ((time_s[row] - time_s[row - 1]) / HALF_LIFE_S)
        smooth[row] = share * values[row] + (1.0 - share) * smooth[row - 1]
    return smooth


def one_euro(time_s: Values, values: Values) -> Values:
    """Smooth what stands still, follow what moves (Casiez, Roussel and Vogel, CHI 2012).

    Args:
        time_s: (T,) rising.
        values: (T, C) without nan.
    """
    smooth, speed = values.copy(), np.zeros(values.shape[1])
    for row in range(1, len(values)):
        passed = max(time_s[row] - time_s[row - 1], 1e-6)
        new = (values[row] - smooth[row - 1]) / passed
        share = _share(np.ones(len(new)), passed)
        speed = share * new + (1.0 - share) * speed
        share = _share(MIN_CUTOFF_HZ + SPEED * np.abs(speed), passed)
        smooth[row] = share * values[row] + (1.0 - share) * smooth[row - 1]
    return smooth


def savitzky_golay(time_s: Values, values: Values) -> Values:
    """Fit a polynomial around each value; looks into the future, so that nothing lags.

    Args:
        time_s: (T,) rising; taken for evenly spaced.
        values: (T, C) without nan.
    """
    from scipy.signal import savgol_filter

    if len(values) < ORDER + 2:
        return values.copy()
    step = float(np.median(np.diff(time_s)))
    window = max(ORDER + 1, round(WINDOW_S / step) if step > 0 else ORDER + 1)
    window = min(window + 1 - window % 2, len(values) - 1 + len(values) % 2)
    if window <= ORDER:
        return values.copy()
    return np.asarray(savgol_filter(values, window, ORDER, axis=0, mode="interp"))


SMOOTHERS: Mapping[str, Callable[[Values, Values], Values]] = {
    "exponential": exponential,
    "one-euro": one_euro,
    "savitzky-golay": savitzky_golay,
}


def smoothed(table: pa.Table, name: str, thresholds: Mapping[str, float]) -> pa.Table:
    """Smooth the predictions of a record.

    Expressions are brought back to a sum of 1; `expr` and the `_on` columns follow the smoothed
    numbers.

    Args:
        table: of records; photographs stay as they are.
        name: one of `SMOOTHERS`.
        thresholds: probability above which each action unit counts as active.

    Raises:
        FaceBehaviorError: there is no such method.
    """
    if name not in SMOOTHERS:
        raise FaceBehaviorError(f"expected one of {', '.join(SMOOTHERS)}, found {name!r}")
    return _changed(table, lambda series: _along(series.time_s, series.values, name), thresholds)


def _along(time_s: Values, values: Values, name: str) -> Values:
    result = values.copy()
    for column in range(values.shape[1]):
        known = np.flatnonzero(~np.isnan(values[:, column]))
        for run in runs(time_s[known], LONGEST_GAP_S) if len(known) else []:
            rows = known[run]
            result[rows, column] = SMOOTHERS[name](time_s[rows], values[rows][:, [column]])[:, 0]
    return result


def _changed(
    table: pa.Table,
    change: Callable[..., Values],
    thresholds: Mapping[str, float],
) -> pa.Table:
    columns = tuple(name for name in SERIES_COLUMNS if name in table.column_names)
    numbers = np.full((len(table), len(columns)), np.nan)
    moving = np.zeros(len(table), dtype=bool)
    for series in tracks_of(table, columns):
        numbers[series.rows] = change(series)
        moving[series.rows] = True
    return replaced(table, columns, numbers, moving, thresholds)


def replaced(
    table: pa.Table,
    columns: tuple[str, ...],
    numbers: Values,
    rows: NDArray[np.bool_],
    thresholds: Mapping[str, float],
) -> pa.Table:
    """Put numbers into a record, within their ranges, and let what follows from them follow.

    Args:
        table: of N records.
        columns: names of C columns.
        numbers: (N, C), nan where there is none.
        rows: (N,) those that are replaced.
        thresholds: probability above which each action unit counts as active.
    """
    place = {name: number for number, name in enumerate(columns)}
    for name in columns:
        low = -1.0 if name in AFFECT else 0.0
        numbers[:, place[name]] = np.clip(numbers[:, place[name]], low, 1.0)
    expressions = [place[name] for name in EXPRESSION_COLUMNS if name in place]
    if len(expressions) == len(EXPRESSIONS):
        total = numbers[:, expressions].sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            numbers[:, expressions] = np.where(total > 0, numbers[:, expressions] / total, np.nan)
        answers = numbers[:, expressions]
        named = [
            None if math.isnan(row[0]) else EXPRESSIONS[int(np.argmax(row))] for row in answers
        ]
        table = _put(table, "expr", np.array(named, dtype=object), rows)
    for name in columns:
        table = _put(table, name, numbers[:, place[name]], rows)
    for name in ACTION_UNIT_COLUMNS:
        if name in place and name in thresholds:
            values = numbers[:, place[name]]
            active = np.array(
                [None if math.isnan(one) else bool(one > thresholds[name]) for one in values],
                dtype=object,
            )
            table = _put(table, f"{name}_on", active, rows)
    return table


def _put(
    table: pa.Table, name: str, values: NDArray[np.generic], rows: NDArray[np.bool_]
) -> pa.Table:
    position = table.schema.get_field_index(name)
    field = table.schema.field(position)
    old = table[name].to_pylist()
    new = [
        (None if isinstance(value, float) and math.isnan(value) else value) if moved else before
        for value, moved, before in zip(values.tolist(), rows, old, strict=True)
    ]
    return table.set_column(position, field, pa.array(new, field.type))


def _share(cutoff_hz: Values, passed_s: float) -> Values:
    return np.asarray(1.0 / (1.0 + 1.0 / (2.0 * math.pi * cutoff_hz * passed_s)))
