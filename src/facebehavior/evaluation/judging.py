"""Predictions against labels, task by task."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics import (
    accuracy,
    accuracy_per_unit,
    average_precision,
    concordance,
    confusion_matrix,
    correlation,
    defined_mean,
    expected_calibration_error,
    f1_per_unit,
    f1_scores,
    macro_f1,
    reliability_bins,
    roc_auc,
    root_mean_square_error,
    sign_agreement,
    unweighted_average_recall,
)
from facebehavior.evaluation.results import (
    ActionUnitResult,
    ActionUnitsResult,
    AffectResult,
    ClassRecall,
    ExpressionResult,
    Resampling,
)
from facebehavior.evaluation.truth import Labels
from facebehavior.intervals import Interval, bootstrap, wilson
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, EXPRESSIONS

Groups = NDArray[np.int64] | None
"""(N,) number of each image's person; None where persons are not known."""

_CLASSES = len(EXPRESSIONS)
_AFFECT_METRICS = {
    "ccc": concordance,
    "correlation": correlation,
    "root_mean_square_error": root_mean_square_error,
    "sign_agreement": sign_agreement,
}


def judge_expression(
    probabilities: NDArray[np.float32],
    labels: Labels,
    groups: Groups,
    resampling: Resampling,
) -> ExpressionResult | None:
    """Judge expressions.

    Args:
        probabilities: (N, 7).
        labels: class indices, (N,).
        groups: the images' persons.
        resampling: how the bootstrap draws.

    Returns:
        The result; None where nothing is annotated.
    """
    annotated = labels.annotated
    if not annotated.any():
        return None
    truth, probabilities = labels.values[annotated], probabilities[annotated]
    answers = probabilities.argmax(axis=1)
    confusion = confusion_matrix(truth, answers, _CLASSES)
    bins = reliability_bins(probabilities.max(axis=1), answers == truth)
    names = ("accuracy", "unweighted_average_recall", "macro_f1")
    intervals = _bootstrap(
        _expression_figures, [truth, answers], _chosen(groups, annotated), resampling
    )
    return ExpressionResult(
        images=len(truth),
        figures=dict(zip(names, intervals, strict=True)),
        classes=_class_recalls(confusion, resampling.level),
        confusion=confusion,
        calibration_error=expected_calibration_error(bins),
        bins=bins,
    )


def judge_action_units(
    probabilities: NDArray[np.float32],
    labels: Labels,
    thresholds: Mapping[str, float],
    groups: Groups,
    resampling: Resampling,
) -> ActionUnitsResult | None:
    """Judge action units.

    Args:
        probabilities: (N, 17).
        labels: true where active, (N, 17).
        thresholds: for each action unit the probability above which it counts as active.
        groups: the images' persons.
        resampling: how the bootstrap draws.

    Returns:
        The result; None where nothing is annotated.
    """
    rows, columns = labels.rows(), np.flatnonzero(labels.annotated.any(axis=0))
    if not len(columns):
        return None
    chosen = np.ix_(rows, columns)
    truth, annotated = labels.values[chosen], labels.annotated[chosen]
    probabilities = probabilities[chosen]
    names = [ACTION_UNIT_COLUMNS[column] for column in columns]
    limits = np.array([thresholds[name] for name in names])
    answers = probabilities > limits
    intervals = _bootstrap(
        _action_unit_figures, [truth, answers, annotated], _chosen(groups, rows), resampling
    )
    means, f1, right = intervals[:2], intervals[2 : 2 + len(names)], intervals[2 + len(names) :]
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
        "mean_f1": means[0],
        "mean_accuracy": means[1],
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
    mean, *rest = _bootstrap(_affect_figures, arrays, _chosen(groups, rows), resampling)
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


def _expression_figures(truth: NDArray[np.int64], answers: NDArray[np.int64]) -> list[float]:
    confusion = confusion_matrix(truth, answers, _CLASSES)
    return [accuracy(truth, answers), unweighted_average_recall(confusion), macro_f1(confusion)]


def _action_unit_figures(
    truth: NDArray[np.bool_], answers: NDArray[np.bool_], annotated: NDArray[np.bool_]
) -> NDArray[np.float64]:
    f1 = f1_per_unit(truth, answers, annotated)
    right = accuracy_per_unit(truth, answers, annotated)
    return np.concatenate([[defined_mean(f1), defined_mean(right)], f1, right])


def _affect_figures(
    truth: NDArray[np.float64], predicted: NDArray[np.float64], annotated: NDArray[np.bool_]
) -> list[float]:
    figures = [
        metric(truth[:, column], predicted[:, column], annotated[:, column])
        for column in range(truth.shape[1])
        for metric in _AFFECT_METRICS.values()
    ]
    return [defined_mean(np.array(figures[:: len(_AFFECT_METRICS)])), *figures]


def _class_recalls(confusion: NDArray[np.int64], level: float) -> tuple[ClassRecall, ...]:
    images, hits, f1 = confusion.sum(axis=1), np.diag(confusion), f1_scores(confusion)
    return tuple(
        ClassRecall(
            name=name,
            images=int(images[index]),
            recall=wilson(int(hits[index]), int(images[index]), level),
            f1=float(f1[index]),
        )
        for index, name in enumerate(EXPRESSIONS)
    )


def _chosen(groups: Groups, rows: NDArray[np.bool_]) -> Groups:
    return None if groups is None else groups[rows]


def _bootstrap(
    metric: Callable[..., Any],
    arrays: list[NDArray[Any]],
    groups: Groups,
    resampling: Resampling,
) -> tuple[Interval, ...]:
    return bootstrap(
        metric,
        arrays,
        groups,
        replicates=resampling.replicates,
        level=resampling.level,
        seed=resampling.seed,
    )
