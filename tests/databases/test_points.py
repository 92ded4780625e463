import numpy as np
import pytest

from facebehavior.databases.points import five_of_68, template_points
from facebehavior.faces.alignment import TEMPLATE, TEMPLATE_SIZE, similarity


def test_the_five_points_are_eyes_nose_and_corners_of_the_mouth() -> None:
    points = np.stack([np.arange(68.0), 100 + np.arange(68.0)], axis=1)
    expected = [37.5, 137.5, 43.5, 143.5, 30, 130, 48, 148, 54, 154]
    assert five_of_68(points) == expected


@pytest.mark.parametrize("points", [np.zeros((67, 2)), np.full((68, 2), np.nan)])
def test_other_points_are_refused(points: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected 68 points"):
        five_of_68(points)


def test_an_aligned_crop_is_cut_out_as_it_stands() -> None:
    points = np.reshape(template_points(112), (5, 2))
    np.testing.assert_allclose(points, TEMPLATE * (112 / TEMPLATE_SIZE))
    np.testing.assert_allclose(similarity(points, 112), [[1, 0, 0], [0, 1, 0]], atol=1e-9)
