from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from facebehavior.labels import ACTION_UNITS
from facebehavior.synthesis.truth.drawing import (
    ACTIVE,
    Drawn,
    draw_action_units,
    draw_random_combination,
)
from facebehavior.synthesis.truth.normal import normal_probability, normal_quantile
from facebehavior.synthesis.truth.tables import perturbed_table

COUNT = 4000


def drawn(probabilities: np.ndarray, noise: float, count: int = COUNT) -> np.ndarray:
    """Draw faces and give which action units are active, (count, 17)."""
    rng = np.random.default_rng(0)
    return np.array([draw_action_units(probabilities, noise, rng).active for _ in range(count)])


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_each_action_unit_is_as_frequent_as_the_table_says(noise: float) -> None:
    probabilities = perturbed_table(1).row("fear")
    probabilities[:2] = 0.0, 1.0
    expected = 1 - (1 - probabilities) * (1 - noise)
    # Four standard errors of a binomial share; what is certain must be so without exception.
    error = 4 * np.sqrt(expected * (1 - expected) / COUNT)
    assert (np.abs(drawn(probabilities, noise).mean(axis=0) - expected) <= error).all()


def test_the_action_units_of_a_face_are_correlated_and_those_of_noise_are_not() -> None:
    above = np.triu_indices(len(ACTION_UNITS), 1)
    own = np.corrcoef(drawn(np.full(17, 0.5), 0.0).T)[above]
    # Of two normals with correlation r, the signs correlate by 2 / pi arcsin(r).
    assert own.mean() == pytest.approx(2 / np.pi * np.arcsin(0.3), abs=0.02)
    assert own.min() > 0.1
    noise = np.corrcoef(drawn(np.zeros(17), 0.5).T)[above]
    assert abs(noise.mean()) < 0.01


faces = st.builds(
    lambda seed, noise: draw_action_units(
        np.random.default_rng(seed).random(17), noise, np.random.default_rng(seed)
    ),
    st.integers(0, 10_000),
    st.floats(0, 0.3),
) | st.integers(0, 10_000).map(lambda seed: draw_random_combination(np.random.default_rng(seed)))


@given(faces)
def test_an_action_unit_is_active_from_an_intensity_of_a_fifth(face: Drawn) -> None:
    assert ACTIVE == 0.2
    assert face.intensities.shape == (17,)
    np.testing.assert_array_equal(face.active, face.intensities >= 0.2)
    assert face.intensities.min() >= 0.0
    assert face.intensities.max() <= 1.0
    assert 0.5 <= face.strength <= 1.0


@given(faces)
def test_active_units_follow_the_strength_of_the_face_and_others_leave_traces(face: Drawn) -> None:
    shown = face.intensities[face.active]
    assert (shown >= min(0.75 * face.strength, 1.0) - 1e-4).all()
    assert (shown <= min(1.15 * face.strength, 1.0) + 1e-4).all()
    assert (face.intensities[~face.active] <= 0.15).all()


def test_inactive_units_are_mostly_still() -> None:
    rng = np.random.default_rng(0)
    still = np.array([draw_action_units(np.zeros(17), 0.0, rng).intensities for _ in range(400)])
    assert (still > 0).mean() == pytest.approx(0.15, abs=0.02)


def test_random_combinations_have_one_to_six_units_each_equally_often() -> None:
    rng = np.random.default_rng(0)
    active = np.array([draw_random_combination(rng).active for _ in range(COUNT)])
    counts = Counter(active.sum(axis=1).tolist())
    assert set(counts) == {1, 2, 3, 4, 5, 6}
    for seen in counts.values():
        assert seen / COUNT == pytest.approx(1 / 6, abs=4 * np.sqrt(5 / 36 / COUNT))
    share = 3.5 / 17
    error = 4 * np.sqrt(share * (1 - share) / COUNT)
    assert (np.abs(active.mean(axis=0) - share) <= error).all()


@given(st.integers(0, 1000))
def test_a_face_is_repeated_by_its_generator(seed: int) -> None:
    probabilities = perturbed_table(0).row("anger")
    first, again = (
        draw_action_units(probabilities, 0.03, np.random.default_rng(seed)) for _ in range(2)
    )
    assert first.strength == again.strength
    np.testing.assert_array_equal(first.intensities, again.intensities)


@settings(max_examples=50)
@given(st.floats(1e-9, 1 - 1e-9))
def test_the_normals_quantiles_are_scipys(probability: float) -> None:
    quantile = normal_quantile(np.array([[probability]]))
    np.testing.assert_allclose(quantile, norm.ppf([[probability]]), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(normal_probability(quantile), [[probability]], rtol=1e-6)


def test_the_quantiles_of_what_is_certain_are_infinite() -> None:
    np.testing.assert_array_equal(normal_quantile(np.array([0.0, 1.0])), [-np.inf, np.inf])
    np.testing.assert_array_equal(normal_probability(np.array([-np.inf, np.inf])), [0.0, 1.0])
