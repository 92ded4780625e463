import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest

from facebehavior.evaluation import Interval, bootstrap, wilson


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean())


def test_image_intervals_equal_a_plain_bootstrap_with_the_same_draws() -> None:
    values = np.random.default_rng(1).normal(size=60)
    (found,) = bootstrap(_mean, [values], replicates=200, seed=7)
    draws = np.random.default_rng(7).integers(0, 60, size=(200, 60))
    means = [values[draw].mean() for draw in draws]
    assert found.value == values.mean()
    assert found.low == pytest.approx(np.quantile(means, 0.025), abs=1e-12)
    assert found.high == pytest.approx(np.quantile(means, 0.975), abs=1e-12)


def test_group_intervals_equal_a_plain_cluster_bootstrap_with_the_same_draws() -> None:
    generator = np.random.default_rng(2)
    groups = generator.choice([3, 11, 5, 8], size=40)
    values = generator.normal(size=40) + groups
    (found,) = bootstrap(_mean, [values], groups, replicates=150, seed=3, level=0.8)
    members = [values[groups == name] for name in (3, 5, 8, 11)]
    draws = np.random.default_rng(3).integers(0, 4, size=(150, 4))
    means = [np.concatenate([members[group] for group in draw]).mean() for draw in draws]
    assert found.low == pytest.approx(np.quantile(means, 0.1), abs=1e-12)
    assert found.high == pytest.approx(np.quantile(means, 0.9), abs=1e-12)


def test_arrays_stay_in_step_and_figures_come_together() -> None:
    generator = np.random.default_rng(4)
    first = generator.normal(size=(50, 2))

    def figures(a: NDArray[np.float64], b: NDArray[np.float64]) -> list[float]:
        np.testing.assert_array_equal(a[:, 0] * 2, b)
        return [float(a.mean()), float(b.mean())]

    found = bootstrap(figures, [first, first[:, 0] * 2], replicates=50)
    assert len(found) == 2
    assert all(each.low < each.value < each.high for each in found)


def test_the_same_seed_gives_the_same_interval_and_another_one_does_not() -> None:
    values = np.random.default_rng(5).normal(size=80)
    same = [bootstrap(_mean, [values], replicates=100, seed=1) for _ in range(2)]
    assert same[0] == same[1]
    assert bootstrap(_mean, [values], replicates=100, seed=2) != same[0]


def test_resembling_images_of_few_persons_widen_the_interval() -> None:
    groups = np.repeat(np.arange(10), 50)
    values = np.random.default_rng(6).normal(size=10)[groups]
    (images,) = bootstrap(_mean, [values], replicates=300)
    (persons,) = bootstrap(_mean, [values], groups, replicates=300)
    assert persons.high - persons.low > 3 * (images.high - images.low)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(7)
    covered = 0
    for seed in range(200):
        (found,) = bootstrap(_mean, [generator.normal(size=60)], replicates=200, seed=seed)
        covered += found.low <= 0 <= found.high
    # Four standard errors of a share of 200 around 0.95, less what the percentile method loses.
    assert 0.87 <= covered / 200 <= 1


def test_replicates_without_a_figure_are_left_out() -> None:
    def first_defined(values: NDArray[np.float64]) -> float:
        return float("nan") if values.min() > 0 else float(values.mean())

    values = np.array([0.0, 1.0, 2.0, 3.0])
    (found,) = bootstrap(first_defined, [values], replicates=200)
    assert not math.isnan(found.low)
    (never,) = bootstrap(lambda _: float("nan"), [values], replicates=10)
    assert math.isnan(never.value)
    assert math.isnan(never.low)


def test_one_group_has_no_interval() -> None:
    (found,) = bootstrap(_mean, [np.array([1.0, 2.0])], np.array([4, 4]), replicates=10)
    assert found.value == 1.5
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_wrong_input_is_refused() -> None:
    values = np.zeros(3)
    with pytest.raises(ValueError, match="one length"):
        bootstrap(_mean, [values, np.zeros(4)])
    with pytest.raises(ValueError, match="one length"):
        bootstrap(_mean, [values], np.zeros(4, dtype=np.int64))
    with pytest.raises(ValueError, match="one length"):
        bootstrap(_mean, [])
    with pytest.raises(ValueError, match="at least 1"):
        bootstrap(_mean, [np.zeros(0)])
    with pytest.raises(ValueError, match="at least 1 replicate"):
        bootstrap(_mean, [values], replicates=0)
    with pytest.raises(ValueError, match="level"):
        bootstrap(_mean, [values], level=1.0)


@pytest.mark.parametrize(("hits", "count"), [(0, 9), (9, 9), (1, 16), (8, 16), (700, 3000)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_wilson_equals_scipy(hits: int, count: int, level: float) -> None:
    expected = binomtest(hits, count).proportion_ci(level, method="wilson")
    found = wilson(hits, count, level)
    assert found.value == hits / count
    assert found.low == pytest.approx(expected.low, abs=1e-12)
    assert found.high == pytest.approx(expected.high, abs=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_wilson_without_cases_is_undefined() -> None:
    found = wilson(0, 0)
    assert math.isnan(found.value)
    assert math.isnan(found.high)
    with pytest.raises(ValueError, match="hits <= count"):
        wilson(3, 2)


def test_a_plain_figure_has_no_bounds() -> None:
    assert math.isnan(Interval(0.5).low)
