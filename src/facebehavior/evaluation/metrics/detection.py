"""Measures of the action unit task: A independent yes-or-no decisions for each image."""

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics.masking import check_mask, ratio


def f1_per_unit(
    truth: NDArray[np.bool_],
    predicted: NDArray[np.bool_],
    annotated: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Give each action unit's binary F1 = 2 TP / (2 TP + FP + FN) over its annotated images.

    Average with `defined_mean`, and report which action units are undefined.

    Args:
        truth: (N, A) true where the action unit is active.
        predicted: (N, A) true where it is predicted to be active.
        annotated: (N, A) true where the label means something; None where all do.

    Returns:
        (A,); nan for an action unit that is neither active nor predicted anywhere.

    Raises:
        ValueError: the shapes differ, or an array is not boolean.
    """
    known = _known(truth, predicted, annotated)
    hits = (truth & predicted & known).sum(axis=0)
    misses = ((truth != predicted) & known).sum(axis=0)
    return ratio(2 * hits, 2 * hits + misses)


def accuracy_per_unit(
    truth: NDArray[np.bool_],
    predicted: NDArray[np.bool_],
    annotated: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Give each action unit's share of right decisions over its annotated images.

    Args:
        truth: (N, A) true where the action unit is active.
        predicted: (N, A) true where it is predicted to be active.
        annotated: (N, A) true where the label means something; None where all do.

    Returns:
        (A,); nan for an action unit that is annotated nowhere.

    Raises:
        ValueError: the shapes differ, or an array is not boolean.
    """
    known = _known(truth, predicted, annotated)
    return ratio(((truth == predicted) & known).sum(axis=0), known.sum(axis=0))


def _known(
    truth: NDArray[np.bool_],
    predicted: NDArray[np.bool_],
    annotated: NDArray[np.bool_] | None,
) -> NDArray[np.bool_]:
    if truth.ndim != 2 or truth.shape != predicted.shape:
        raise ValueError(
            "labels and predictions should have one shape (N, A), found "
            f"{truth.shape} and {predicted.shape}"
        )
    if truth.dtype != np.bool_ or predicted.dtype != np.bool_:
        raise ValueError(
            f"labels and predictions should be bool, found {truth.dtype} and {predicted.dtype}"
        )
    if annotated is None:
        return np.ones(truth.shape, dtype=np.bool_)
    check_mask(annotated, truth.shape)
    return annotated
