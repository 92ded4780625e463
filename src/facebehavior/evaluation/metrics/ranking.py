"""How well scores rank what is active above what is not, whatever the threshold."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics.masking import annotated_pairs


def roc_auc(
    truth: NDArray[Any],
    scores: NDArray[np.floating],
    annotated: NDArray[np.bool_] | None = None,
) -> float:
    """Give the area under the ROC curve: how probably an active image outranks an inactive one.

    Equal scores count as half (the Mann-Whitney statistic).

    Args:
        truth: (N,) active or not, as booleans or as 0 and 1.
        scores: (N,) any real numbers, higher for active.
        annotated: (N,) true where the label means something; None where all do.

    Returns:
        0 to 1; nan where not both an active and an inactive image are annotated.

    Raises:
        ValueError: the shapes differ, or a score is not finite.
    """
    active, scores = _decisions(truth, scores, annotated)
    positives = int(active.sum())
    negatives = active.size - positives
    if not positives or not negatives:
        return float("nan")
    _, level, count = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    mean_rank = last - (count - 1) / 2.0
    above = mean_rank[level][active].sum() - positives * (positives + 1) / 2.0
    return float(above / (positives * negatives))


def average_precision(
    truth: NDArray[Any],
    scores: NDArray[np.floating],
    annotated: NDArray[np.bool_] | None = None,
) -> float:
    """Give the average precision: sum over thresholds of (R_k - R_(k-1)) P_k, not interpolated.

    Images of one score pass the threshold together.

    Args:
        truth: (N,) active or not, as booleans or as 0 and 1.
        scores: (N,) any real numbers, higher for active.
        annotated: (N,) true where the label means something; None where all do.

    Returns:
        0 to 1; nan where no active image is annotated.

    Raises:
        ValueError: the shapes differ, or a score is not finite.
    """
    active, scores = _decisions(truth, scores, annotated)
    if not active.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    falling, hits = scores[order], np.cumsum(active[order])
    ends = np.flatnonzero(np.append(falling[1:] != falling[:-1], True))
    precision = hits[ends] / (ends + 1)
    gained = np.diff(hits[ends], prepend=0) / hits[-1]
    return float((gained * precision).sum())


def _decisions(
    truth: NDArray[Any], scores: NDArray[np.floating], annotated: NDArray[np.bool_] | None
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    truth, scores = annotated_pairs(truth, scores, annotated)
    if not np.isfinite(scores).all():
        raise ValueError("scores should be finite")
    return np.asarray(truth, dtype=np.bool_), np.asarray(scores, dtype=np.float64)
