"""Calibration: whether what is said with confidence c is right in a share c of the cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics.masking import annotated_pairs, ratio

BINS = 15
"""Bins of equal width, as in Guo et al., "On calibration of modern neural networks", 2017."""


@dataclass(frozen=True, eq=False)
class ReliabilityBins:
    """Answers in B bins of confidence; bin b holds confidences from edge b (excluded) to b + 1.

    Attributes:
        edges: (B + 1,) from 0 to 1; confidence 0 falls into the first bin.
        counts: (B,) answers in each bin.
        confidence: (B,) mean confidence; nan in an empty bin.
        accuracy: (B,) share of right answers; nan in an empty bin.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]


def reliability_bins(
    confidence: NDArray[np.floating],
    right: NDArray[np.bool_],
    annotated: NDArray[np.bool_] | None = None,
    bins: int = BINS,
) -> ReliabilityBins:
    """Sort answers into bins of equal width by their confidence.

    For one of K classes, the confidence is the greatest probability and the answer is right where
    its class is the label's.

    Args:
        confidence: (N,) 0 to 1.
        right: (N,) whether the answer is right.
        annotated: (N,) true where the label means something; None where all do.
        bins: number of bins B.

    Raises:
        ValueError: the shapes differ, there is no bin, or a confidence is not from 0 to 1.
    """
    right, confidence = annotated_pairs(right, confidence, annotated)
    confidence = np.asarray(confidence, dtype=np.float64)
    if bins < 1:
        raise ValueError(f"bins should be at least 1, found {bins}")
    if not ((confidence >= 0) & (confidence <= 1 + 1e-6)).all():
        raise ValueError("confidence should lie from 0 to 1")
    edges = np.linspace(0.0, 1.0, bins + 1)
    # A softmax in single precision can give a little more than 1.
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins).astype(np.int64)
    return ReliabilityBins(
        edges=edges,
        counts=counts,
        confidence=ratio(np.bincount(place, weights=confidence, minlength=bins), counts),
        accuracy=ratio(np.bincount(place, weights=right, minlength=bins), counts),
    )


def expected_calibration_error(bins: ReliabilityBins) -> float:
    """Average |accuracy - confidence| over the bins, weighted by their counts; nan without any."""
    filled = bins.counts > 0
    if not filled.any():
        return float("nan")
    gaps = np.abs(bins.accuracy[filled] - bins.confidence[filled])
    return float((bins.counts[filled] * gaps).sum() / bins.counts.sum())
