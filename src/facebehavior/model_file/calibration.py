"""What is fitted after training: the temperature and the thresholds of the action units."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError

COLDEST, HOTTEST = 0.05, 20.0
"""The range within which a temperature is looked for."""

STRICT_RATE = 0.01

SLACK = 1e-3
"""How far beyond -1 and 1 a threshold may lie: past the rounded cosines of two equal faces."""

_TOLERANCE = 1e-9


def fit_temperature(
    logits: NDArray[np.floating],
    target: NDArray[np.floating],
    weights: NDArray[np.floating] | None = None,
) -> float:
    """Find the temperature T that makes softmax(logits / T) the likeliest origin of the labels.

    Minimises the weighted mean cross entropy between the targets and softmax(logits / T). It is
    convex in 1 / T, so golden section over 1 / T finds the minimum.

    Args:
        logits: (N, K). Logarithms of probabilities do as well: softmax ignores the constant by
            which they differ from the logits.
        target: (N, K), each row a distribution over the classes.
        weights: (N,) weight of each row, 0 for a row to leave out; all 1 by default.

    Returns:
        The temperature, from `COLDEST` to `HOTTEST`.

    Raises:
        ValueError: the shapes differ, a value is not finite or no probability, or all weights
            are 0.
    """
    scores = np.asarray(logits, dtype=np.float64)
    wanted = np.asarray(target, dtype=np.float64)
    share = _shares(weights, len(wanted))
    _check_fit(scores, wanted)

    def cross_entropy(inverse: float) -> float:
        scaled = scores * inverse
        scaled -= scaled.max(axis=1, keepdims=True)
        log_softmax = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-(share * (wanted * log_softmax).sum(axis=1)).sum())

    return 1.0 / _golden_section(cross_entropy, 1.0 / HOTTEST, 1.0 / COLDEST)


@dataclass(frozen=True)
class MatchThreshold:
    """Above which similarity two faces count as the same person's, and how often that is wrong.

    Attributes:
        threshold: cosine of the embeddings, from -1 to 1.
        false_match_rate: share of pairs of two people above it.
        false_non_match_rate: share of pairs of one person not above it.
        pairs: how many pairs it was measured on.
        measured_on: name of the database whose held-out people these pairs show; None where the
            model file does not say.
        strict: cosine above which only `STRICT_RATE` of the pairs of two people lie, never below
            the threshold; None where the model file does not say.

    Raises:
        FaceBehaviorError: a value that was never measured.
    """

    threshold: float
    false_match_rate: float
    false_non_match_rate: float
    pairs: int
    measured_on: str | None = None
    strict: float | None = None

    @property
    def strictest(self) -> float:
        """The similarity from which a face that was gone takes up its track again.

        Two tracks of one person are still named alike, a track of two people cannot be parted.
        """
        return self.threshold if self.strict is None else self.strict

    def __post_init__(self) -> None:
        _check_within("threshold", self.threshold, -1.0 - SLACK, 1.0 + SLACK)
        if self.strict is not None:
            _check_within("strict threshold", self.strict, self.threshold, 1.0 + SLACK)
        _check_within("false_match_rate", self.false_match_rate, 0.0, 1.0)
        _check_within("false_non_match_rate", self.false_non_match_rate, 0.0, 1.0)
        if isinstance(self.pairs, bool) or not isinstance(self.pairs, int) or self.pairs < 1:
            raise FaceBehaviorError(
                f"the pairs of a match threshold should be a count, found {self.pairs!r}; "
                "export the model again"
            )
        if not (self.measured_on is None or isinstance(self.measured_on, str)):
            raise FaceBehaviorError(
                "measured_on of a match threshold should be the name of a database, found "
                f"{self.measured_on!r}; export the model again"
            )


def equal_error_threshold(
    similarities: NDArray[np.floating], same: NDArray[np.bool_], measured_on: str | None = None
) -> MatchThreshold | None:
    """Find the threshold at which both kinds of error are as nearly equal as can be.

    It lies halfway between two neighbouring similarities.

    Args:
        similarities: (P,) of pairs of faces.
        same: (P,) whether both faces are of one person.
        measured_on: name of the database that the faces are from.

    Returns:
        None where there are not both kinds of pairs.
    """
    matched, others = np.sort(similarities[same]), np.sort(similarities[~same])
    if not len(matched) or not len(others):
        return None
    values = np.unique(similarities)
    middles = (values[1:] + values[:-1]) / 2
    candidates = np.concatenate([[values[0] - 1e-6], middles, [values[-1] + 1e-6]])
    above = len(others) - np.searchsorted(others, candidates, side="right")
    false_matches = above / len(others)
    missed = np.searchsorted(matched, candidates, side="right") / len(matched)
    best = int(np.argmin(np.abs(false_matches - missed)))
    return MatchThreshold(
        float(candidates[best]),
        float(false_matches[best]),
        float(missed[best]),
        len(same),
        measured_on,
        max(float(candidates[best]), float(np.quantile(others, 1.0 - STRICT_RATE))),
    )


def best_thresholds(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.floating],
    annotated: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Find for each action unit the threshold with the best F1; active means above it.

    The threshold lies halfway between the lowest probability that it lets through and the next
    lower one. Of equally good thresholds the one nearest 0.5 is taken. An action unit without an
    annotated active label keeps 0.5.

    Args:
        probabilities: (N, A) from 0 to 1.
        labels: (N, A), 0 or 1.
        annotated: (N, A); where it is false the label means nothing.

    Returns:
        (A,) thresholds from 0 to 1.

    Raises:
        ValueError: the shapes differ.
    """
    if not (probabilities.shape == labels.shape == annotated.shape) or probabilities.ndim != 2:
        raise ValueError(
            "probabilities, labels and annotated should have one shape (N, A), found "
            f"{probabilities.shape}, {labels.shape} and {annotated.shape}"
        )
    thresholds = np.full(probabilities.shape[1], 0.5)
    for unit in range(probabilities.shape[1]):
        known = annotated[:, unit]
        active = labels[known, unit] > 0.5
        if active.any():
            known_probabilities = probabilities[known, unit].astype(np.float64)
            thresholds[unit] = _best_threshold(known_probabilities, active)
    return thresholds


