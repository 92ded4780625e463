"""Measures of the affect task: how two series of numbers agree."""

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics.masking import annotated_pairs


def concordance(
    truth: NDArray[np.floating],
    predicted: NDArray[np.floating],
    annotated: NDArray[np.bool_] | None = None,
    ddof: int = 0,
) -> float:
    """Give Lin's concordance correlation coefficient over the whole set.

    CCC = 2 cov(y, p) / (var(y) + var(p) + (mean(y) - mean(p))^2)

    Args:
        truth: (N,) labels y.
        predicted: (N,) predictions p.
        annotated: (N,) true where the label means something; None where all do.
        ddof: variances and covariance are divided by M - ddof for M annotated images; 0 (as in
            the affect challenges) gives population moments, 1 sample moments.

    Returns:
        -1 to 1; nan where labels and predictions are one and the same constant, or M <= ddof.

    Raises:
        ValueError: the shapes differ.
    """
    labels, answers = _in_float64(truth, predicted, annotated)
    if labels.size <= ddof:
        return float("nan")
    centred_labels, centred_answers = _centred(labels), _centred(answers)
    divisor = labels.size - ddof
    covariance = (centred_labels @ centred_answers) / divisor
    variances = (centred_labels @ centred_labels + centred_answers @ centred_answers) / divisor
    shift = float((labels - answers).mean()) ** 2
    spread = variances + shift
    return float(2.0 * covariance / spread) if spread > 0 else float("nan")


def correlation(
    truth: NDArray[np.floating],
    predicted: NDArray[np.floating],
    annotated: NDArray[np.bool_] | None = None,
) -> float:
    """Give Pearson's correlation coefficient, cov(y, p) / (std(y) std(p)).

    Args:
        truth: (N,) labels y.
        predicted: (N,) predictions p.
        annotated: (N,) true where the label means something; None where all do.

    Returns:
        -1 to 1; nan where the labels or the predictions are constant, or nothing is annotated.

    Raises:
        ValueError: the shapes differ.
    """
    labels, answers = _in_float64(truth, predicted, annotated)
    if not labels.size:
        return float("nan")
    labels, answers = _centred(labels), _centred(answers)
    scale = np.sqrt(labels @ labels) * np.sqrt(answers @ answers)
    return float(np.clip((labels @ answers) / scale, -1.0, 1.0)) if scale > 0 else float("nan")


def root_mean_square_error(
    truth: NDArray[np.floating],
    predicted: NDArray[np.floating],
    annotated: NDArray[np.bool_] | None = None,
) -> float:
    """Give sqrt(mean((y - p)^2)); nan where nothing is annotated.

    Args:
        truth: (N,) labels y.
        predicted: (N,) predictions p.
        annotated: (N,) true where the label means something; None where all do.

    Raises:
        ValueError: the shapes differ.
    """
    labels, answers = _in_float64(truth, predicted, annotated)
    return float(np.sqrt(np.mean((labels - answers) ** 2))) if labels.size else float("nan")


def sign_agreement(
    truth: NDArray[np.floating],
    predicted: NDArray[np.floating],
    annotated: NDArray[np.bool_] | None = None,
) -> float:
    """Give SAGR, the share of predictions with the sign of the label; nan without any.

    Zero has a sign of its own: it agrees with zero only.

    Args:
        truth: (N,) labels.
        predicted: (N,) predictions.
        annotated: (N,) true where the label means something; None where all do.

    Raises:
        ValueError: the shapes differ.
    """
    labels, answers = _in_float64(truth, predicted, annotated)
    return float(np.mean(np.sign(labels) == np.sign(answers))) if labels.size else float("nan")


def _in_float64(
    truth: NDArray[np.floating],
    predicted: NDArray[np.floating],
    annotated: NDArray[np.bool_] | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    labels, answers = annotated_pairs(truth, predicted, annotated)
    return np.asarray(labels, dtype=np.float64), np.asarray(answers, dtype=np.float64)


def _centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # The mean of equal numbers can differ from them in the last digit.
    if values.min() == values.max():
        return np.zeros_like(values)
    return np.asarray(values - values.mean(), dtype=np.float64)
