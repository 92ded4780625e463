"""Other tables made of a table: without weights, softened, and the controls of a study."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from facebehavior.errors import FaceBehaviorError
from facebehavior.relatedness.table import Relatedness


def binary(table: Relatedness) -> Relatedness:
    """Give 1 wherever anything is related, as the paper's formulas without re-weighting do."""
    return _with(table, table.related.astype(np.float64), "binary")


def leaky(table: Relatedness, base_rates: ArrayLike, share: float) -> Relatedness:
    """Mix every row with the base rates: ``(1 - share) * W[e, i] + share * base_rate[i]``.

    A label outside the table then is improbable, not impossible.

    Args:
        table: F x T.
        base_rates: (T,) share of all images that each label is present on, from 0 to 1.
        share: of the base rates, from 0 to 1.

    Raises:
        FaceBehaviorError: the rates have another shape, or a number is out of range.
    """
    if not 0.0 <= share <= 1.0:
        raise FaceBehaviorError(f"expected a share of the base rates from 0 to 1, found {share}")
    mixed = (1.0 - share) * table.values + share * marginal(table, base_rates).values
    return _with(table, mixed, f"{share:g} of the base rates mixed in")


def marginal(table: Relatedness, base_rates: ArrayLike) -> Relatedness:
    """Give a table with the base rates in every row: a control that knows of no relation.

    What a network gains by it is gained by the base rates alone.

    Args:
        table: F x T; only its labels are used.
        base_rates: (T,) from 0 to 1.

    Raises:
        FaceBehaviorError: the rates have another shape, or lie outside [0, 1].
    """
    rates = np.asarray(base_rates, dtype=np.float64)
    if rates.shape != (len(table.to_labels),):
        raise FaceBehaviorError(
            f"expected {len(table.to_labels)} base rates, one a label of the second task, "
            f"found the shape {rates.shape}"
        )
    return _with(table, np.tile(rates, (len(table.from_labels), 1)), "base rates in every row")


def deranged(table: Relatedness, seed: int) -> Relatedness:
    """Exchange the rows so that none keeps its place: a control that is wrong everywhere.

    Rows of zeros, such as that of neutral, stay where they are: nothing is known of them, and a
    label that knows nothing would otherwise change places with one that does.

    Args:
        table: F x T, at least two rows not zero.
        seed: decides which of the derangements.

    Raises:
        FaceBehaviorError: there are not two rows to exchange, or all are alike.
    """
    rows = np.flatnonzero(table.related.any(axis=1))
    if len(np.unique(table.values[rows], axis=0)) < 2:
        raise FaceBehaviorError(
            f"{table.source}: expected at least two different rows to exchange, found fewer"
        )
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(rows))
    while (order == np.arange(len(rows))).any():
        order = generator.permutation(len(rows))
    values = table.values.copy()
    values[rows] = table.values[rows[order]]
    return _with(table, values, f"rows deranged with the seed {seed}")


def _with(table: Relatedness, values: np.ndarray, how: str) -> Relatedness:
    """Give a table of other values; counts and intervals would no longer be theirs."""
    source = f"{table.source}; {how}"
    return replace(table, values=values, source=source, counts=None, low=None, high=None)
