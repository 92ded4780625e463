import math

import numpy as np
import pytest
from numpy.typing import NDArray

from facebehavior.evaluation.metrics import expected_calibration_error, reliability_bins


def _answers() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    generator = np.random.default_rng(9)
    confidence = generator.uniform(0.15, 1, 400)
    return confidence, generator.random(400) < confidence**2


def _error_from_the_definition(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int
) -> float:
    total = 0.0
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return total


@pytest.mark.parametrize("bins", [1, 4, 15, 50])
def test_the_error_equals_its_definition(bins: int) -> None:
    confidence, right = _answers()
    found = reliability_bins(confidence, right, bins=bins)
    assert expected_calibration_error(found) == pytest.approx(
        _error_from_the_definition(confidence, right, bins), abs=1e-12
    )
    assert found.counts.sum() == 400
    assert len(found.edges) == bins + 1


def test_an_edge_belongs_to_the_bin_below_it() -> None:
    confidence = np.array([0.0, 0.25, 0.250001, 0.5, 1.0])
    found = reliability_bins(confidence, np.array([False, True, True, False, True]), bins=4)
    np.testing.assert_array_equal(found.counts, [2, 2, 0, 1])
    np.testing.assert_array_equal(found.accuracy, [0.5, 0.5, np.nan, 1.0])
    np.testing.assert_array_equal(np.isnan(found.confidence), [False, False, True, False])


def test_a_softmax_slightly_above_1_falls_into_the_last_bin() -> None:
    found = reliability_bins(np.array([1 + 1e-7]), np.array([True]))
    assert found.counts[-1] == 1


def test_hidden_answers_do_not_count() -> None:
    confidence, right = _answers()
    annotated = np.random.default_rng(1).random(400) < 0.5
    hidden = reliability_bins(confidence, np.where(annotated, right, ~right), annotated)
    chosen = reliability_bins(confidence[annotated], right[annotated])
    np.testing.assert_array_equal(hidden.counts, chosen.counts)
    np.testing.assert_array_equal(hidden.accuracy, chosen.accuracy)


def test_without_answers_the_error_is_undefined() -> None:
    found = reliability_bins(np.zeros(0), np.zeros(0, dtype=np.bool_))
    assert math.isnan(expected_calibration_error(found))


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="bins should be at least 1"):
        reliability_bins(np.array([0.5]), np.array([True]), bins=0)
    with pytest.raises(ValueError, match="from 0 to 1"):
        reliability_bins(np.array([1.5]), np.array([True]))
    with pytest.raises(ValueError, match="from 0 to 1"):
        reliability_bins(np.array([np.nan]), np.array([True]))
    with pytest.raises(ValueError, match="one shape"):
        reliability_bins(np.array([0.5, 0.6]), np.array([True]))
