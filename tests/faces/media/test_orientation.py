import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from facebehavior.faces.media.orientation import upright

ONE = 1 << 16
AXIS_SIGNS = list(itertools.product((False, True), (ONE, -ONE), (ONE, -ONE)))


def matrix_bytes(a: int, b: int, c: int, d: int) -> bytes:
    return np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], dtype=np.int32).tobytes()


def placed(image: NDArray[np.uint8], a: int, b: int, c: int, d: int) -> NDArray[np.uint8]:
    """Carry every pixel's centre to its place, from the definition of the display matrix."""
    rows, columns = np.mgrid[0 : image.shape[0], 0 : image.shape[1]]
    x, y = columns.ravel() + 0.5, rows.ravel() + 0.5
    shown = np.stack([(a * x + c * y) / ONE, (b * x + d * y) / ONE])
    places = np.floor(shown - shown.min(axis=1, keepdims=True) + 0.5).astype(int)
    result = np.zeros((places[1].max() + 1, places[0].max() + 1, 3), np.uint8)
    result[places[1], places[0]] = image.reshape(-1, 3)
    return result


@pytest.mark.parametrize(("swapped", "across", "down"), AXIS_SIGNS)
def test_the_eight_turns_and_mirrors(swapped: bool, across: int, down: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (3, 5, 3)).astype(np.uint8)
    entries = (0, down, across, 0) if swapped else (across, 0, 0, down)
    turned = upright(image, matrix_bytes(*entries))
    np.testing.assert_array_equal(turned, placed(image, *entries))
    assert turned.flags.c_contiguous


def test_a_quarter_turn_of_a_telephone_is_clockwise() -> None:
    image = np.zeros((2, 3, 3), np.uint8)
    image[0, 0] = 255  # the top left corner goes to the top right
    turned = upright(image, matrix_bytes(0, ONE, -ONE, 0))
    assert turned.shape == (3, 2, 3)
    assert turned[0, 1, 0] == 255


def test_a_slight_turn_is_taken_as_none() -> None:
    image = np.random.default_rng(0).integers(0, 256, (3, 5, 3)).astype(np.uint8)
    sine, cosine = int(ONE * np.sin(0.1)), int(ONE * np.cos(0.1))
    turned = upright(image, matrix_bytes(cosine, sine, -sine, cosine))
    np.testing.assert_array_equal(turned, image)


def test_no_matrix_turns_nothing() -> None:
    image = np.random.default_rng(0).integers(0, 256, (3, 5, 3)).astype(np.uint8)
    np.testing.assert_array_equal(upright(image, None), image)
