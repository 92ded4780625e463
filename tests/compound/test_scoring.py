import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from facebehavior.compound import (
    COMPOUND_SETS,
    action_unit_scores,
    component_products,
    compound_scores,
    find_compound_set,
    left_out_action_units,
)
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNITS, COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.relatedness import DU_2014

EXPRESSION = np.array([[0.05, 0.50, 0.02, 0.35, 0.03, 0.03, 0.02]])
SHOWN = {1: 0.8, 2: 0.7, 4: 0.1, 5: 0.3, 6: 0.5, 12: 0.9, 25: 0.9, 26: 0.6}
UNITS = np.array([[SHOWN.get(number, 0.0) for number in ACTION_UNITS]])

BY_HAND = {
    "happily_surprised": (0.7333, 2.5833),
    "happily_disgusted": (0.4728, 2.0028),
    "sadly_fearful": (0.4427, 0.4927),
    "sadly_angry": (0.0710, 0.1110),
    "sadly_surprised": (0.5991, 0.9691),
    "sadly_disgusted": (0.2498, 0.2998),
    "fearfully_angry": (0.2738, 0.3238),
    "fearfully_surprised": (0.4823, 0.8623),
    "angrily_surprised": (0.4069, 0.7769),
    "angrily_disgusted": (0.0221, 0.0721),
    "disgustedly_surprised": (0.3176, 0.6976),
}
"""Computed by hand: the term of the action units, and the whole score for a valence of .4."""


def test_the_scores_are_those_computed_by_hand() -> None:
    assert tuple(BY_HAND) == COMPOUND_SETS["raf-db"]
    terms = action_unit_scores(UNITS, "raf-db")[0]
    scores = compound_scores(EXPRESSION, UNITS, np.array([0.4]), "raf-db")[0]
    np.testing.assert_allclose(terms, [pair[0] for pair in BY_HAND.values()], atol=5e-5)
    np.testing.assert_allclose(scores, [pair[1] for pair in BY_HAND.values()], atol=5e-5)


def test_an_unpleasant_face_loses_one_in_the_two_pleasant_classes_only() -> None:
    pleasant = compound_scores(EXPRESSION, UNITS, np.array([0.4]), "raf-db")
    neither = compound_scores(EXPRESSION, UNITS, np.array([0.0]), "raf-db")
    unpleasant = compound_scores(EXPRESSION, UNITS, np.array([-0.4]), "raf-db")
    expected = np.array([1.0, 1.0, *np.zeros(9)])
    np.testing.assert_allclose(pleasant - unpleasant, expected[np.newaxis])
    np.testing.assert_allclose(pleasant - neither, expected[np.newaxis] / 2)


def _reference(
    expression: NDArray[np.float64], units: NDArray[np.float64], valence: float, category: str
) -> float:
    """The formula, term by term."""
    weighted = total = 0.0
    for number, weight in DU_2014[category].items():
        if number in ACTION_UNITS:
            weighted += weight * float(units[ACTION_UNITS.index(number)])
            total += weight
    score = weighted / total
    for part in COMPOUND_EXPRESSIONS.get(category, (category,)):
        score += float(expression[EXPRESSIONS.index(part)])
    if category in ("happily_surprised", "happily_disgusted", "happiness"):
        score += 1.0 if valence > 0 else 0.0 if valence < 0 else 0.5
    return score


@given(st.sampled_from(sorted(COMPOUND_SETS)), st.integers(0, 2**32 - 1))
def test_many_faces_at_once_are_scored_like_each_alone(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    expression, units = rng.dirichlet(np.ones(7), 5), rng.random((5, 17))
    valence = rng.uniform(-1, 1, 5)
    scores = compound_scores(expression, units, valence, name)
    expected = [
        [_reference(expression[n], units[n], valence[n], c) for c in COMPOUND_SETS[name]]
        for n in range(5)
    ]
    np.testing.assert_allclose(scores, expected, atol=1e-12)
    assert scores.min() >= 0.0
    assert scores.max() <= 3.0


def test_the_sets_have_the_classes_of_their_databases() -> None:
    assert {name: len(classes) for name, classes in COMPOUND_SETS.items()} == {
        "du": 15,
        "raf-db": 11,
        "emotionet": 16,
        "c-expr-db": 7,
    }
    for classes in COMPOUND_SETS.values():
        assert set(classes) <= set(DU_2014)
        assert len(set(classes)) == len(classes)


def test_a_product_is_that_of_the_two_components() -> None:
    products = component_products(EXPRESSION, "c-expr-db")[0]
    classes = COMPOUND_SETS["c-expr-db"]
    assert products[classes.index("happily_surprised")] == pytest.approx(0.50 * 0.35)
    assert products[classes.index("sadly_angry")] == pytest.approx(0.02 * 0.02)


def test_what_the_head_does_not_know_is_named() -> None:
    assert left_out_action_units("du") == {
        "sadly_angry": (11,),
        "sadly_disgusted": (11,),
        "fearfully_angry": (11,),
        "fearfully_surprised": (11,),
    }
    assert left_out_action_units("c-expr-db", known=(*ACTION_UNITS, 11)) == {}


def test_an_unknown_set_names_the_nearest() -> None:
    with pytest.raises(FaceBehaviorError, match="did you mean 'raf-db'"):
        find_compound_set("rafdb")


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(1, 7\)"):
        compound_scores(EXPRESSION[:, :6], UNITS, np.array([0.1]))


def test_action_units_that_are_not_known_are_left_out_of_both_sums() -> None:
    units = UNITS.copy()
    units[0, ACTION_UNITS.index(12)] = np.nan
    found = dict(zip(COMPOUND_SETS["raf-db"], action_unit_scores(units, "raf-db")[0], strict=True))
    for category, (whole, _) in BY_HAND.items():
        weights = {unit: w for unit, w in DU_2014[category].items() if unit in ACTION_UNITS}
        weights.pop(12, None)
        expected = sum(SHOWN.get(unit, 0.0) * w for unit, w in weights.items())
        assert found[category] == pytest.approx(expected / sum(weights.values()))
        if 12 not in DU_2014[category]:
            assert found[category] == pytest.approx(whole, abs=5e-5)


def test_a_class_of_which_no_action_unit_is_known_has_no_score() -> None:
    units = np.full((1, 17), np.nan)
    units[0, ACTION_UNITS.index(12)] = 0.3
    scores = action_unit_scores(units)[0]
    for category, score in zip(COMPOUND_SETS["du"], scores, strict=True):
        assert (score == 0.3) if 12 in DU_2014[category] else np.isnan(score)
