"""Two models on the same images: paired differences."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.figures import Scored
from facebehavior.evaluation.resampling import Groups, Resampling, groups_among
from facebehavior.intervals import Interval


@dataclass(frozen=True)
class PairedDifference:
    """One figure of two models on the same images.

    Attributes:
        task: whose figure it is.
        metric: its name.
        images: how many both have answered.
        units: names of the action units or attributes that both know; empty for other tasks.
        first: figure of the model that is evaluated.
        second: figure of the other.
        difference: first minus second, with its interval.
    """

    task: str
    metric: str
    images: int
    units: tuple[str, ...]
    first: float
    second: float
    difference: Interval


@dataclass(frozen=True)
class Comparison:
    """A model beside another.

    Attributes:
        other: name of the other model, or of the file of its predictions.
        differences: one entry a task that both know.
        unmatched: evaluated images for which the other has no answer.
    """

    other: str
    differences: tuple[PairedDifference, ...]
    unmatched: int


def paired_difference(
    scored: Scored,
    answers: NDArray[Any],
    answered: NDArray[np.bool_],
    metric: str,
    names: Mapping[int, str],
    persons: Groups,
    resampling: Resampling,
) -> PairedDifference | None:
    """Compare the answers of two models.

    Args:
        scored: labels, and answers of the first model, on M images.
        answers: those of the second on the same images, of the same shape.
        answered: of the same shape, true where the second has an answer.
        metric: name of the figure.
        names: of the columns of the answers, where there are several.
        persons: (M,) numbers of the persons; None where they are not known.
        resampling: how the bootstrap draws.

    Returns:
        None where the second has answered nothing that is annotated.
    """
    rows: NDArray[np.bool_] = answered
    columns: NDArray[np.int64] | None = None
    if scored.annotated is not None:
        both = scored.annotated & answered
        rows = np.asarray(both.any(axis=1))
        columns = np.flatnonzero(both.any(axis=0))
    if not rows.any():
        return None
    figure = scored.figure(metric)
    truth, first, second = (_cut(a, rows, columns) for a in (scored.truth, scored.answers, answers))
    masks = []
    if scored.annotated is not None:
        masks = [_cut(scored.annotated & answered, rows, columns)]

    def figures(*given: NDArray[Any]) -> list[float]:
        mine = figure(given[0], given[1], *given[3:])
        other = figure(given[0], given[2], *given[3:])
        return [mine, other, mine - other]

    found = resampling.intervals(
        figures,
        [truth, first, second, *masks],
        groups_among(persons, rows),
    )
    return PairedDifference(
        task=scored.task,
        metric=metric,
        images=int(rows.sum()),
        units=() if columns is None else tuple(names[int(column)] for column in columns),
        first=found[0].value,
        second=found[1].value,
        difference=replace(found[2]),
    )


def _cut(
    array: NDArray[Any], rows: NDArray[np.bool_], columns: NDArray[np.int64] | None
) -> NDArray[Any]:
    return array[rows] if columns is None else array[np.ix_(rows, columns)]