def _best_threshold(probabilities: NDArray[np.float64], active: NDArray[np.bool_]) -> float:
    order = np.argsort(-probabilities, kind="stable")
    falling = probabilities[order]
    hits = np.cumsum(active[order])
    through = np.arange(1, len(falling) + 1)
    f1 = 2.0 * hits / (through + active.sum())
    next_lower = np.append(falling[1:], 0.0)
    between = (falling + next_lower) / 2.0
    # No threshold parts faces of the same probability, nor where halfway is rounded up.
    possible = between < falling
    if not possible.any():
        return 0.5
    best = np.flatnonzero(possible & (f1 == f1[possible].max()))
    return float(between[best[np.argmin(np.abs(between[best] - 0.5))]])


def _check_within(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise FaceBehaviorError(
            f"the {name} of a match threshold should lie from {low:.0f} to {high:.0f}, found "
            f"{value!r}; export the model again"
        )


def _golden_section(function: Callable[[float], float], low: float, high: float) -> float:
    """Find where a function with one minimum between `low` and `high` has it."""
    ratio = (math.sqrt(5.0) - 1.0) / 2.0
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > _TOLERANCE * high:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
    return (low + high) / 2.0


def _shares(weights: NDArray[np.floating] | None, count: int) -> NDArray[np.float64]:
    """Give each row's share of the whole weight, (N,)."""
    values = np.ones(count) if weights is None else np.asarray(weights, dtype=np.float64)
    if values.shape != (count,):
        raise ValueError(f"weights should have shape ({count},), found {values.shape}")
    if not (np.isfinite(values) & (values >= 0)).all() or not values.sum() > 0:
        raise ValueError("weights should be finite, at least 0 and not all 0")
    return np.asarray(values / values.sum(), dtype=np.float64)


def _check_fit(logits: NDArray[np.floating], target: NDArray[np.floating]) -> None:
    if logits.ndim != 2 or logits.shape != target.shape:
        raise ValueError(
            f"logits and target should have one shape (N, K), found {logits.shape} and "
            f"{target.shape}"
        )
    if not np.isfinite(logits).all():
        raise ValueError("logits should be finite; clip probabilities above 0 before the logarithm")
    if not ((target >= 0) & (target <= 1 + 1e-6)).all():
        raise ValueError("the target should lie from 0 to 1")
