"""Predictions against labels, task by task."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.figures import EXPRESSION_FIGURES, UNIT_FIGURES
from facebehavior.evaluation.metrics import (
    accuracy_per_unit,
    average_precision,
    concordance,
    confusion_matrix,
    correlation,
    defined_mean,
    expected_calibration_error,
    f1_per_unit,
    f1_scores,
    reliability_bins,
    roc_auc,
    root_mean_square_error,
    sign_agreement,
)
from facebehavior.evaluation.resampling import Groups, Resampling, groups_among
from facebehavior.evaluation.results import (
    ActionUnitResult,
    ActionUnitsResult,
    AffectResult,
    ClassRecall,
    ExpressionResult,
)
from facebehavior.evaluation.truth import Labels
from facebehavior.intervals import Interval, wilson
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, EXPRESSIONS

_EXPRESSION_FIGURES = ("accuracy", "unweighted_average_recall", "macro_f1")
_AFFECT_METRICS = {
    "ccc": concordance,
    "correlation": correlation,
    "root_mean_square_error": root_mean_square_error,
    "sign_agreement": sign_agreement,
}


def judge_expression(
    scores: NDArray[np.floating],
    labels: Labels,
    groups: Groups,
    resampling: Resampling,
    *,
    names: Sequence[str] = EXPRESSIONS,
    probabilities: bool = True,
    also: str | None = None,
) -> ExpressionResult | None:
    """Judge expressions, basic or compound.

    Args:
        scores: (N, K), the greatest of which is the answer.
        labels: class indices, (N,).
        groups: the images' persons.
        resampling: how the bootstrap draws.
        names: of the K classes.
        probabilities: whether the scores are probabilities, so that their calibration can be told.
        also: a further figure that the protocol quotes.

    Returns:
        The result; None where nothing is annotated.
    """
    annotated = labels.annotated
    if not annotated.any():
        return None
    truth, scores = labels.values[annotated], scores[annotated]
    answers = scores.argmax(axis=1)
    confusion = confusion_matrix(truth, answers, len(names))
    figures = tuple(dict.fromkeys([*_EXPRESSION_FIGURES, *([also] if also else [])]))

    def compute(truth: NDArray[np.int64], answers: NDArray[np.int64]) -> list[float]:
        return [EXPRESSION_FIGURES[name](truth, answers, len(names)) for name in figures]

    intervals = resampling.intervals(compute, [truth, answers], groups_among(groups, annotated))
    bins = reliability_bins(scores.max(axis=1), answers == truth) if probabilities else None
    return ExpressionResult(
        images=len(truth),
        figures=dict(zip(figures, intervals, strict=True)),
        classes=_class_recalls(confusion, names, resampling.level),
        confusion=confusion,
        calibration_error=float("nan") if bins is None else expected_calibration_error(bins),
        bins=bins,
    )


def judge_action_units(
    probabilities: NDArray[np.float32],
    labels: Labels,
    thresholds: Mapping[str, float],
    groups: Groups,
    resampling: Resampling,
    columns_of: Sequence[str] = ACTION_UNIT_COLUMNS,
) -> ActionUnitsResult | None:
    """Judge action units, or attributes.

    Args:
        probabilities: (N, A).
        labels: true where active, (N, A).
        thresholds: for each of them the probability above which it counts as active.
        groups: the images' persons.
        resampling: how the bootstrap draws.
        columns_of: names of the A columns.

    Returns:
        The result; None where nothing is annotated.
    """
    rows, columns = labels.rows(), np.flatnonzero(labels.annotated.any(axis=0))
    if not len(columns):
        return None
    chosen = np.ix_(rows, columns)
    truth, annotated = labels.values[chosen], labels.annotated[chosen]
    probabilities = probabilities[chosen]
    names = [columns_of[int(column)] for column in columns]
    limits = np.array([thresholds[name] for name in names])
    answers = probabilities > limits
    intervals = resampling.intervals(
        _action_unit_figures, [truth, answers, annotated], groups_among(groups, rows)
    )
    means, rest = intervals[: len(UNIT_FIGURES)], intervals[len(UNIT_FIGURES) :]
    f1, right = rest[: len(names)], rest[len(names) :]
    units = tuple(
        ActionUnitResult(
            name=name,
            images=int(annotated[:, unit].sum()),
            active=int((truth & annotated)[:, unit].sum()),
            threshold=float(limits[unit]),
            f1=f1[unit],
            accuracy=right[unit],
            roc_auc=roc_auc(truth[:, unit], probabilities[:, unit], annotated[:, unit]),
            average_precision=average_precision(
                truth[:, unit], probabilities[:, unit], annotated[:, unit]
            ),
        )
        for unit, name in enumerate(names)
    )
    figures = {
        **dict(zip(UNIT_FIGURES, means, strict=True)),
        "mean_roc_auc": Interval(defined_mean(np.array([unit.roc_auc for unit in units]))),
        "mean_average_precision": Interval(
            defined_mean(np.array([unit.average_precision for unit in units]))
        ),
    }
    return ActionUnitsResult(images=int(rows.sum()), figures=figures, units=units)


def judge_affect(
    predicted: NDArray[np.float32],
    labels: Labels,
    groups: Groups,
    resampling: Resampling,
) -> AffectResult | None:
    """Judge valence and arousal.

    Args:
        predicted: (N, 2) from -1 to 1.
        labels: valence and arousal from -1 to 1, (N, 2).
        groups: the images' persons.
        resampling: how the bootstrap draws.

    Returns:
        The result; None where nothing is annotated.
    """
    rows, columns = labels.rows(), np.flatnonzero(labels.annotated.any(axis=0))
    if not len(columns):
        return None
    chosen = np.ix_(rows, columns)
    annotated = labels.annotated[chosen]
    arrays = [labels.values[chosen], predicted[chosen].astype(np.float64), annotated]
    mean, *rest = resampling.intervals(_affect_figures, arrays, groups_among(groups, rows))
    width = len(_AFFECT_METRICS)
    dimensions = {
        AFFECT[column]: dict(
            zip(_AFFECT_METRICS, rest[place * width : (place + 1) * width], strict=True)
        )
        for place, column in enumerate(columns)
    }
    return AffectResult(
        images=int(rows.sum()),
        figures={"mean_ccc": mean},
        dimensions=dimensions,
        annotated={
            AFFECT[column]: int(annotated[:, place].sum()) for place, column in enumerate(columns)
        },
    )


def _action_unit_figures(
    truth: NDArray[np.bool_], answers: NDArray[np.bool_], annotated: NDArray[np.bool_]
) -> NDArray[np.float64]:
    means = [figure(truth, answers, annotated) for figure in UNIT_FIGURES.values()]
    f1 = f1_per_unit(truth, answers, annotated)
    right = accuracy_per_unit(truth, answers, annotated)
    return np.concatenate([means, f1, right])


def _affect_figures(
    truth: NDArray[np.float64], predicted: NDArray[np.float64], annotated: NDArray[np.bool_]
) -> list[float]:
    figures = [
        metric(truth[:, column], predicted[:, column], annotated[:, column])
        for column in range(truth.shape[1])
        for metric in _AFFECT_METRICS.values()
    ]
    return [defined_mean(np.array(figures[:: len(_AFFECT_METRICS)])), *figures]


def _class_recalls(
    confusion: NDArray[np.int64], names: Sequence[str], level: float
) -> tuple[ClassRecall, ...]:
    images, hits, f1 = confusion.sum(axis=1), np.diag(confusion), f1_scores(confusion)
    return tuple(
        ClassRecall(
            name=name,
            images=int(images[index]),
            recall=wilson(int(hits[index]), int(images[index]), level),
            f1=float(f1[index]),
        )
        for index, name in enumerate(names)
    )
