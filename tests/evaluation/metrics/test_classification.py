import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as reference

from facebehavior.evaluation.metrics import (
    absent_classes,
    accuracy,
    confusion_matrix,
    f1_scores,
    macro_f1,
    recalls,
    unweighted_average_recall,
)

EXACT = 1e-12


def _answers(classes: int = 7, count: int = 200) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    generator = np.random.default_rng(11)
    truth = generator.integers(0, classes, count)
    wrong = generator.random(count) < 0.4
    return truth, np.where(wrong, generator.integers(0, classes, count), truth)


def test_the_vector_of_the_method() -> None:
    confusion = np.array([[8, 2], [3, 1]])
    assert unweighted_average_recall(confusion) == pytest.approx(0.525, abs=EXACT)
    truth, predicted = np.repeat([0, 0, 1, 1], [8, 2, 3, 1]), np.repeat([0, 1, 0, 1], [8, 2, 3, 1])
    np.testing.assert_array_equal(confusion_matrix(truth, predicted, 2), confusion)
    assert accuracy(truth, predicted) == pytest.approx(9 / 14, abs=EXACT)


def test_everything_equals_scikit_learn_where_all_classes_occur() -> None:
    truth, predicted = _answers()
    confusion = confusion_matrix(truth, predicted, 7)
    np.testing.assert_array_equal(confusion, reference.confusion_matrix(truth, predicted))
    expected = reference.recall_score(truth, predicted, average=None)
    np.testing.assert_allclose(recalls(confusion), expected, rtol=0, atol=EXACT)
    expected = reference.f1_score(truth, predicted, average=None)
    np.testing.assert_allclose(f1_scores(confusion), expected, rtol=0, atol=EXACT)
    assert macro_f1(confusion) == pytest.approx(
        reference.f1_score(truth, predicted, average="macro"), abs=EXACT
    )
    assert unweighted_average_recall(confusion) == pytest.approx(
        reference.balanced_accuracy_score(truth, predicted), abs=EXACT
    )
    assert accuracy(truth, predicted) == pytest.approx(
        reference.accuracy_score(truth, predicted), abs=EXACT
    )


def test_rows_are_the_truth() -> None:
    assert confusion_matrix(np.array([0, 0]), np.array([2, 2]), 3)[0, 2] == 2


def test_labels_that_are_not_annotated_do_not_count() -> None:
    truth, predicted = _answers()
    annotated = np.random.default_rng(1).random(200) < 0.5
    hidden = np.where(annotated, truth, -1)
    expected = confusion_matrix(truth[annotated], predicted[annotated], 7)
    np.testing.assert_array_equal(confusion_matrix(hidden, predicted, 7, annotated), expected)
    assert accuracy(hidden, predicted, annotated) == accuracy(
        truth[annotated], predicted[annotated]
    )


def test_a_class_without_images_is_absent_and_not_in_the_average_recall() -> None:
    confusion = np.array([[3, 1, 0], [0, 0, 0], [2, 0, 2]])
    np.testing.assert_array_equal(absent_classes(confusion), [1])
    np.testing.assert_array_equal(recalls(confusion), [0.75, np.nan, 0.5])
    assert unweighted_average_recall(confusion) == pytest.approx(0.625, abs=EXACT)


def test_a_class_that_is_only_predicted_has_f1_0_and_one_that_never_occurs_has_none() -> None:
    only_predicted = np.array([[3, 1, 0], [0, 0, 0], [2, 0, 2]])
    expected = [6 / 9, 0.0, 4 / 6]
    np.testing.assert_allclose(f1_scores(only_predicted), expected, rtol=0, atol=EXACT)
    assert macro_f1(only_predicted) == pytest.approx(sum(expected) / 3, abs=EXACT)
    never = np.array([[4, 0, 0], [0, 0, 0], [2, 0, 2]])
    assert np.isnan(f1_scores(never)[1])
    assert macro_f1(never) == pytest.approx((8 / 10 + 4 / 6) / 2, abs=EXACT)


def test_nothing_annotated_is_undefined() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    confusion = confusion_matrix(nothing, nothing, 3)
    assert confusion.sum() == 0
    for value in (
        accuracy(nothing, nothing),
        unweighted_average_recall(confusion),
        macro_f1(confusion),
        accuracy(np.array([1]), np.array([1]), np.array([False])),
    ):
        assert np.isnan(value)


def test_wrong_shapes_and_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        accuracy(np.zeros(2, dtype=int), np.zeros(3, dtype=int))
    with pytest.raises(ValueError, match="annotated should be bool"):
        accuracy(np.zeros(2, dtype=int), np.zeros(2, dtype=int), np.zeros(3, dtype=np.bool_))
    with pytest.raises(ValueError, match="annotated should be bool"):
        accuracy(np.zeros(2, dtype=int), np.zeros(2, dtype=int), np.ones(2))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="label should be from 0 to 2, found -1"):
        confusion_matrix(np.array([0, -1]), np.array([0, 1]), 3)
    with pytest.raises(ValueError, match="prediction should be from 0 to 2, found 3"):
        confusion_matrix(np.array([0, 1]), np.array([0, 3]), 3)
