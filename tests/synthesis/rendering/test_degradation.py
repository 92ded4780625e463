import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from facebehavior.synthesis.rendering.colours import to_srgb
from facebehavior.synthesis.rendering.degradation import Faults, compressed, developed

NONE = Faults()


def scene(seed: int = 0, size: int = 48) -> np.ndarray:
    """Smooth light with some edges, between the black and the shoulder."""
    rng = np.random.default_rng(seed)
    light = np.cumsum(rng.normal(0, 0.02, (size, size, 3)), axis=1) + 0.25
    light[10:20, 10:30] = 0.05
    return np.asarray(np.clip(light, 0.01, 0.55), dtype=np.float32)


def sharpness(picture: np.ndarray) -> float:
    return float(np.abs(np.diff(picture.astype(float), axis=1)).mean())


def test_a_camera_without_faults_shows_the_light_as_it_is() -> None:
    light = scene()
    expected = to_srgb(light) * 255
    assert np.abs(developed(light, NONE).astype(float) - expected).max() <= 1.0


def test_bright_light_is_rolled_off_and_stays_in_order() -> None:
    light = np.repeat(np.linspace(0, 3, 300, dtype=np.float32)[None, :, None], 3, axis=2)
    light = np.repeat(light, 300, axis=0)
    row = developed(light, NONE)[0, :, 0].astype(int)
    assert (np.diff(row) >= 0).all()
    assert row[0] == 0
    assert row[100] < 255  # light 1 keeps some modelling
    assert row[-1] >= 254


@given(st.floats(-2, 2), st.floats(0.05, 2))
def test_more_exposure_is_never_darker(stops: float, more: float) -> None:
    light = scene()
    dark = developed(light, replace(NONE, exposure=stops)).astype(int)
    bright = developed(light, replace(NONE, exposure=stops + more)).astype(int)
    assert (bright >= dark).all()
    assert bright.mean() > dark.mean()


def test_a_stop_doubles_the_light() -> None:
    light = scene()
    np.testing.assert_array_equal(
        developed(light, replace(NONE, exposure=-1.0)),
        developed(np.multiply(light, 0.5, dtype=np.float32), NONE),
    )


def test_contrast_turns_about_middle_grey() -> None:
    light = np.full((16, 16, 3), 0.18, np.float32)
    np.testing.assert_array_equal(
        developed(light, replace(NONE, contrast=1.5)), developed(light, NONE)
    )
    harder, plain = (developed(scene(), replace(NONE, contrast=c)) for c in (1.4, 1.0))
    assert harder.std() > plain.std()


def test_grey_has_equal_channels_and_the_brightness_of_the_picture() -> None:
    colour, grey = developed(scene(), NONE), developed(scene(), replace(NONE, grey=True))
    np.testing.assert_array_equal(grey[..., 0], grey[..., 1])
    np.testing.assert_array_equal(grey[..., 0], grey[..., 2])
    luma = colour.astype(float) @ (0.299, 0.587, 0.114)
    assert np.abs(grey[..., 0] - luma).max() <= 1.0


def test_grey_noise_is_grey_too() -> None:
    noisy = developed(scene(), replace(NONE, grey=True, noise=8.0))
    np.testing.assert_array_equal(noisy[..., 0], noisy[..., 2])


def test_noise_repeats_with_its_seed_and_has_its_strength() -> None:
    light = np.full((64, 64, 3), 0.2, np.float32)
    first, again, other = (
        developed(light, replace(NONE, noise=5.0, noise_seed=seed)) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.astype(float).std() == pytest.approx(5.0, rel=0.1)
    assert abs(float(first.mean()) - float(developed(light, NONE).mean())) < 0.3


def test_a_cast_changes_its_channel_alone() -> None:
    plain, cast = developed(scene(), NONE), developed(scene(), replace(NONE, cast=(1.2, 1.0, 1.0)))
    assert cast[..., 0].mean() > plain[..., 0].mean() + 5
    np.testing.assert_array_equal(cast[..., 1:], plain[..., 1:])


@pytest.mark.parametrize(
    "faults",
    [Faults(blur=1.5), Faults(motion=0.0), Faults(motion=40.0), Faults(resolution=0.3)],
    ids=["blur", "motion", "slanted motion", "resolution"],
)
def test_blur_takes_detail_and_leaves_brightness(faults: Faults) -> None:
    plain, blurred = developed(scene(), NONE), developed(scene(), faults)
    assert blurred.shape == plain.shape
    assert sharpness(blurred) < 0.8 * sharpness(plain)
    assert abs(float(blurred.mean()) - float(plain.mean())) < 2.0


def test_motion_blurs_along_its_direction_alone() -> None:
    light = np.full((33, 33, 3), 0.05, np.float32)
    light[:, 16] = 0.5  # an upright line
    plain = developed(light, NONE)
    along, across = (developed(light, replace(NONE, motion=angle)) for angle in (90.0, 0.0))
    np.testing.assert_array_equal(along, plain)
    assert across[16, 16, 0] < plain[16, 16, 0] - 40
    assert across[16, 14, 0] > plain[16, 14, 0] + 10


def test_a_low_resolution_has_at_least_16_pixels() -> None:
    assert developed(scene(size=32), replace(NONE, resolution=0.01)).shape == (32, 32, 3)


def test_a_lower_quality_makes_a_smaller_file_of_the_same_picture() -> None:
    picture = developed(scene(), replace(NONE, noise=5.0, grey=True))
    fine, coarse = compressed(picture, 95), compressed(picture, 20)
    assert len(coarse) < len(fine) / 2
    for data, error in ((fine, 4.0), (coarse, 20.0)):
        with Image.open(io.BytesIO(data)) as opened:
            assert opened.format == "JPEG"
            assert np.abs(np.asarray(opened).astype(float) - picture).mean() < error
