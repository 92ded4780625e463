"""Measures of intensities: do two raters, or a rater and a program, give the same numbers?"""

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics.masking import annotated_pairs


def intraclass_correlation(
    truth: NDArray[np.floating],
    predicted: NDArray[np.floating],
    annotated: NDArray[np.bool_] | None = None,
) -> float:
    """Give ICC(3,1) of two raters (Shrout and Fleiss 1979): consistency, two-way mixed.

    ICC = (MS_between - MS_error) / (MS_between + MS_error), with the mean squares of the two-way
    analysis of variance over N images and 2 raters. A constant difference between them costs
    nothing.

    Args:
        truth: (N,) labels.
        predicted: (N,) predictions.
        annotated: (N,) true where the label means something; None where all do.

    Returns:
        -1 to 1; nan with fewer than two images, or where nothing varies.

    Raises:
        ValueError: the shapes differ.
    """
    labels, answers = annotated_pairs(truth, predicted, annotated)
    if len(labels) < 2:
        return float("nan")
    ratings = np.stack([labels, answers], axis=1).astype(np.float64)
    count, raters = ratings.shape
    grand = ratings.mean()
    images, columns = ratings.mean(axis=1), ratings.mean(axis=0)
    between = raters * ((images - grand) ** 2).sum() / (count - 1)
    residual = ratings - images[:, None] - columns + grand
    error = (residual**2).sum() / ((count - 1) * (raters - 1))
    total = between + (raters - 1) * error
    return float((between - error) / total) if total > 0 else float("nan")
