import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facebehavior.synthesis.appearance.palette import IRIS_COLOURS
from facebehavior.synthesis.geometry.base_mesh import BaseMesh
from facebehavior.synthesis.geometry.eyes import (
    CAP,
    CAP_TRIANGLES,
    GUIDES,
    TEXTURE_POINTS,
    eye_texture,
    eyeball,
)
from facebehavior.synthesis.geometry.posing import pose_rotation


def sphere_of(mesh: BaseMesh, side: str) -> tuple[np.ndarray, float]:
    guide = mesh.vertices[GUIDES[side]]
    centre = (guide.min(axis=0) + guide.max(axis=0)) / 2
    width, height, _ = guide.max(axis=0) - guide.min(axis=0)
    return centre, float(width + height) / 4


@pytest.mark.parametrize("side", ["left", "right"])
@settings(max_examples=20, deadline=None)
@given(yaw=st.floats(-35, 35), pitch=st.floats(-35, 35))
def test_an_eyeball_is_a_sphere_whose_pupil_looks_where_it_is_told(
    mesh: BaseMesh, side: str, yaw: float, pitch: float
) -> None:
    ball = eyeball(mesh.vertices, side, yaw, pitch)
    centre, radius = sphere_of(mesh, side)
    np.testing.assert_allclose(np.linalg.norm(ball - centre, axis=1), radius, rtol=1e-9)
    gaze = (ball[0] - centre) / radius
    # The same signs as a head's pose: pitch up, yaw towards the subject's left.
    np.testing.assert_allclose(gaze, pose_rotation(pitch, yaw, 0.0) @ (0, 0, 1), atol=1e-9)


def test_the_left_eye_is_on_the_subjects_left_and_the_right_one_its_mirror(mesh: BaseMesh) -> None:
    left, right = (eyeball(mesh.vertices, side, 0.0, 0.0) for side in ("left", "right"))
    assert left[0, 0] > 0.1
    np.testing.assert_allclose(left[0], right[0] * (-1, 1, 1), atol=1e-3)


def test_the_front_of_the_sphere_is_closed_and_faces_outward() -> None:
    corners = CAP[CAP_TRIANGLES]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((normals * corners.mean(axis=1)).sum(axis=1) > 0).all()
    edges = np.sort(CAP_TRIANGLES[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    _, counts = np.unique(edges, axis=0, return_counts=True)
    assert set(counts) == {1, 2}
    assert (counts == 1).sum() == 20  # the rim alone is open
    assert TEXTURE_POINTS.min() >= 0.0
    assert TEXTURE_POINTS.max() <= 1.0


@pytest.mark.parametrize("name", IRIS_COLOURS)
def test_the_texture_is_a_dark_pupil_in_an_iris_of_its_colour_in_white(name: str) -> None:
    size = 128
    picture = eye_texture(IRIS_COLOURS[name], 0, size).astype(float)
    across = (np.arange(size) + 0.5) / size * 2 - 1
    radius = np.hypot(*np.meshgrid(across, across))
    pupil = picture[radius < 0.15].mean(axis=0)
    iris = picture[(radius > 0.25) & (radius < 0.38)].mean(axis=0)
    white = picture[(radius > 0.6) & (radius < 0.8)].mean(axis=0)
    colour = np.array([int(IRIS_COLOURS[name][at : at + 2], 16) for at in (0, 2, 4)])
    assert pupil.max() < 10
    assert white.min() > 150
    np.testing.assert_allclose(iris, colour, rtol=0.15)


def test_eyes_of_different_seeds_have_different_streaks() -> None:
    assert (eye_texture("5a3a22", 1) != eye_texture("5a3a22", 2)).any()
    np.testing.assert_array_equal(eye_texture("5a3a22", 1), eye_texture.__wrapped__("5a3a22", 1))
