import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from facebehavior.evaluation.metrics import average_precision, roc_auc

EXACT = 1e-12


def _scored(digits: int | None) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    generator = np.random.default_rng(6)
    truth = generator.random(150) < 0.3
    scores = generator.normal(truth, 1.0)
    return truth, scores if digits is None else scores.round(digits)


def _auc_from_the_definition(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    pairs = scores[truth][:, None] - scores[~truth][None, :]
    return float(((pairs > 0) + 0.5 * (pairs == 0)).mean())


def _precision_from_the_definition(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    total, recall = 0.0, 0.0
    for threshold in sorted(set(scores.tolist()), reverse=True):
        through = scores >= threshold
        now = truth[through].sum() / truth.sum()
        total += (now - recall) * truth[through].mean()
        recall = now
    return total


@pytest.mark.parametrize("digits", [None, 1, 0])
def test_both_equal_their_definitions_and_scikit_learn_also_with_ties(digits: int | None) -> None:
    truth, scores = _scored(digits)
    auc, precision = roc_auc(truth, scores), average_precision(truth, scores)
    assert auc == pytest.approx(_auc_from_the_definition(truth, scores), abs=EXACT)
    assert auc == pytest.approx(roc_auc_score(truth, scores), abs=EXACT)
    assert precision == pytest.approx(_precision_from_the_definition(truth, scores), abs=EXACT)
    assert precision == pytest.approx(average_precision_score(truth, scores), abs=EXACT)


def test_only_the_order_of_the_scores_matters() -> None:
    truth, scores = _scored(1)
    assert roc_auc(truth, np.exp(3 * scores)) == roc_auc(truth, scores)
    assert average_precision(truth, np.exp(3 * scores)) == average_precision(truth, scores)
    assert roc_auc(truth, -scores) == pytest.approx(1 - roc_auc(truth, scores), abs=EXACT)


def test_labels_may_be_numbers_and_hidden_ones_do_not_count() -> None:
    truth, scores = _scored(1)
    annotated = np.random.default_rng(0).random(150) < 0.6
    numbers = np.where(annotated, truth, ~truth).astype(np.float32)
    for metric in (roc_auc, average_precision):
        assert metric(numbers, scores, annotated) == metric(truth[annotated], scores[annotated])


def test_undefined_without_both_kinds() -> None:
    scores = np.array([0.1, 0.2])
    assert np.isnan(roc_auc(np.array([True, True]), scores))
    assert np.isnan(roc_auc(np.array([False, False]), scores))
    assert np.isnan(average_precision(np.array([False, False]), scores))
    assert average_precision(np.array([True, True]), scores) == 1.0
    assert np.isnan(roc_auc(np.zeros(0), np.zeros(0)))


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        roc_auc(np.zeros(2), np.zeros(3))
    with pytest.raises(ValueError, match="finite"):
        average_precision(np.ones(2), np.array([0.0, np.nan]))
