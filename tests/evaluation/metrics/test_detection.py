import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

from facebehavior.evaluation.metrics import accuracy_per_unit, defined_mean, f1_per_unit

EXACT = 1e-12
Decisions = tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]


@pytest.fixture
def decisions() -> Decisions:
    generator = np.random.default_rng(4)
    truth = generator.random((90, 5)) < (0.5, 0.1, 0.9, 0.3, 0.2)
    predicted = truth ^ (generator.random((90, 5)) < 0.2)
    return truth, predicted, generator.random((90, 5)) < 0.7


def test_each_unit_equals_scikit_learn_on_its_annotated_images(decisions: Decisions) -> None:
    truth, predicted, annotated = decisions
    f1, right = f1_per_unit(*decisions), accuracy_per_unit(*decisions)
    for unit in range(5):
        y, p = truth[annotated[:, unit], unit], predicted[annotated[:, unit], unit]
        assert f1[unit] == pytest.approx(f1_score(y, p), abs=EXACT)
        assert right[unit] == pytest.approx(accuracy_score(y, p), abs=EXACT)


def test_entries_that_are_not_annotated_do_not_count(decisions: Decisions) -> None:
    truth, predicted, annotated = decisions
    changed = np.where(annotated, truth, ~truth)
    np.testing.assert_array_equal(
        f1_per_unit(changed, predicted, annotated), f1_per_unit(*decisions)
    )
    np.testing.assert_array_equal(
        accuracy_per_unit(changed, predicted, annotated), accuracy_per_unit(*decisions)
    )


def test_f1_does_not_depend_on_which_side_is_the_truth(decisions: Decisions) -> None:
    truth, predicted, annotated = decisions
    np.testing.assert_array_equal(
        f1_per_unit(truth, predicted, annotated), f1_per_unit(predicted, truth, annotated)
    )


def test_what_is_neither_active_nor_predicted_is_undefined_not_0() -> None:
    truth = np.array([[False, True, False], [False, False, False]])
    predicted = np.array([[False, False, True], [False, False, False]])
    f1 = f1_per_unit(truth, predicted)
    np.testing.assert_array_equal(f1, [np.nan, 0.0, 0.0])
    assert defined_mean(f1) == 0.0
    np.testing.assert_array_equal(accuracy_per_unit(truth, predicted), [1.0, 0.5, 0.5])
    nowhere = np.zeros((2, 3), dtype=np.bool_)
    assert np.isnan(f1_per_unit(truth, predicted, nowhere)).all()
    assert np.isnan(accuracy_per_unit(truth, predicted, nowhere)).all()
    assert np.isnan(defined_mean(np.array([np.nan])))


def test_wrong_shapes_and_types_are_refused(decisions: Decisions) -> None:
    truth, predicted, annotated = decisions
    with pytest.raises(ValueError, match="one shape"):
        f1_per_unit(truth, predicted[:, :4], annotated)
    with pytest.raises(ValueError, match="one shape"):
        f1_per_unit(truth[:, 0], predicted[:, 0])
    with pytest.raises(ValueError, match="should be bool"):
        f1_per_unit(truth.astype(float), predicted)
    with pytest.raises(ValueError, match="annotated should be bool"):
        f1_per_unit(truth, predicted, annotated[:, 0])
