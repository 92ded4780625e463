"""The fairness audit: figures by group, and the gap between the best and the worst of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.figures import Scored
from facebehavior.evaluation.resampling import Groups, Resampling, groups_among
from facebehavior.intervals import Interval

SMALLEST_GROUP = 10
"""Groups of fewer images are shown, but no gap is made of them."""


@dataclass(frozen=True)
class GroupFigure:
    """One task's main figure on the images of one group.

    Attributes:
        group: the value that its images share; `unknown` where they have none.
        images: how many have a label.
        persons: how many persons they show; None where persons are not known.
        figure: with its interval.
    """

    group: str
    images: int
    persons: int | None
    figure: Interval


@dataclass(frozen=True)
class Audit:
    """One figure by the values of one column.

    Attributes:
        column: of the manifest.
        task: whose figure it is.
        metric: its name.
        groups: one entry a value, sorted.
        best: the group with the highest figure; None without two groups that are large enough.
        worst: the group with the lowest.
        gap: best minus worst, with its interval; the two groups are held fixed in it.
    """

    column: str
    task: str
    metric: str
    groups: tuple[GroupFigure, ...]
    best: str | None
    worst: str | None
    gap: Interval | None

    def value_of(self, group: str | None) -> float:
        """Give the figure of one group; nan where there is none of that name."""
        return next((one.figure.value for one in self.groups if one.group == group), math.nan)


def audit(
    scored: Scored,
    metric: str,
    column: str,
    values: NDArray[np.object_],
    persons: Groups,
    resampling: Resampling,
) -> Audit:
    """Take a task's figure apart by a column.

    Args:
        scored: the task's labels and answers.
        metric: name of the figure.
        column: name of the column.
        values: (N,) its values on the evaluated images, None where it has none.
        persons: (N,) numbers of the persons; None where they are not known.
        resampling: how the bootstrap draws.
    """
    names = np.array(["unknown" if v is None else str(v) for v in values[scored.rows]])
    own = groups_among(persons, scored.rows)
    figure, arrays = scored.figure(metric), scored.arrays()
    groups = []
    for name in np.unique(names).tolist():
        inside = names == name
        (interval,) = resampling.intervals(figure, _of(arrays, inside), groups_among(own, inside))
        number = None if own is None else len(np.unique(own[inside]))
        groups.append(GroupFigure(name, int(inside.sum()), number, interval))
    large = [
        one
        for one in groups
        if one.group != "unknown"
        and one.images >= SMALLEST_GROUP
        and not math.isnan(one.figure.value)
    ]
    if len(large) < 2:
        return Audit(column, scored.task, metric, tuple(groups), None, None, None)
    best = max(large, key=lambda one: one.figure.value).group
    worst = min(large, key=lambda one: one.figure.value).group

    def difference(member: NDArray[np.int8], *given: NDArray[Any]) -> float:
        high, low = (figure(*_of(given, member == side)) for side in (1, -1))
        return float(high - low)

    member = np.select([names == best, names == worst], [1, -1], 0).astype(np.int8)
    chosen = member != 0
    (gap,) = resampling.intervals(
        difference, [member[chosen], *_of(arrays, chosen)], groups_among(own, chosen)
    )
    return Audit(column, scored.task, metric, tuple(groups), best, worst, gap)


def _of(arrays: Sequence[NDArray[Any]], chosen: NDArray[np.bool_]) -> list[NDArray[Any]]:
    return [array[chosen] for array in arrays]
