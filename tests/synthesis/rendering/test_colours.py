from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facebehavior.synthesis.appearance.palette import SKIN_TONES
from facebehavior.synthesis.rendering.colours import LINEAR, hexadecimal, to_linear, to_srgb


@given(arrays(np.float64, 20, elements=st.floats(0, 1)))
def test_light_and_srgb_are_each_others_inverse(values: np.ndarray) -> None:
    np.testing.assert_allclose(to_srgb(to_linear(values)), values, atol=1e-6)


def test_every_byte_survives_the_way_to_light_and_back() -> None:
    back = (to_srgb(LINEAR) * 255 + 0.5).astype(np.uint8)
    np.testing.assert_array_equal(back, np.arange(256))
    assert (np.diff(LINEAR) > 0).all()


def test_the_values_of_the_standard() -> None:
    # IEC 61966-2-1: the foot is linear with slope 12.92, middle grey 0.5 is 0.2140 of the light.
    np.testing.assert_allclose(
        to_linear(np.array([0.0, 0.02, 0.5, 1.0]))[[0, 1, 3]], [0, 0.02 / 12.92, 1]
    )
    assert float(to_linear(np.array(0.5))) == pytest.approx(0.21404, abs=1e-5)


def test_light_outside_is_cut_off() -> None:
    np.testing.assert_allclose(to_srgb(np.array([-1.0, 7.0])), [0.0, 1.0], atol=1e-12)


def test_a_colour_is_read_from_its_digits() -> None:
    np.testing.assert_allclose(hexadecimal("ff0080"), [1.0, 0.0, LINEAR[128]], rtol=1e-6)


def test_the_skin_tones_go_from_light_to_dark() -> None:
    brightness = [float(hexadecimal(code).mean()) for code in SKIN_TONES]
    assert len(brightness) == 10
    assert brightness[0] > 0.8
    assert brightness[-1] < 0.03
    assert all(after < before + 0.03 for before, after in pairwise(brightness))
