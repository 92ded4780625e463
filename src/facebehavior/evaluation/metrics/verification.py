"""Measures of verification and identification: are two faces one person's, and whose face is it?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FoldAccuracy:
    """Accuracy of verification over folds, the threshold of each chosen on all the others.

    Attributes:
        mean: over the folds.
        standard_error: of the mean, standard deviation (n - 1) over the root of the folds' number.
        folds: (F,) accuracy of each.
        thresholds: (F,) chosen for each.
    """

    mean: float
    standard_error: float
    folds: NDArray[np.float64]
    thresholds: NDArray[np.float64]


def verification_accuracy(
    similarities: NDArray[np.floating], same: NDArray[np.bool_], folds: NDArray[np.integer]
) -> FoldAccuracy:
    """Give the accuracy of LFW's protocol View 2.

    A pair counts as one person's above the threshold. Of thresholds that are as good on the other
    folds, halfway between neighbouring similarities, the lowest is taken.

    Args:
        similarities: (P,) of pairs.
        same: (P,) whether both are one person.
        folds: (P,) number of each pair's fold; at least two folds.

    Raises:
        ValueError: the shapes differ, or there are fewer than two folds.
    """
    _check_pairs(similarities, same)
    numbers = np.unique(folds)
    if folds.shape != same.shape or len(numbers) < 2:
        raise ValueError(f"expected a fold for each pair, two or more, found {len(numbers)}")
    right, thresholds = [], []
    for number in numbers:
        own = folds == number
        threshold = best_threshold(similarities[~own], same[~own])
        thresholds.append(threshold)
        right.append(float(np.mean((similarities[own] > threshold) == same[own])))
    values = np.array(right)
    error = float(values.std(ddof=1) / np.sqrt(len(values)))
    return FoldAccuracy(float(values.mean()), error, values, np.array(thresholds))


def best_threshold(similarities: NDArray[np.floating], same: NDArray[np.bool_]) -> float:
    """Give the threshold with the most right decisions; the lowest of those that are as good."""
    order = np.argsort(similarities, kind="stable")
    ordered, truth = np.asarray(similarities, dtype=np.float64)[order], same[order]
    # With the threshold above the first k pairs, these are told apart and the rest are not.
    right = np.concatenate([[0], np.cumsum(~truth)]) + (
        truth.sum() - np.concatenate([[0], np.cumsum(truth)])
    )
    # No threshold lies between equal similarities.
    possible = np.concatenate([[True], ordered[1:] > ordered[:-1], [True]])
    best = int(np.argmax(np.where(possible, right, -1)))
    if best == 0:
        return float(ordered[0] - 1e-6)
    if best == len(ordered):
        return float(ordered[-1])
    return float((ordered[best - 1] + ordered[best]) / 2)


def equal_error_rate(similarities: NDArray[np.floating], same: NDArray[np.bool_]) -> float:
    """Give the rate at which as many pairs of two people match as pairs of one do not.

    Between two thresholds both rates are taken to change linearly.

    Args:
        similarities: (P,).
        same: (P,); nan where there are not both kinds of pairs.

    Raises:
        ValueError: the shapes differ.
    """
    false_matches, missed = _rates(similarities, same)
    if np.isnan(false_matches[0]) or np.isnan(missed[0]):
        return float("nan")
    difference = missed - false_matches  # rises from -1 to 1 with the threshold
    after = int(np.argmax(difference >= 0))
    if difference[after] == 0 or after == 0:
        return float(missed[after])
    step = difference[after - 1] / (difference[after - 1] - difference[after])
    return float(missed[after - 1] + step * (missed[after] - missed[after - 1]))


def true_match_rate(
    similarities: NDArray[np.floating], same: NDArray[np.bool_], false_match_rate: float
) -> float:
    """Give the share of pairs of one person that match where at most so many of two people do.

    Args:
        similarities: (P,).
        same: (P,).
        false_match_rate: from 0 to 1.

    Returns:
        nan where there are not both kinds of pairs.

    Raises:
        ValueError: the shapes differ.
    """
    false_matches, missed = _rates(similarities, same)
    if np.isnan(false_matches[0]) or np.isnan(missed[0]):
        return float("nan")
    allowed = false_matches <= false_match_rate
    return float(1.0 - missed[allowed].min())


def identification_rate(
    similarities: NDArray[np.floating],
    gallery: NDArray[np.generic],
    probes: NDArray[np.generic],
    rank: int = 1,
) -> float:
    """Give the share of probes whose person is among the `rank` most similar people.

    A person's similarity is that of the most similar of their gallery faces. Of people that are
    equally similar, the probe's own counts as the last.

    Args:
        similarities: (Q, G) between Q probes and G gallery faces.
        gallery: (G,) person of each gallery face.
        probes: (Q,) person of each probe; those without a face in the gallery are left out.
        rank: 1 or more.

    Returns:
        nan without a probe whose person is in the gallery.

    Raises:
        ValueError: the shapes differ, or the rank is below 1.
    """
    if similarities.shape != (len(probes), len(gallery)) or rank < 1:
        raise ValueError(
            f"expected similarities of shape ({len(probes)}, {len(gallery)}) and a rank of 1 or "
            f"more, found {similarities.shape} and {rank}"
        )
    people, number = np.unique(gallery, return_inverse=True)
    best = np.full((len(probes), len(people)), -np.inf)
    for person in range(len(people)):
        best[:, person] = similarities[:, number == person].max(axis=1)
    place = {person: column for column, person in enumerate(people.tolist())}
    known = [row for row, person in enumerate(probes.tolist()) if person in place]
    if not known:
        return float("nan")
    own = np.array([best[row, place[probes[row].item()]] for row in known])
    better = (best[known] >= own[:, None]).sum(axis=1) - 1
    return float(np.mean(better < rank))


def _rates(
    similarities: NDArray[np.floating], same: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the rates of false matches and of misses at every threshold, from low to high."""
    _check_pairs(similarities, same)
    matched, others = np.sort(similarities[same]), np.sort(similarities[~same])
    values = np.unique(similarities)
    thresholds = np.concatenate([[-np.inf], values])
    with np.errstate(invalid="ignore", divide="ignore"):
        # Counts over counts: 30 of 3,000 is then .01 exactly, which 1 - 2,970 / 3,000 is not.
        above = len(others) - np.searchsorted(others, thresholds, side="right")
        false_matches = above / np.float64(len(others))
        missed = np.searchsorted(matched, thresholds, side="right") / np.float64(len(matched))
    return false_matches, missed


def _check_pairs(similarities: NDArray[np.floating], same: NDArray[np.bool_]) -> None:
    if similarities.ndim != 1 or similarities.shape != same.shape or same.dtype != np.bool_:
        raise ValueError(
            "similarities and same should have one shape (P,), the latter bool, found "
            f"{similarities.shape} and {same.dtype} of {same.shape}"
        )
