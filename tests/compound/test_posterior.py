import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.compound import COMPOUND_SETS, compound_posterior, indistinct_classes
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNITS
from facebehavior.relatedness import DU_2014


def _reference(units: list[float], name: str) -> list[float]:
    """Bayes' rule, term by term."""
    scores = []
    for category in COMPOUND_SETS[name]:
        total = 0.0
        for number, probability in zip(ACTION_UNITS, units, strict=True):
            weight = min(max(DU_2014[category].get(number, 0.0), 0.1), 0.9)
            if not math.isnan(probability):
                total += probability * math.log(weight) + (1 - probability) * math.log(1 - weight)
        scores.append(math.exp(total))
    return [score / sum(scores) for score in scores]


@given(st.sampled_from(sorted(COMPOUND_SETS)), st.integers(0, 2**32 - 1))
def test_it_is_bayes_rule_over_the_action_units_that_are_known(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    units = rng.random((4, 17))
    units[rng.random((4, 17)) < 0.2] = np.nan
    found = compound_posterior(units, name)
    np.testing.assert_allclose(found, [_reference(row.tolist(), name) for row in units], atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_an_action_unit_that_a_class_has_not_speaks_against_it() -> None:
    units = np.zeros((2, 17))
    units[:, [ACTION_UNITS.index(number) for number in (1, 2, 12, 25)]] = 1.0
    units[1, ACTION_UNITS.index(9)] = 1.0
    place = COMPOUND_SETS["du"].index("happily_surprised")
    without, with_it = compound_posterior(units)[:, place]
    assert 9 not in DU_2014["happily_surprised"]
    assert with_it < without


def test_classes_are_equally_likely_where_nothing_is_known() -> None:
    found = compound_posterior(np.full((1, 17), np.nan), "c-expr-db")
    np.testing.assert_allclose(found, np.full((1, 7), 1 / 7))


def test_classes_with_equal_rows_are_named() -> None:
    classes = COMPOUND_SETS["raf-db"]
    expected = {
        (one, other)
        for place, one in enumerate(classes)
        for other in classes[place + 1 :]
        if (12 in DU_2014[one]) == (12 in DU_2014[other])
    }
    assert all(DU_2014[one].get(12, 1.0) == 1.0 for one in classes)
    assert set(indistinct_classes("raf-db", (12,))) == expected
    assert indistinct_classes("raf-db", ACTION_UNITS) == ()


def test_in_between_it_is_a_weighted_mean_of_evidence_on_the_log_scale() -> None:
    units = np.array([np.ones(17), np.zeros(17), np.full(17, 0.3)])
    all_on, all_off, mixed = np.log(compound_posterior(units))
    expected = 0.3 * all_on + 0.7 * all_off
    expected -= np.log(np.exp(expected).sum())
    np.testing.assert_allclose(mixed, expected)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(N, 17\)"):
        compound_posterior(np.zeros((2, 12)))
    with pytest.raises(FaceBehaviorError, match="unknown set"):
        compound_posterior(np.zeros((2, 17)), "none")
