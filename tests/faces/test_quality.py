import numpy as np
import pytest

from facebehavior.faces.quality import (
    GAZE_PITCH_DEGREES,
    GAZE_YAW_DEGREES,
    eye_distance,
    gaze_and_blink,
    sharpness,
)

NAMES = ("eyeLookIn", "eyeLookOut", "eyeLookUp", "eyeLookDown", "eyeBlink")


def eyes(**activations: float) -> dict[str, float]:
    return {name + side: 0.0 for name in NAMES for side in ("Left", "Right")} | activations


def test_eye_distance_is_euclidean() -> None:
    points = np.array([(1.0, 2.0), (4.0, 6.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)])
    assert eye_distance(points) == 5.0


def slow_sharpness(grey: np.ndarray) -> float:
    height, width = grey.shape
    values = [
        grey[y - 1, x] + grey[y + 1, x] + grey[y, x - 1] + grey[y, x + 1] - 4 * grey[y, x]
        for y in range(1, height - 1)
        for x in range(1, width - 1)
    ]
    mean = sum(values) / len(values)
    return float(sum((value - mean) ** 2 for value in values) / len(values))


@pytest.mark.parametrize("channels", [1, 3])
def test_sharpness_is_the_population_variance_of_the_laplacian(channels: int) -> None:
    crop = np.random.default_rng(0).integers(0, 256, (9, 9, channels), dtype=np.uint8)
    luma = (0.299, 0.587, 0.114) if channels == 3 else (1.0,)
    expected = slow_sharpness(crop.astype(np.float64) @ np.array(luma))
    assert sharpness(crop) == pytest.approx(expected, rel=1e-12)


def test_blur_lowers_the_sharpness_and_an_even_crop_has_none() -> None:
    crop = np.random.default_rng(0).integers(0, 256, (40, 40, 1), dtype=np.uint8)
    wide = crop.astype(np.float64)
    blurred = (wide + np.roll(wide, 1, 0) + np.roll(wide, 1, 1) + np.roll(wide, -1, 0)) / 4
    assert 0 < sharpness(blurred.astype(np.uint8)) < sharpness(crop)
    assert sharpness(np.full((8, 8, 3), 77, dtype=np.uint8)) == pytest.approx(0.0, abs=1e-20)


@pytest.mark.parametrize("shape", [(9, 9), (2, 9, 3), (9, 9, 4)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected a crop"):
        sharpness(np.zeros(shape, dtype=np.uint8))


def test_looking_to_the_own_left_is_a_positive_yaw() -> None:
    look = gaze_and_blink(eyes(eyeLookOutLeft=1.0, eyeLookInRight=1.0))
    assert look is not None
    assert (look.gaze_yaw, look.gaze_pitch) == (GAZE_YAW_DEGREES, 0.0)
    look = gaze_and_blink(eyes(eyeLookInLeft=0.5, eyeLookOutRight=0.5))
    assert look is not None
    assert look.gaze_yaw == -GAZE_YAW_DEGREES / 2


def test_looking_up_is_a_positive_pitch_and_crossed_eyes_look_ahead() -> None:
    look = gaze_and_blink(eyes(eyeLookUpLeft=0.6, eyeLookUpRight=0.2, eyeLookDownRight=0.4))
    assert look is not None
    assert look.gaze_pitch == pytest.approx(0.2 * GAZE_PITCH_DEGREES)
    look = gaze_and_blink(eyes(eyeLookInLeft=0.8, eyeLookInRight=0.8))
    assert look is not None
    assert look.gaze_yaw == 0.0


def test_blinks_stay_in_bounds_and_apart() -> None:
    look = gaze_and_blink(eyes(eyeBlinkLeft=0.7, eyeBlinkRight=1.0000001))
    assert look is not None
    assert (look.blink_left, look.blink_right) == (0.7, 1.0)


def test_without_blendshapes_nothing_is_invented() -> None:
    assert gaze_and_blink({}) is None
    incomplete = eyes()
    del incomplete["eyeLookUpRight"]
    assert gaze_and_blink(incomplete) is None
