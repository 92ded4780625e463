"""How far a figure can be trusted: bootstrap and Wilson intervals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
REPLICATES = 1000

_DRAWS_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class Interval:
    """A figure and its confidence interval.

    Attributes:
        value: the figure; nan where it is undefined.
        low: lower bound; nan where there is none.
        high: upper bound; nan where there is none.
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")


def bootstrap(
    metric: Callable[..., Any],
    arrays: Sequence[NDArray[Any]],
    groups: NDArray[np.integer] | None = None,
    *,
    replicates: int = REPLICATES,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[Interval, ...]:
    """Give percentile bootstrap intervals of one or several figures.

    Whole groups are drawn with replacement, as many as there are: images of one person resemble
    each other, and drawing single images would make the intervals too narrow. Replicates in which
    a figure is undefined are left out of its interval.

    Args:
        metric: takes the arrays, gives a float or (M,) floats, nan where undefined.
        arrays: at least one, all with N entries along the first axis.
        groups: (N,) number of each entry's group, such as its person; None where every entry is
            its own group.
        replicates: number of draws.
        level: confidence level, between 0 and 1.
        seed: seed of the draws.

    Returns:
        M intervals. Bounds are nan where there are fewer than two groups.

    Raises:
        ValueError: the arrays differ in length or there is none, or a number is out of range.
    """
    count = _checked_length(arrays, groups, replicates, level)
    values = _figures(metric, arrays)
    members = _Members(np.arange(count) if groups is None else np.asarray(groups))
    if members.number < 2:
        return tuple(Interval(float(value)) for value in values)
    drawn = np.empty((replicates, len(values)))
    for replicate, chosen in enumerate(_draws(members.number, replicates, seed)):
        entries = members.of(chosen)
        drawn[replicate] = _figures(metric, [array[entries] for array in arrays])
    tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
    return tuple(
        Interval(float(value), *_quantiles(column, tails))
        for value, column in zip(values, drawn.T, strict=True)
    )


def wilson(hits: int, count: int, level: float = LEVEL) -> Interval:
    """Give the Wilson score interval of a proportion of independent cases.

    With p = hits / count and z the normal quantile, the bounds are
    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n).

    Args:
        hits: number of cases that are right, 0 to `count`.
        count: number n of cases; without any, all is nan.
        level: confidence level, between 0 and 1.

    Raises:
        ValueError: a number is out of range.
    """
    if not 0 <= hits <= count or not 0.0 < level < 1.0:
        raise ValueError(
            f"expected 0 <= hits <= count and 0 < level < 1, found hits {hits}, count {count}, "
            f"level {level}"
        )
    if count == 0:
        return Interval(float("nan"))
    share = hits / count
    squared = NormalDist().inv_cdf((1.0 + level) / 2.0) ** 2 / count
    centre = (share + squared / 2.0) / (1.0 + squared)
    half = (squared * share * (1.0 - share) + squared**2 / 4.0) ** 0.5 / (1.0 + squared)
    # At 0 and n hits the bound is exactly the share; rounding must not carry it past.
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == count else min(1.0, centre + half)
    return Interval(share, low, high)


class _Members:
    """Which entries belong to each group."""

    def __init__(self, groups: NDArray[Any]) -> None:
        _, numbers, self._sizes = np.unique(groups, return_inverse=True, return_counts=True)
        self.number = len(self._sizes)
        self._entries = np.argsort(numbers, kind="stable")
        self._starts = np.cumsum(self._sizes) - self._sizes

    def of(self, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the entries of the chosen groups, once for each time that a group was drawn."""
        sizes = self._sizes[chosen]
        ends = np.cumsum(sizes)
        within = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes)
        return np.asarray(self._entries[np.repeat(self._starts[chosen], sizes) + within])


def _draws(groups: int, replicates: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Draw `groups` group numbers with replacement, once for each replicate."""
    generator = np.random.default_rng(seed)
    at_once = max(1, _DRAWS_AT_ONCE // groups)
    for start in range(0, replicates, at_once):
        rows = min(at_once, replicates - start)
        yield from generator.integers(0, groups, size=(rows, groups))


def _figures(metric: Callable[..., Any], arrays: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    return np.atleast_1d(np.asarray(metric(*arrays), dtype=np.float64))


def _quantiles(values: NDArray[np.float64], tails: tuple[float, float]) -> tuple[float, float]:
    defined = values[~np.isnan(values)]
    if not defined.size:
        return float("nan"), float("nan")
    low, high = np.quantile(defined, tails)
    return float(low), float(high)


def _checked_length(
    arrays: Sequence[NDArray[Any]],
    groups: NDArray[np.integer] | None,
    replicates: int,
    level: float,
) -> int:
    lengths = {len(array) for array in [*arrays, *([] if groups is None else [groups])]}
    if not arrays or len(lengths) != 1 or lengths == {0}:
        raise ValueError(
            f"expected arrays and groups of one length of at least 1, found lengths "
            f"{sorted(lengths)}"
        )
    if replicates < 1 or not 0.0 < level < 1.0:
        raise ValueError(
            f"expected at least 1 replicate and 0 < level < 1, found {replicates} and {level}"
        )
    return lengths.pop()
