import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import f1_score

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file import MatchThreshold, best_thresholds, fit_temperature
from facebehavior.model_file.calibration import COLDEST, HOTTEST, equal_error_threshold


def _cross_entropy(
    temperature: float, logits: NDArray[np.float64], target: NDArray[np.float64]
) -> float:
    scaled = logits / temperature
    log_sum = np.log(np.exp(scaled).sum(axis=1, keepdims=True))
    return float(-(target * (scaled - log_sum)).sum(axis=1).mean())


def _drawn(
    temperature: float, count: int = 4000
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logits, and labels drawn from softmax(logits / temperature)."""
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 3, (count, 7))
    noise = -np.log(-np.log(generator.random((count, 7))))
    return logits, np.eye(7)[(logits / temperature + noise).argmax(axis=1)]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_is_where_scipy_finds_the_minimum(temperature: float) -> None:
    logits, target = _drawn(temperature)
    found = fit_temperature(logits, target)
    reference = minimize_scalar(
        _cross_entropy, bounds=(0.05, 20), args=(logits, target), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    # Near a minimum the cross entropy is flat: its digits fix the temperature to about 1e-8.
    assert found == pytest.approx(reference.x, rel=1e-6)
    assert found == pytest.approx(temperature, rel=0.1)


def test_soft_targets_of_a_known_temperature_give_it_back() -> None:
    logits, _ = _drawn(1.0, 50)
    scaled = np.exp(logits / 1.7)
    assert fit_temperature(logits, scaled / scaled.sum(axis=1, keepdims=True)) == pytest.approx(
        1.7, rel=1e-6
    )


def test_logarithms_of_probabilities_do_as_well() -> None:
    logits, target = _drawn(2.0, 300)
    powers = np.exp(logits)
    logarithms = np.log(powers / powers.sum(axis=1, keepdims=True))
    assert fit_temperature(logarithms, target) == pytest.approx(
        fit_temperature(logits, target), rel=1e-6
    )


def test_rows_without_weight_do_not_count_and_double_weight_counts_twice() -> None:
    logits, target = _drawn(2.0, 200)
    weights = np.ones(200)
    weights[:100] = 0
    assert fit_temperature(logits, target, weights) == pytest.approx(
        fit_temperature(logits[100:], target[100:]), rel=1e-6
    )
    weights[:100] = 2
    twice = np.concatenate([logits, logits[:100]]), np.concatenate([target, target[:100]])
    assert fit_temperature(logits, target, weights) == pytest.approx(
        fit_temperature(*twice), rel=1e-6
    )


def test_the_temperature_stays_in_its_range() -> None:
    logits = np.array([[0.5, 0.0], [0.4, 0.1]])
    assert fit_temperature(logits, np.array([[1.0, 0.0]] * 2)) == pytest.approx(COLDEST, rel=1e-6)
    assert fit_temperature(logits, np.array([[0.0, 1.0]] * 2)) == pytest.approx(HOTTEST, rel=1e-6)


def test_what_cannot_be_fitted_is_refused() -> None:
    logits, target = _drawn(1.0, 5)
    with pytest.raises(ValueError, match="one shape"):
        fit_temperature(logits, target[:, :6])
    with pytest.raises(ValueError, match="weights should have shape"):
        fit_temperature(logits, target, np.ones(4))
    with pytest.raises(ValueError, match="not all 0"):
        fit_temperature(logits, target, np.zeros(5))
    with pytest.raises(ValueError, match="not all 0"):
        fit_temperature(np.zeros((0, 7)), np.zeros((0, 7)))
    with pytest.raises(ValueError, match="finite"):
        fit_temperature(np.full((5, 7), -np.inf), target)
    with pytest.raises(ValueError, match="from 0 to 1"):
        fit_temperature(logits, -target)


def _by_trying(probabilities: NDArray[np.float64], active: NDArray[np.bool_]) -> float:
    """The best F1 over all thresholds that make a difference."""
    edges = [-1.0, *np.unique(probabilities)]
    return max(float(f1_score(active, probabilities > e, zero_division=0)) for e in edges)


def test_thresholds_give_the_best_f1_of_all() -> None:
    generator = np.random.default_rng(2)
    labels = generator.random((120, 4)) < (0.5, 0.1, 0.9, 0.3)
    probabilities = np.clip(generator.normal(0.3 + 0.2 * labels, 0.2), 0, 1).round(2)
    annotated = generator.random((120, 4)) < 0.8
    thresholds = best_thresholds(probabilities, labels.astype(np.float32), annotated)
    for unit in range(4):
        known = annotated[:, unit]
        p, y = probabilities[known, unit], labels[known, unit]
        assert 0 <= thresholds[unit] <= 1
        assert f1_score(y, p > thresholds[unit]) == pytest.approx(_by_trying(p, y), abs=1e-12)


def test_a_threshold_lies_halfway_and_nearest_to_a_half() -> None:
    p = np.array([[0.9], [0.7], [0.3], [0.1]])
    every = np.ones((4, 1), dtype=np.bool_)
    labels = np.array([[1.0], [1.0], [0.0], [0.0]])
    assert best_thresholds(p, labels, every)[0] == pytest.approx(0.5)
    assert best_thresholds(p * 0.5, labels, every)[0] == pytest.approx(0.25)


def test_units_that_cannot_be_fitted_keep_a_half() -> None:
    p = np.array([[0.9, 0.8, 0.0], [0.1, 0.3, 0.0]])
    labels = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    annotated = np.array([[True, False, True], [True, True, True]])
    np.testing.assert_array_equal(best_thresholds(p, labels, annotated), [0.5, 0.5, 0.5])
    with pytest.raises(ValueError, match="one shape"):
        best_thresholds(p, labels[:, :2], annotated)


def test_labels_beside_a_false_mask_do_not_matter() -> None:
    generator = np.random.default_rng(3)
    p, labels = generator.random((30, 2)), (generator.random((30, 2)) < 0.5).astype(np.float64)
    annotated = generator.random((30, 2)) < 0.5
    changed = np.where(annotated, labels, 1 - labels)
    np.testing.assert_array_equal(
        best_thresholds(p, labels, annotated), best_thresholds(p, changed, annotated)
    )


def test_the_strict_threshold_lets_one_pair_of_strangers_in_a_hundred_pass() -> None:
    generator = np.random.default_rng(0)
    likeness = np.concatenate([generator.normal(0.6, 0.2, 500), generator.normal(0.1, 0.2, 5000)])
    same = np.arange(5500) < 500
    found = equal_error_threshold(likeness, same)
    assert found is not None
    assert found.strictest > found.threshold
    assert np.mean(likeness[~same] > found.strictest) == pytest.approx(0.01, abs=1e-3)
    # Where the two hardly overlap, the threshold itself is strict enough.
    apart = equal_error_threshold(np.where(same, 0.9, -0.5) + 0.01 * likeness, same)
    assert apart is not None
    assert apart.strictest == apart.threshold
    assert MatchThreshold(0.4, 0.1, 0.1, 9).strictest == 0.4
    with pytest.raises(FaceBehaviorError, match="strict threshold"):
        MatchThreshold(0.4, 0.1, 0.1, 9, strict=0.3)
