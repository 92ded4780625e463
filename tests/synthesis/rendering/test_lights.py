import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.synthesis.rendering.meshes import Mesh, sphere, square

from facebehavior.synthesis.rendering.lights import Lights, cast_shadow, direction, openness
from facebehavior.synthesis.rendering.rasteriser import vertex_normals


def joined(*meshes: Mesh) -> Mesh:
    starts = np.cumsum([0] + [len(vertices) for vertices, _ in meshes])
    triangles = [part + start for (_, part), start in zip(meshes, starts[:-1], strict=True)]
    vertices = np.concatenate([part for part, _ in meshes])
    return vertices, np.concatenate(triangles).astype(np.int32)


def in_shadow(
    mesh: Mesh, centre: np.ndarray, light: tuple[float, float, float], point: np.ndarray
) -> bool:
    shadow = cast_shadow(*mesh, centre, light)
    column, row, nearness = shadow.toward[:, :3] @ point + shadow.toward[:, 3]
    return bool(shadow.nearness[int(row), int(column)] > nearness + 0.03)


@pytest.mark.parametrize(
    "light", [(0.0, 0.0, 1.0), direction(30, 20), direction(-60, 45), direction(10, 60)]
)
def test_what_lies_behind_a_square_is_in_its_shadow(light: tuple[float, float, float]) -> None:
    centre = np.array([0.0, 0.0, -20.0])
    quad = square(0.5, z=-20.0)
    towards = np.array(light)
    # A step aside, across the light, and a step before the square, towards it.
    aside = np.cross(towards, (1.0, 0.0, 0.0))
    aside *= 1.3 / np.linalg.norm(aside)
    assert in_shadow(quad, centre, light, centre - 0.6 * towards)
    assert not in_shadow(quad, centre, light, centre + 0.6 * towards)
    assert not in_shadow(quad, centre, light, centre - 0.6 * towards + aside)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_direction_is_a_unit_vector_to_the_right_and_up(azimuth: float, elevation: float) -> None:
    x, y, z = direction(azimuth, elevation)
    assert np.hypot(np.hypot(x, y), z) == pytest.approx(1.0)
    assert np.degrees(np.arcsin(np.clip(y, -1, 1))) == pytest.approx(elevation, abs=1e-5)
    assert direction(0, 0) == pytest.approx((0, 0, 1))
    assert direction(90, 0) == pytest.approx((1, 0, 0), abs=1e-9)


def test_the_array_of_lights_has_the_shaders_rows() -> None:
    lights = Lights((0, 0, 1), (1, 2, 3), (4, 5, 6), (7, 8, 9), (1, 0, 0), (0.1, 0.2, 0.3))
    expected = [(0, 0, 1), (1, 2, 3), (4, 5, 6), (7, 8, 9), (1, 0, 0), (0.1, 0.2, 0.3)]
    np.testing.assert_allclose(lights.as_array(), expected)


def test_a_lone_convex_body_sees_all_of_its_surroundings() -> None:
    vertices, triangles = sphere()
    free = openness(vertices.astype(np.float64), vertex_normals(vertices, triangles), triangles)
    assert free.min() > 0.95
    assert free.max() <= 1.0


def test_what_lies_in_a_box_sees_little_and_what_lies_before_a_wall_about_half() -> None:
    ball, shield = sphere(0.3), sphere(1.2)
    mesh = joined(ball, shield)
    normals = vertex_normals(*mesh)
    free = openness(mesh[0].astype(np.float64), normals, mesh[1])
    assert free.min() >= 0.0
    assert free.max() <= 1.0
    assert free[: len(ball[0])].max() < 0.05
    assert free[len(ball[0]) :].min() > 0.9

    # A small square that looks sideways, along a wall at its side: half of its sky is wall.
    points = np.array([(0, 0, 0.0), (0, 0.05, 0), (0, 0, 0.05)], np.float32)
    small = (points, np.array([[0, 1, 2]], np.int32))
    mesh = joined(small, square(1.5, z=-0.06))
    normals = np.tile(np.array([1, 0, 0], np.float32), (len(mesh[0]), 1))
    free = openness(mesh[0].astype(np.float64), normals, mesh[1])
    assert free[0] == pytest.approx(0.5, abs=0.15)
