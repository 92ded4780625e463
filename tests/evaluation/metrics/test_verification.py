"""Verification, identification and intensities against definitions written out in NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_curve

from facebehavior.evaluation.metrics import (
    best_threshold,
    confusion_matrix,
    equal_error_rate,
    identification_rate,
    intraclass_correlation,
    true_match_rate,
    verification_accuracy,
    weighted_f1,
)

seeds = st.integers(0, 10_000)


def pairs(seed: int, count: int = 60) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    generator = np.random.default_rng(seed)
    same = generator.random(count) < 0.5
    same[:2] = True, False
    similarities = np.round(generator.normal(0.6 * same, 0.5), 2)  # with ties
    return similarities, same


@given(seeds)
def test_no_threshold_is_better_than_the_best(seed: int) -> None:
    similarities, same = pairs(seed)
    threshold = best_threshold(similarities, same)
    right = np.mean((similarities > threshold) == same)
    candidates = np.concatenate([[-9.0], np.unique(similarities)])
    assert right == max(np.mean((similarities > one) == same) for one in candidates)


@given(seeds)
def test_the_equal_error_rate_lies_where_both_rates_cross(seed: int) -> None:
    similarities, same = pairs(seed)
    false_matches, matches, _ = roc_curve(same, similarities, drop_intermediate=False)
    grid = np.linspace(0, 1, 200_001)
    missed = 1 - np.interp(grid, false_matches, matches)
    crossing = grid[np.argmin(np.abs(missed - grid))]
    found = equal_error_rate(similarities, same)
    steps = np.unique(np.concatenate([false_matches, 1 - matches]))
    nearest = np.min(np.diff(steps)) if len(steps) > 1 else 1.0
    assert found == pytest.approx(crossing, abs=max(nearest, 1 / 20) + 1e-4)


def test_equal_error_rates_by_hand() -> None:
    same = np.array([True, True, False, False])
    assert equal_error_rate(np.array([0.9, 0.8, 0.2, 0.1]), same) == 0
    assert equal_error_rate(np.array([0.1, 0.2, 0.8, 0.9]), same) == 1
    assert equal_error_rate(np.array([0.9, 0.3, 0.6, 0.1]), same) == pytest.approx(0.5)
    assert np.isnan(equal_error_rate(np.array([0.9, 0.3]), np.array([True, True])))


@given(seeds, st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]))
def test_the_true_match_rate_is_that_of_the_roc_curve(seed: int, rate: float) -> None:
    similarities, same = pairs(seed)
    false_matches, matches, _ = roc_curve(same, similarities, drop_intermediate=False)
    expected = matches[false_matches <= rate + 1e-12].max()
    assert true_match_rate(similarities, same, rate) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("count", "rate"), [(3000, 0.01), (3000, 0.001), (1500, 0.01), (100, 0.01), (1000, 0.03)]
)
def test_a_rate_allows_as_many_false_matches_as_it_says(count: int, rate: float) -> None:
    allowed = round(count * rate)
    others = np.arange(count, dtype=np.float64)
    same = np.arange(count + 2) >= count
    # One person's pairs: one below exactly as many others as are allowed, one below one more.
    similarities = np.append(others, [count - allowed - 0.5, count - allowed - 1.5])
    assert true_match_rate(similarities, same, rate) == 0.5


def test_each_fold_takes_its_threshold_from_the_others() -> None:
    similarities = np.array([0.9, 0.2, 0.55, 0.45, 0.8, 0.1])
    same = np.array([True, False, False, True, True, False])
    folds = np.array([0, 0, 1, 1, 2, 2])
    found = verification_accuracy(similarities, same, folds)
    # Fold 1 is judged by a threshold between 0.2 and 0.8, which is wrong for both its pairs.
    for number in range(3):
        own = folds == number
        threshold = best_threshold(similarities[~own], same[~own])
        assert found.thresholds[number] == threshold
        assert found.folds[number] == np.mean((similarities[own] > threshold) == same[own])
    assert found.mean == found.folds.mean()
    assert found.standard_error == pytest.approx(found.folds.std(ddof=1) / np.sqrt(3))
    with pytest.raises(ValueError, match="two or more"):
        verification_accuracy(similarities, same, np.zeros(6, dtype=int))


@given(seeds, st.integers(1, 4))
def test_identification_counts_people_that_are_as_similar_or_more(seed: int, rank: int) -> None:
    generator = np.random.default_rng(seed)
    gallery, probes = generator.integers(0, 4, 7), generator.integers(0, 5, 9)
    similarities = np.round(generator.random((9, 7)), 1)
    right = []
    for row, person in enumerate(probes):
        if person not in gallery:
            continue
        best = {one: similarities[row, gallery == one].max() for one in set(gallery.tolist())}
        above = sum(value >= best[person] for one, value in best.items() if one != person)
        right.append(above < rank)
    found = identification_rate(similarities, gallery, probes, rank)
    if right:
        assert found == pytest.approx(np.mean(right), abs=1e-12)
    else:
        assert np.isnan(found)


def test_identification_refuses_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="rank of 1"):
        identification_rate(np.zeros((2, 3)), np.arange(3), np.arange(2), 0)
    with pytest.raises(ValueError, match="shape"):
        identification_rate(np.zeros((3, 3)), np.arange(3), np.arange(2))


@given(seeds)
def test_the_intraclass_correlation_is_the_ratio_of_variances(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 6, 20).astype(np.float64)
    truth[:2] = 0, 5
    predicted = truth + generator.normal(0, 1.5, 20)
    # From the definition: the two-way table of images and raters.
    table = np.stack([truth, predicted], axis=1)
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between = 2 * np.sum((rows - table.mean()) ** 2) / 19
    error = sum(
        (table[i, j] - rows[i] - columns[j] + table.mean()) ** 2
        for i in range(20)
        for j in range(2)
    ) / (19 * 1)
    expected = (between - error) / (between + error)
    assert intraclass_correlation(truth, predicted) == pytest.approx(expected, abs=1e-12)
    # A constant difference between the raters costs nothing.
    assert intraclass_correlation(truth, truth + 2) == pytest.approx(1.0, abs=1e-12)


def test_two_judges_of_shrout_and_fleiss() -> None:
    """Their example has six targets; of its four judges, the first two are taken here."""
    first = np.array([9.0, 6, 8, 7, 10, 6])
    second = np.array([2.0, 1, 4, 1, 5, 2])
    covariance = np.cov(first, second)
    expected = 2 * covariance[0, 1] / np.trace(covariance)
    assert intraclass_correlation(first, second) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(intraclass_correlation(first[:1], second[:1]))
    assert np.isnan(intraclass_correlation(np.ones(4), np.ones(4)))
    mask = np.array([True, True, True, True, True, False])
    assert intraclass_correlation(first, second, mask) == intraclass_correlation(
        first[:5], second[:5]
    )


@given(seeds)
def test_weighted_f1_is_that_of_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth, predicted = generator.integers(0, 4, (2, 30))
    confusion = confusion_matrix(truth, predicted, 5)
    expected = f1_score(truth, predicted, average="weighted", zero_division=0.0)
    assert weighted_f1(confusion) == pytest.approx(expected, abs=1e-12)


def test_pairs_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        equal_error_rate(np.zeros(3), np.zeros(2, dtype=bool))
