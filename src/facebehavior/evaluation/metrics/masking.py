"""Leaving out what is not annotated, and averaging what is defined."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def annotated_pairs(
    truth: NDArray[Any], predicted: NDArray[Any], annotated: NDArray[np.bool_] | None
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give the annotated entries of labels and predictions.

    Args:
        truth: (N,) labels.
        predicted: (N,) predictions.
        annotated: (N,) true where the label means something; None where all of them do.

    Returns:
        (M,) labels and (M,) predictions; M may be 0.

    Raises:
        ValueError: the shapes differ or are not (N,).
    """
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    if truth.ndim != 1 or truth.shape != predicted.shape:
        raise ValueError(
            "labels and predictions should have one shape (N,), found "
            f"{truth.shape} and {predicted.shape}"
        )
    if annotated is None:
        return truth, predicted
    check_mask(annotated, truth.shape)
    return truth[annotated], predicted[annotated]


def check_mask(annotated: NDArray[np.bool_], shape: tuple[int, ...]) -> None:
    """Check that a mask of annotated entries is boolean and has the shape of the labels.

    Raises:
        ValueError: it is of another type or shape.
    """
    if annotated.dtype != np.bool_ or annotated.shape != shape:
        raise ValueError(
            f"annotated should be bool of shape {shape}, found {annotated.dtype} of shape "
            f"{annotated.shape}"
        )


def defined_mean(values: NDArray[np.float64]) -> float:
    """Average the values that are not nan; nan where none is."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")


def ratio(numerator: NDArray[Any], denominator: NDArray[Any]) -> NDArray[np.float64]:
    """Divide entry by entry in float64; nan where the denominator is 0."""
    result = np.full(np.shape(denominator), np.nan)
    np.divide(numerator, denominator, out=result, where=np.asarray(denominator) != 0)
    return result
