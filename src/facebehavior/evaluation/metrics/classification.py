"""Measures of the expression task: one of K classes that are fixed in advance."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics.masking import annotated_pairs, defined_mean, ratio


def accuracy(
    truth: NDArray[np.integer],
    predicted: NDArray[np.integer],
    annotated: NDArray[np.bool_] | None = None,
) -> float:
    """Give the share of annotated images whose class is predicted rightly; nan without any.

    Args:
        truth: (N,) class indices.
        predicted: (N,) class indices.
        annotated: (N,) true where the label means something; None where all do.

    Raises:
        ValueError: the shapes differ.
    """
    truth, predicted = annotated_pairs(truth, predicted, annotated)
    return float(np.mean(truth == predicted)) if truth.size else float("nan")


def confusion_matrix(
    truth: NDArray[np.integer],
    predicted: NDArray[np.integer],
    classes: int,
    annotated: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """Count the annotated images by true class (rows) and predicted class (columns).

    Args:
        truth: (N,) class indices; where not annotated, anything.
        predicted: (N,) class indices.
        classes: the number K of classes, whether or not all of them occur.
        annotated: (N,) true where the label means something; None where all do.

    Returns:
        (K, K) counts.

    Raises:
        ValueError: the shapes differ, or an annotated class index is not from 0 to K - 1.
    """
    truth, predicted = annotated_pairs(truth, predicted, annotated)
    for name, values in (("label", truth), ("prediction", predicted)):
        wrong = values[(values < 0) | (values >= classes)]
        if wrong.size:
            raise ValueError(f"a {name} should be from 0 to {classes - 1}, found {wrong[0]}")
    cells = truth.astype(np.int64) * classes + predicted.astype(np.int64)
    counts = np.bincount(cells, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def recalls(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Give each class's share of its images that are predicted rightly.

    Args:
        confusion: (K, K) counts, rows truth.

    Returns:
        (K,); nan for a class that has no image.
    """
    return ratio(np.diag(confusion), confusion.sum(axis=1))


def unweighted_average_recall(confusion: NDArray[Any]) -> float:
    """Average the recalls of the classes that have images; nan where none has.

    It is the mean diagonal of the row-normalised confusion matrix. Name the classes that it leaves
    out (`absent_classes`) wherever it is reported.

    Args:
        confusion: (K, K) counts, rows truth.
    """
    return defined_mean(recalls(confusion))


def f1_scores(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Give each class's F1 = 2 TP / (2 TP + FP + FN).

    Args:
        confusion: (K, K) counts, rows truth.

    Returns:
        (K,); nan for a class that neither has an image nor is ever predicted. A class that has no
        image but is predicted has F1 = 0.
    """
    return ratio(2 * np.diag(confusion), confusion.sum(axis=0) + confusion.sum(axis=1))


def macro_f1(confusion: NDArray[Any]) -> float:
    """Average F1 over the classes that have an image or are predicted; nan where none is.

    With all K classes among the images, it is the mean over the K classes.

    Args:
        confusion: (K, K) counts, rows truth.
    """
    return defined_mean(f1_scores(confusion))


def weighted_f1(confusion: NDArray[Any]) -> float:
    """Average F1 over the classes that have images, each weighted by how many; nan without any.

    Args:
        confusion: (K, K) counts, rows truth.
    """
    images = confusion.sum(axis=1)
    present = images > 0
    if not present.any():
        return float("nan")
    return float(np.average(f1_scores(confusion)[present], weights=images[present]))


def absent_classes(confusion: NDArray[Any]) -> NDArray[np.int64]:
    """Give the indices of the classes that have no image.

    Args:
        confusion: (K, K) counts, rows truth.
    """
    return np.flatnonzero(confusion.sum(axis=1) == 0)
