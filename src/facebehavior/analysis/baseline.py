"""Each track against its own neutral: what is always raised or lowered is taken away."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from facebehavior.analysis.series import tracks_of
from facebehavior.analysis.smoothing import replaced
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT

NEUTRAL_SHARE = 0.2
"""The share of a track's frames, those that look most neutral, that its baseline is taken from."""
FEWEST_FRAMES = 10
"""A track with fewer frames keeps its numbers."""


def without_baseline(table: pa.Table, thresholds: Mapping[str, float]) -> pa.Table:
    """Subtract from action units and affect what a track shows while its face looks neutral.

    The baseline is the median over the fifth of the track's frames with the highest probability of
    neutral, or with the fewest action units where the model has no expressions. Action units end
    at 0: ``max(0, p - baseline)``; expressions stay.

    Args:
        table: of records; photographs stay as they are.
        thresholds: probability above which each action unit counts as active.
    """
    columns = tuple(n for n in (*ACTION_UNIT_COLUMNS, *AFFECT) if n in table.column_names)
    numbers = np.full((len(table), len(columns)), np.nan)
    rows = np.zeros(len(table), dtype=bool)
    for series in tracks_of(table, (*columns, "expr_neutral")):
        values = series.values[:, : len(columns)]
        rows[series.rows] = True
        numbers[series.rows] = values
        if len(values) >= FEWEST_FRAMES:
            neutral = series.values[:, -1]
            if np.isnan(neutral).all():
                neutral = -np.nansum(values[:, : len(ACTION_UNIT_COLUMNS)], axis=1)
            count = max(1, round(NEUTRAL_SHARE * len(values)))
            calm = np.argsort(-np.nan_to_num(neutral, nan=-1e9), kind="stable")[:count]
            known = ~np.isnan(values).all(axis=0)
            numbers[np.ix_(series.rows, known)] = values[:, known] - np.nanmedian(
                values[calm][:, known], axis=0
            )
    return replaced(table, columns, numbers, rows, thresholds)
