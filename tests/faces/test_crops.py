import numpy as np
import pytest
from numpy.typing import NDArray

from facebehavior.faces.crops import carried_back, cut_square, shrunk
from facebehavior.faces.face import Face


@pytest.fixture
def picture() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(1, 256, (37, 53, 3), dtype=np.uint8)


def test_a_square_inside_the_picture_is_a_part_of_it(picture: NDArray[np.uint8]) -> None:
    square, corner = cut_square(picture, np.array([20.0, 14.0, 10.0, 6.0]), 2.0)
    np.testing.assert_array_equal(corner, (15, 7))
    np.testing.assert_array_equal(square, picture[7:27, 15:35])


def test_a_square_is_black_beyond_the_picture(picture: NDArray[np.uint8]) -> None:
    square, corner = cut_square(picture, np.array([0.0, 0.0, 53.0, 37.0]), 2.0)
    assert square.shape == (106, 106, 3)
    x, y = (-corner).astype(int)
    np.testing.assert_array_equal(square[y : y + 37, x : x + 53], picture)
    assert np.count_nonzero(square) == picture.size


@pytest.mark.parametrize(
    "box",
    [(1e9, -1e9, 5.0, 5.0), (0.0, 0.0, 1e9, 1e9), (3.0, 3.0, 0.0, 0.0), (-9.0, 2.0, 3.0, 3.0)],
)
def test_wild_boxes_give_small_squares(picture: NDArray[np.uint8], box: tuple[float, ...]) -> None:
    square, _ = cut_square(picture, np.array(box), 1.5)
    assert 1 <= square.shape[0] == square.shape[1] <= 3 * 53


def test_shrinking_averages_and_gives_its_factor(picture: NDArray[np.uint8]) -> None:
    small, factor = shrunk(picture, 20)
    assert (factor, small.shape) == (2, (19, 27, 3))
    expected = picture[:36, :52].reshape(18, 2, 26, 2, 3).mean(axis=(1, 3))
    assert np.abs(small[:18, :26] - expected).max() <= 0.5
    same, factor = shrunk(picture, 27)
    assert factor == 1
    assert same is picture


def test_faces_are_carried_back_by_factor_and_corner() -> None:
    generator = np.random.default_rng(2)
    box, points = generator.uniform(0, 9, 4), generator.uniform(0, 9, (5, 2))
    mesh = generator.uniform(0, 9, (478, 3))
    (face,) = carried_back([Face(box, points, mesh=mesh)], 2.0, (10.0, -3.0))
    np.testing.assert_allclose(face.box, 2 * box + (10, -3, 0, 0))
    np.testing.assert_allclose(face.points, 2 * points + (10, -3))
    assert face.mesh is not None
    np.testing.assert_allclose(face.mesh, 2 * mesh + (10, -3, 0))
    (face,) = carried_back([Face(box, points)], 2.0, (10.0, -3.0))
    assert face.mesh is None
