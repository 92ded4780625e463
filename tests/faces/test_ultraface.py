import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from facebehavior.faces.boxes import overlaps
from facebehavior.faces.ultraface import UltraFace

FACE = np.array([181.0, 72.0, 89.0, 105.0])
"""Where the astronaut's face is, to some pixels."""


@pytest.fixture(scope="module")
def ultraface() -> UltraFace:
    return UltraFace()


@pytest.fixture(scope="module")
def astronaut() -> NDArray[np.uint8]:
    return np.asarray(skimage.data.astronaut())  # type: ignore[no-untyped-call]


def test_one_face_one_box(ultraface: UltraFace, astronaut: NDArray[np.uint8]) -> None:
    found = ultraface.find(astronaut)
    assert len(found) == 1
    assert found.boxes.dtype == found.scores.dtype == np.float64
    assert overlaps(found.boxes, FACE)[0, 0] > 0.6
    assert 0.9 < found.scores[0] <= 1


@pytest.mark.parametrize("shape", [(512, 1400), (1300, 512), (900, 900)])
def test_boxes_are_in_source_pixels_for_every_aspect(
    ultraface: UltraFace, astronaut: NDArray[np.uint8], shape: tuple[int, int]
) -> None:
    picture = np.full((*shape, 3), 110, dtype=np.uint8)
    top, left = shape[0] - 512, shape[1] - 512
    picture[top:, left:] = astronaut
    found = ultraface.find(picture)
    assert len(found) == 1
    assert overlaps(found.boxes, np.add(FACE, (left, top, 0, 0)))[0, 0] > 0.6


def test_every_face_of_two_has_a_box_the_highest_score_first(
    ultraface: UltraFace, astronaut: NDArray[np.uint8]
) -> None:
    found = ultraface.find(np.concatenate([astronaut, astronaut[::2, ::2].repeat(2, 0)], axis=1))
    assert len(found) == 2
    assert found.scores[0] >= found.scores[1]


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (700, 2), (240, 320)])
def test_empty_and_tiny_pictures_have_no_boxes(
    ultraface: UltraFace, shape: tuple[int, int]
) -> None:
    found = ultraface.find(np.full((*shape, 3), 60, dtype=np.uint8))
    assert found.boxes.shape == (0, 4)
    assert found.scores.shape == (0,)


def test_pictures_need_not_be_contiguous(
    ultraface: UltraFace, astronaut: NDArray[np.uint8]
) -> None:
    mirrored = astronaut[:, ::-1]
    expected = ultraface.find(mirrored.copy())
    np.testing.assert_array_equal(ultraface.find(mirrored).boxes, expected.boxes)
