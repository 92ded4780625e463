"""Figures under many draws of people, the same draws for every run on a test set; differences.

A draw gives each picture a weight, how often its person was drawn. The figures are those of
`facebehavior.evaluation.metrics` with weights, for all draws at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

REPLICATES = 1000
Array = NDArray[np.floating[Any]]


def person_numbers(names: NDArray[np.str_] | NDArray[np.object_]) -> NDArray[np.int64]:
    """Number the people of N pictures from 0, in the order of their names; (N,)."""
    return np.unique(names.astype(str), return_inverse=True)[1].astype(np.int64)


def drawn_weights(person: NDArray[np.int64], replicates: int = REPLICATES, seed: int = 0) -> Array:
    """Draw as many people as there are, with replacement.

    Args:
        person: (N,) number of each picture's person, from 0.
        replicates: R, the number of draws; the first row is the people as they are.
        seed: of the draws.

    Returns:
        (R + 1, N) how often each picture's person was drawn.
    """
    people = int(person.max()) + 1
    generator = np.random.default_rng(seed)
    counts = generator.multinomial(people, np.full(people, 1.0 / people), size=replicates)
    return np.concatenate([np.ones((1, len(person))), counts[:, person]]).astype(np.float32)


def weighted_ranking(active: NDArray[np.bool_], scores: Array, weights: Array) -> Array:
    """Give ROC AUC and average precision; (2, R), of scores that all differ."""
    order = np.argsort(-scores, kind="stable")
    # Pictures first: rows that lie together in memory are gathered and summed far faster.
    ordered = np.ascontiguousarray(weights.T)[order]
    hits = np.flatnonzero(active[order])
    through_all = ordered.cumsum(axis=0, dtype=np.float64)
    positive = ordered[hits]
    through_positive = positive.cumsum(axis=0, dtype=np.float64)
    positives = through_positive[-1]
    negatives = through_all[-1] - positives
    below = negatives - (through_all[hits] - through_positive)
    with np.errstate(invalid="ignore", divide="ignore"):
        auc = (positive * below).sum(axis=0) / (positives * negatives)
        shares = through_positive / np.maximum(through_all[hits], 1e-12)
        precision = (positive * shares).sum(axis=0) / positives
    return np.stack([auc, precision])


def weighted_uar(truth: NDArray[np.int64], answer: NDArray[np.int64], weights: Array) -> Array:
    """Give the unweighted average recall; (R,)."""
    classes = np.eye(int(truth.max()) + 1, dtype=np.float32)[truth]
    right = classes * (truth == answer)[:, None]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nanmean((weights @ right) / (weights @ classes), axis=1), np.float64)


def weighted_share(right: NDArray[np.bool_], weights: Array) -> Array:
    """Give the share of pictures that are right; (R,)."""
    total = weights.astype(np.float64)
    return np.asarray((total @ right.astype(np.float64)) / total.sum(axis=1))


def weighted_concordance(truth: Array, answer: Array, weights: Array) -> Array:
    """Give the concordance correlation coefficient; (R,)."""
    y, p = truth.astype(np.float64), answer.astype(np.float64)
    columns = np.stack([np.ones_like(y), y, p, y * y, p * p, y * p], axis=1)
    total, *sums = (weights.astype(np.float64) @ columns).T
    mean_y, mean_p, square_y, square_p, product = (value / total for value in sums)
    spread = square_y - mean_y**2 + square_p - mean_p**2 + (mean_y - mean_p) ** 2
    with np.errstate(invalid="ignore"):
        return np.asarray(2.0 * (product - mean_y * mean_p) / spread)


def mean_interval(seeds: Mapping[int, Array]) -> dict[str, float]:
    """Give the mean over seeds as `value`, and `low` and `high`, its 95 % interval over people.

    Args:
        seeds: for each, the figure under the draws of people; (R + 1,).
    """
    value, *draws = np.mean(list(seeds.values()), axis=0)
    low, high = np.quantile(draws, (0.025, 0.975))
    return {"value": float(value), "low": float(low), "high": float(high)}


def difference(
    better: Mapping[int, Array], worse: Mapping[int, Array], seed: int = 0
) -> tuple[float, float, float, float]:
    """Compare two arms over the seeds that both have.

    Every draw of people is joined with a draw of seeds, one fewer than there are: the variance of
    a mean of so few would otherwise come out too small, by (S - 1) / S.

    Args:
        better: for each seed, the figure under the draws of people; (R + 1,).
        worse: the same of the other arm.
        seed: of the draws.

    Returns:
        Mean difference, lower and upper bound of its 95 % interval, two-sided p-value.
    """
    common = sorted(set(better) & set(worse))
    paired = np.stack([better[one] - worse[one] for one in common])
    replicates = paired.shape[1] - 1
    drawn = np.random.default_rng(seed).integers(
        0, len(common), size=(max(1, len(common) - 1), replicates)
    )
    means = paired[drawn, np.arange(1, replicates + 1)].mean(axis=0)
    low, high = np.quantile(means, (0.025, 0.975))
    tail = min((means <= 0).sum(), (means >= 0).sum())
    return (
        float(paired[:, 0].mean()),
        float(low),
        float(high),
        float(min(1.0, 2.0 * (tail + 1) / (replicates + 1))),
    )


def seed_difference(
    better: Mapping[int, float], worse: Mapping[int, float]
) -> tuple[float, float, float, float]:
    """Compare two arms over the seeds that both have, by Student's t of the paired differences.

    It says nothing of other people: for runs whose answers were not kept.

    Args:
        better: the figure of each seed, two seeds at least.
        worse: the same of the other arm.

    Returns:
        Mean difference, lower and upper bound of its 95 % interval, two-sided p-value.
    """
    common = sorted(set(better) & set(worse))
    paired = np.array([better[one] - worse[one] for one in common])
    mean, error = float(paired.mean()), float(paired.std(ddof=1) / np.sqrt(len(paired)))
    freedom = len(paired) - 1
    half = float(student.ppf(0.975, freedom)) * error
    p = 2.0 * float(student.sf(abs(mean) / error, freedom)) if error else float(mean == 0.0)
    return mean, mean - half, mean + half, p


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Correct p-values for their number (Holm 1979).

    One that is not known, as of a contrast not run yet, stays None; yet it counts among those
    that could have been found.
    """
    known = [1.0 if p is None else p for p in p_values]
    order = np.argsort(known, kind="stable")
    corrected: list[float | None] = [None] * len(known)
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(known) - rank) * known[place]))
        corrected[place] = None if p_values[place] is None else largest
    return corrected
