import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import pearsonr

from facebehavior.evaluation.metrics import (
    concordance,
    correlation,
    root_mean_square_error,
    sign_agreement,
)

EXACT = 1e-12
Y, P = np.array([0, 0.5, -0.3, 0.6]), np.array([0.1, 0.4, -0.2, 0.8])
Metric = Callable[..., float]
ALL: list[Metric] = [concordance, correlation, root_mean_square_error, sign_agreement]


def _series() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    generator = np.random.default_rng(8)
    truth = generator.uniform(-1, 1, 300)
    return truth, np.clip(0.6 * truth + 0.1 + generator.normal(0, 0.3, 300), -1, 1)


def _moments(y: list[float], p: list[float], ddof: int) -> float:
    """The coefficient from sums of plain numbers."""
    n = len(y)
    mean_y, mean_p = math.fsum(y) / n, math.fsum(p) / n
    covariance = math.fsum((a - mean_y) * (b - mean_p) for a, b in zip(y, p, strict=True))
    spread_y = math.fsum((a - mean_y) ** 2 for a in y)
    spread_p = math.fsum((b - mean_p) ** 2 for b in p)
    divisor = n - ddof
    return (2 * covariance / divisor) / ((spread_y + spread_p) / divisor + (mean_y - mean_p) ** 2)


def test_the_vectors_of_the_method_with_population_moments() -> None:
    assert concordance(Y, P) == pytest.approx(0.936936936936937, abs=EXACT)
    assert concordance(Y, P, ddof=1) == pytest.approx(0.941709, abs=5e-7)
    assert concordance(Y, Y) == pytest.approx(1.0, abs=EXACT)
    assert concordance(Y, Y + 0.5) == pytest.approx(0.519231, abs=5e-7)


@pytest.mark.parametrize("ddof", [0, 1])
def test_concordance_equals_the_sums(ddof: int) -> None:
    truth, predicted = _series()
    expected = _moments(truth.tolist(), predicted.tolist(), ddof)
    assert concordance(truth, predicted, ddof=ddof) == pytest.approx(expected, abs=EXACT)


def test_the_others_equal_scipy_and_their_definitions() -> None:
    truth, predicted = _series()
    assert correlation(truth, predicted) == pytest.approx(
        pearsonr(truth, predicted).statistic, abs=EXACT
    )
    squares = [(a - b) ** 2 for a, b in zip(truth, predicted, strict=True)]
    assert root_mean_square_error(truth, predicted) == pytest.approx(
        math.sqrt(math.fsum(squares) / 300), abs=EXACT
    )
    agreeing = sum((a > 0) == (b > 0) for a, b in zip(truth, predicted, strict=True))
    assert sign_agreement(truth, predicted) == pytest.approx(agreeing / 300, abs=EXACT)


def test_zero_agrees_with_zero_only() -> None:
    assert sign_agreement(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.2, -0.0])) == 1 / 3


def test_single_precision_is_widened_before_anything_is_summed() -> None:
    truth, predicted = (values.astype(np.float32) for values in _series())
    expected = concordance(truth.astype(np.float64), predicted.astype(np.float64))
    assert concordance(truth, predicted) == expected


@pytest.mark.parametrize("metric", ALL)
def test_hidden_labels_do_not_count(metric: Metric) -> None:
    truth, predicted = _series()
    annotated = np.random.default_rng(2).random(300) < 0.5
    hidden = np.where(annotated, truth, np.nan)
    assert metric(hidden, predicted, annotated) == metric(truth[annotated], predicted[annotated])


@pytest.mark.parametrize("metric", ALL)
def test_nothing_annotated_is_undefined_and_shapes_must_agree(metric: Metric) -> None:
    assert math.isnan(metric(Y, P, np.zeros(4, dtype=np.bool_)))
    with pytest.raises(ValueError, match="one shape"):
        metric(Y, P[:3])


def test_constants() -> None:
    constant = np.full(7, 0.1)
    assert math.isnan(concordance(constant, constant))
    assert math.isnan(correlation(constant, np.linspace(0, 1, 7)))
    assert concordance(constant, np.linspace(0, 1, 7)) == 0.0
    assert concordance(constant, constant + 0.2) == 0.0
    assert math.isnan(concordance(Y[:1], P[:1], ddof=1))


numbers = st.lists(
    st.tuples(st.floats(-1, 1, width=32), st.floats(-1, 1, width=32)), min_size=2, max_size=30
)


@given(numbers)
def test_bounds_and_symmetry(pairs: list[tuple[float, float]]) -> None:
    truth, predicted = np.array(pairs).T
    ccc, pcc = concordance(truth, predicted), correlation(truth, predicted)
    if not math.isnan(ccc):
        assert -1 - EXACT <= ccc <= 1 + EXACT
        assert ccc == pytest.approx(concordance(predicted, truth), abs=EXACT)
    if not math.isnan(pcc) and not math.isnan(ccc):
        assert abs(ccc) <= abs(pcc) + 1e-9
