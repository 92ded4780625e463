from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.synthesis.rendering.meshes import part, sphere, square

from facebehavior.synthesis.rendering.colours import to_linear
from facebehavior.synthesis.rendering.lights import Lights
from facebehavior.synthesis.rendering.parts import Camera, Part, draw

NO_LIGHT = (0.0, 0.0, 0.0)
EVEN = Lights((0, 0, 1), NO_LIGHT, (1, 1, 1), (1, 1, 1), (0, 0, 1), NO_LIGHT)
"""Light from everywhere alone: everything has the colour of its surface."""
FRONT = Lights((0, 0, 1), (1, 1, 1), NO_LIGHT, NO_LIGHT, (0, 0, 1), NO_LIGHT)
"""The main light alone, from the camera."""
CAMERA = Camera(focal=2.0)


def picture(*opaque: Part, lights: Lights = EVEN, over: tuple[Part, ...] = ()) -> np.ndarray:
    background = np.full((64, 64, 3), 0.1, dtype=np.float32)
    return draw(opaque, over, CAMERA, lights, background)


@given(
    st.floats(0.5, 10),
    st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)),
    st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.floats(-30, -1)),
)
def test_a_camera_projects_by_the_pinhole_formula(
    focal: float, shift: tuple[float, float], point: tuple[float, float, float]
) -> None:
    size = 128
    (found,) = Camera(focal, shift).project(np.array([point]), size)
    x, y, z = point
    expected = (
        size / 2 + size * shift[0] + size * focal * x / -z,
        size / 2 + size * shift[1] - size * focal * y / -z,
        1 / -z,
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


def test_what_is_behind_the_camera_has_no_inverse_distance() -> None:
    found = Camera(1.0).project(np.array([(0.0, 0.0, 1.0), (1.0, 1.0, 0.0)]), 64)
    assert (found[:, 2] == 0).all()
    assert np.isfinite(found).all()


def test_under_even_light_a_part_has_its_own_colour_and_the_rest_is_background() -> None:
    shown = picture(part(square(2.0, z=-10.0), (0.2, 0.4, 0.6)))
    # 2 dm at 10 dm and a focal length of 2 widths: 0.4 widths to each side of the middle.
    edge = round(64 * 0.1)
    np.testing.assert_allclose(shown[edge + 1 : -edge - 1, edge + 1 : -edge - 1, 2], 0.6, atol=1e-3)
    np.testing.assert_allclose(shown[32, 32], (0.2, 0.4, 0.6), atol=1e-3)
    np.testing.assert_allclose(shown[:5], 0.1)


def test_the_nearer_part_hides_the_farther_in_whatever_order() -> None:
    near, far = part(square(1.0, z=-9.0), (0.9, 0, 0)), part(square(2.0, z=-12.0), (0, 0.9, 0))
    first, second = picture(near, far), picture(far, near)
    np.testing.assert_allclose(first, second, atol=1e-6)
    np.testing.assert_allclose(first[32, 32], (0.9, 0, 0), atol=1e-3)
    np.testing.assert_allclose(first[32, 15], (0, 0.9, 0), atol=1e-3)


def test_a_matt_sphere_in_the_cameras_light_follows_lamberts_law() -> None:
    shown = picture(part(sphere(2.0, (0, 0, -20.0)), (1, 1, 1)), lights=FRONT)[..., 0]
    y, x = np.mgrid[:64, :64] + 0.5
    # Parallel projection is near enough at this distance: radius 2 / 20 * 2 widths.
    across = np.hypot(x - 32, y - 32) / (64 * 2.0 * 2.0 / 20.0)
    inside = across < 0.9
    np.testing.assert_allclose(shown[inside], np.sqrt(1 - across[inside] ** 2), atol=0.12)


def test_a_part_throws_its_shadow_on_another() -> None:
    wall = part(square(3.0, z=-12.0), (1, 1, 1))
    shield = part(square(0.4, z=-11.0, x=0.0), (0, 0, 1))
    slanted = replace(FRONT, sun_direction=(0.6, 0.0, 0.8))
    alone, both = picture(wall, lights=slanted), picture(wall, shield, lights=slanted)
    darkened = (both[..., 0] < 0.3 * alone[..., 0]) & (both[..., 2] < 0.5)
    rows, columns = np.nonzero(darkened)
    # The light comes from the right: the shadow, 0.75 dm aside, falls to the left.
    assert len(rows) > 20
    assert columns.mean() < 30
    # A part that casts none leaves the wall as it was.
    glass = replace(shield, casts_shadow=False)
    unshadowed = picture(wall, glass, lights=slanted)
    outside = both[..., 2] < 0.5
    assert (unshadowed[darkened & outside, 0] > 0.5 * alone[darkened & outside, 0]).all()


def test_paint_covers_the_texture_by_its_opacity() -> None:
    bare = part(square(2.0, z=-10.0), (0.2, 0.2, 0.2))
    for opacity in (0.0, 0.25, 1.0):
        paint = np.tile(np.array([0.8, 0.4, 0.0, opacity], np.float32), (4, 1))
        shown = picture(replace(bare, paint=paint))[32, 32]
        expected = 0.2 * (1 - opacity) + opacity * np.array([0.8, 0.4, 0.0])
        np.testing.assert_allclose(shown, expected, atol=1e-3)


def test_less_openness_lets_less_light_in() -> None:
    bare = part(square(2.0, z=-10.0), (0.5, 0.5, 0.5))
    shut = replace(bare, openness=np.full(4, 0.4, np.float32))
    np.testing.assert_allclose(picture(shut)[32, 32], 0.4 * picture(bare)[32, 32], rtol=1e-4)


def test_textures_are_read_from_their_lower_left_corner() -> None:
    texture = np.zeros((2, 2, 3), dtype=np.uint8)
    texture[0, 0, 0] = texture[1, 1, 1] = 255  # red above left, green below right
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    mesh = square(2.0, z=-10.0)
    shown = picture(
        replace(
            part(mesh, (1, 1, 1), texture), texture_points=corners, texture_triangles=mesh[1].copy()
        )
    )
    assert shown[12, 12, 0] == pytest.approx(1.0, abs=0.05)
    assert shown[12, 12, 1] < 0.05
    assert shown[51, 51, 1] == pytest.approx(1.0, abs=0.05)
    assert shown[12, 51].max() < 0.05


@pytest.mark.parametrize("value", [0, 64, 200, 255])
def test_a_layer_covers_by_its_opacity_and_is_hidden_behind_what_is_nearer(value: int) -> None:
    texture = np.full((2, 2, 4), 255, dtype=np.uint8)
    texture[..., 3] = value
    wall = part(square(2.0, z=-10.0), (0.2, 0.2, 0.2))
    layer = part(square(1.0, z=-9.9), (0.9, 0.0, 0.0), texture)
    shown = picture(wall, over=(layer,))[32, 32]
    cover = value / 255
    np.testing.assert_allclose(shown, 0.2 * (1 - cover) + cover * np.array([0.9, 0, 0]), atol=2e-3)
    behind = part(square(1.0, z=-11.0), (0.9, 0.0, 0.0), texture)
    np.testing.assert_allclose(picture(wall, over=(behind,))[32, 32], 0.2, atol=1e-3)


def test_normals_round_about_a_point_lead_away_from_it() -> None:
    mesh = square(1.0, z=-10.0)
    hair = replace(part(mesh), round_about=np.array([0.0, 0.0, -12.0]))
    away = mesh[0] - np.array([0.0, 0.0, -12.0])
    expected = away / np.linalg.norm(away, axis=1, keepdims=True)
    np.testing.assert_allclose(hair.normals(), expected, atol=1e-6)


def test_textures_are_decoded_from_srgb() -> None:
    texture = np.full((2, 2, 3), 128, dtype=np.uint8)
    shown = picture(part(square(2.0, z=-10.0), (1, 1, 1), texture))[32, 32]
    np.testing.assert_allclose(shown, float(to_linear(np.array([128 / 255]))[0]), rtol=1e-4)
