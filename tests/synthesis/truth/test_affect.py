import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facebehavior.labels import ACTION_UNITS, COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.synthesis.truth.affect import POSITIONS, SHARES, draw_affect, position
from facebehavior.synthesis.truth.tables import CATEGORIES

intensities = arrays(np.float64, 17, elements=st.floats(0, 1))
categories = st.sampled_from([None, *CATEGORIES])


class Silent:
    """A generator whose noise is always a given number of standard deviations."""

    def __init__(self, deviations: float) -> None:
        self.deviations = deviations

    def normal(self, mean: float, deviation: float, count: int) -> np.ndarray:
        assert deviation == 0.08
        return np.full(count, mean + self.deviations * deviation)


@given(categories, st.floats(0, 1), intensities, st.floats(-3, 3))
def test_affect_is_the_documented_sum(
    category: str | None, strength: float, shown: np.ndarray, deviations: float
) -> None:
    found = draw_affect(category, strength, shown, Silent(deviations))  # type: ignore[arg-type]
    for axis in (0, 1):
        if category is None:
            place = 0.0
        elif category in COMPOUND_EXPRESSIONS:
            first, second = COMPOUND_EXPRESSIONS[category]
            place = (POSITIONS[first][axis] + POSITIONS[second][axis]) / 2
        else:
            place = POSITIONS[category][axis]
        total = strength * place + deviations * 0.08
        for number, intensity in zip(ACTION_UNITS, shown, strict=True):
            total += intensity * SHARES[number][axis]
        assert found[axis] == pytest.approx(min(max(total, -1.0), 1.0), abs=1e-4)


@given(categories, st.floats(0, 1), intensities, st.integers(0, 1000))
def test_affect_stays_within_its_range(
    category: str | None, strength: float, shown: np.ndarray, seed: int
) -> None:
    found = draw_affect(category, strength, shown, np.random.default_rng(seed))
    assert found == draw_affect(category, strength, shown, np.random.default_rng(seed))
    assert all(-1.0 <= value <= 1.0 for value in found)


def test_the_tables_hold_every_expression_and_action_unit() -> None:
    assert set(POSITIONS) == set(EXPRESSIONS)
    assert set(SHARES) == set(ACTION_UNITS)
    assert not position("neutral").any()
    assert not position(None).any()


def test_the_positions_are_where_the_circumplex_has_them() -> None:
    valence = {name: place[0] for name, place in POSITIONS.items()}
    arousal = {name: place[1] for name, place in POSITIONS.items()}
    assert max(valence, key=valence.__getitem__) == "happiness"
    assert all(valence[name] < -0.3 for name in ("sadness", "fear", "disgust", "anger"))
    assert min(arousal, key=arousal.__getitem__) == "sadness"
    assert all(arousal[name] >= 0.5 for name in ("surprise", "fear", "anger"))
