"""One row a person: shares of time, rates and means, with intervals."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.analysis.series import EXPRESSION_COLUMNS, Series, series_of
from facebehavior.intervals import Interval, bootstrap
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, EXPRESSIONS

BLOCK_S = 2.0
"""Frames of so many seconds are drawn together: neighbours resemble each other."""
FEWEST_BLOCKS = 10
"""Blocks below which an interval is null. A percentile bootstrap over few blocks is too narrow: its
95 % interval of a mean holds the mean in 90 % of cases with ten blocks, and in 85 % with five."""
REPLICATES = 300


def summary(table: pa.Table, seed: int = 0) -> pa.Table:
    """Sum up the faces of a record.

    For each: `frames`, `seconds`; `share_<expression>`, the share of its frames on which an
    expression is the most probable; `rate_<au>`, the share on which an action unit is active;
    `mean_valence`, `mean_arousal`; and of each `_low` and `_high`, a 95 % interval by a bootstrap
    over blocks of two seconds. Bounds are null below `FEWEST_BLOCKS` blocks with a known value, as
    in a clip of less than eighteen seconds.

    Args:
        table: of records.
        seed: of the bootstrap.
    """
    active = tuple(f"{name}_on" for name in ACTION_UNIT_COLUMNS)
    columns = (*EXPRESSION_COLUMNS, *AFFECT, *active)
    rows = [_row(series, seed) for series in series_of(table, columns)]
    return pa.Table.from_pylist(rows, schema=_schema())


def _schema() -> pa.Schema:
    names = [f"share_{name}" for name in EXPRESSIONS]
    names += [f"rate_{name}" for name in ACTION_UNIT_COLUMNS]
    names += [f"mean_{name}" for name in AFFECT]
    fields = [("source", pa.string()), ("name", pa.string())]
    fields += [("frames", pa.int64()), ("seconds", pa.float64())]
    fields += [(f"{n}{end}", pa.float32()) for n in names for end in ("", "_low", "_high")]
    return pa.schema(fields)


def _row(series: Series, seed: int) -> dict[str, object]:
    row: dict[str, object] = {
        "source": series.source,
        "name": series.name,
        "frames": len(series.rows),
        "seconds": float(series.time_s[-1] - series.time_s[0]),
    }
    places = {name: place for place, name in enumerate(series.columns)}
    blocks = np.floor((series.time_s - series.time_s[0]) / BLOCK_S).astype(np.int64)
    expressions = series.values[:, [places[name] for name in EXPRESSION_COLUMNS]]
    known = ~np.isnan(expressions).any(axis=1)
    if known.any():
        shown = expressions[known].argmax(axis=1)
        for place, name in enumerate(EXPRESSIONS):
            _put(row, f"share_{name}", (shown == place).astype(float), blocks[known], seed)
    columns = [(f"rate_{name}", f"{name}_on") for name in ACTION_UNIT_COLUMNS]
    columns += [(f"mean_{name}", name) for name in AFFECT]
    for name, column in columns:
        if column in places:
            values = series.values[:, places[column]]
            known = ~np.isnan(values)
            if known.any():
                _put(row, name, values[known], blocks[known], seed)
    return row


def _put(
    row: dict[str, object],
    name: str,
    values: NDArray[np.float64],
    blocks: NDArray[np.int64],
    seed: int,
) -> None:
    if len(np.unique(blocks)) < FEWEST_BLOCKS:
        found = Interval(float(np.mean(values)))
    else:
        (found,) = bootstrap(np.mean, [values], blocks, replicates=REPLICATES, seed=seed)
    for end, value in (("", found.value), ("_low", found.low), ("_high", found.high)):
        row[f"{name}{end}"] = None if np.isnan(value) else float(value)
