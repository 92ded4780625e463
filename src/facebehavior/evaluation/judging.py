"""Predictions against labels, task by task."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

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
    equal_error_rate,
    expected_calibration_error,
    f1_per_unit,
    f1_scores,
    identification_rate,
    reliability_bins,
    roc_auc,
    root_mean_square_error,
    sign_agreement,
    true_match_rate,
)
from facebehavior.evaluation.resampling import Resampling
from facebehavior.evaluation.results import (
    ActionUnitResult,
    ActionUnitsResult,
    AffectResult,
    ClassRecall,
    ExpressionResult,
    IdentityResult,
)
from facebehavior.evaluation.truth import Labels
from facebehavior.intervals import Interval, bootstrap, wilson
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, EXPRESSIONS

Groups = NDArray[np.int64] | None
"""(N,) number of each image's person; None where persons are not known."""

MOST_PAIRS = 3000
"""Pairs of faces that are compared, half of them of one person."""
FALSE_MATCHES = 0.01
"""Share of the pairs of two people that may match in `true_match_rate`."""

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

    intervals = _bootstrap(compute, [truth, answers], _chosen(groups, annotated), resampling)
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
    intervals = _bootstrap(
        _action_unit_figures, [truth, answers, annotated], _chosen(groups, rows), resampling
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


def judge_identity(
    embedding: NDArray[np.float32], labels: Labels, resampling: Resampling
) -> IdentityResult | None:
    """Judge how well an embedding tells people apart.

    Args:
        embedding: (N, D) of length 1.
        labels: numbers of the people, (N,).
        resampling: how the bootstrap draws; its seed draws the pairs too.

    Returns:
        The result; None without two people of whom one has two images.
    """
    rows = np.flatnonzero(labels.annotated)
    people, vectors = labels.values[rows], embedding[rows].astype(np.float64)
    first, second = drawn_pairs(people, MOST_PAIRS, resampling.seed)
    if not len(first):
        return None
    similarities = (vectors[first] * vectors[second]).sum(axis=1)
    same = people[first] == people[second]
    names = ("roc_auc", "equal_error_rate", "true_match_rate")
    intervals = _bootstrap(_pair_figures, [similarities, same], people[first], resampling)
    _, gallery = np.unique(people, return_index=True)
    probes = np.setdiff1d(np.arange(len(people)), gallery)
    likeness = vectors[probes] @ vectors[gallery].T
    found = identification_rate(likeness, people[gallery], people[probes])
    rank_1 = wilson(round(found * len(probes)), len(probes), resampling.level)
    return IdentityResult(
        images=len(rows),
        people=len(gallery),
        pairs=len(first),
        figures=dict(zip(names, intervals, strict=True)) | {"rank_1": rank_1},
    )


def drawn_pairs(
    people: NDArray[np.int64], most: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw as many pairs of images of one person as of two, each pair at most once.

    Args:
        people: (N,) numbers.
        most: pairs, all in all.
        seed: of the draw.

    Returns:
        (P,) and (P,) places of the images; empty where there are not both kinds.
    """
    generator = np.random.default_rng([seed, len(people)])
    order = np.argsort(people, kind="stable")
    blocks = np.split(order, np.flatnonzero(np.diff(people[order])) + 1) if len(order) else []
    own = [block[np.stack(np.triu_indices(len(block), 1), axis=1)] for block in blocks]
    same = np.concatenate(own) if own else np.empty((0, 2), dtype=np.int64)
    if not len(same) or len(blocks) < 2:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    number = min(len(same), most // 2)
    same = same[generator.permutation(len(same))[:number]]
    drawn = np.sort(generator.integers(0, len(people), size=(8 * number + 64, 2)), axis=1)
    drawn = drawn[people[drawn[:, 0]] != people[drawn[:, 1]]]
    _, places = np.unique(drawn, axis=0, return_index=True)
    others = drawn[np.sort(places)][:number]
    both = np.concatenate([same, others])
    return both[:, 0], both[:, 1]


def _pair_figures(similarities: NDArray[np.float64], same: NDArray[np.bool_]) -> list[float]:
    return [
        roc_auc(same, similarities),
        equal_error_rate(similarities, same),
        true_match_rate(similarities, same, FALSE_MATCHES),
    ]


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
