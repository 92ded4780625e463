"""The light that falls on a head: sun, sky, ground and a fill light; and the sun's shadows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.rendering.rasteriser import NOTHING, draw_triangles

_SHADOW_SIZE = 144
_SHADOW_WIDTH = 4.2
"""Decimetres that the shadow map spans."""


@dataclass(frozen=True)
class Lights:
    """Where light comes from, in the camera's frame; colours are linear.

    Attributes:
        sun_direction: (3,) unit vector towards the main light.
        sun: (3,) its colour and strength.
        sky: (3,) light from above, from everywhere.
        ground: (3,) light from below, from everywhere.
        fill_direction: (3,) unit vector towards the second light, which casts no shadow.
        fill: (3,) its colour and strength.
    """

    sun_direction: tuple[float, float, float]
    sun: tuple[float, float, float]
    sky: tuple[float, float, float]
    ground: tuple[float, float, float]
    fill_direction: tuple[float, float, float]
    fill: tuple[float, float, float]

    def as_array(self) -> NDArray[np.float32]:
        """Give the six rows (6, 3) that the shader reads."""
        rows = (
            self.sun_direction,
            self.sun,
            self.sky,
            self.ground,
            self.fill_direction,
            self.fill,
        )
        return np.array(rows, dtype=np.float32)


def direction(azimuth: float, elevation: float) -> tuple[float, float, float]:
    """Give the unit vector towards a light: degrees to the right of the picture and upward."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return float(np.sin(a) * np.cos(e)), float(np.sin(e)), float(np.cos(a) * np.cos(e))


@dataclass(frozen=True)
class ShadowMap:
    """What a light sees first.

    Attributes:
        nearness: (D, D): larger is nearer to the light.
        toward: (3, 4): from the camera's frame to column, row and nearness.
    """

    nearness: NDArray[np.float32]
    toward: NDArray[np.float32]


def cast_shadow(
    vertices: NDArray[np.float32],
    triangles: NDArray[np.int32],
    centre: NDArray[np.float64],
    towards_light: tuple[float, float, float],
    size: int = _SHADOW_SIZE,
) -> ShadowMap:
    """Look from a far light at a mesh, by parallel projection.

    Args:
        vertices: (V, 3) camera frame.
        triangles: (T, 3).
        centre: (3,) what the map is centred on.
        towards_light: (3,) unit vector.
        size: width of the map.
    """
    light = np.array(towards_light)
    aside = np.cross((0.0, 1.0, 0.0) if abs(light[1]) < 0.9 else (1.0, 0.0, 0.0), light)
    aside /= np.linalg.norm(aside)
    upward = np.cross(light, aside)
    scale = size / _SHADOW_WIDTH
    rows = np.stack([aside * scale, -upward * scale, light])
    # Nearness must stay positive for the rasteriser: 10 dm are added.
    shift = np.array([size / 2, size / 2, 10.0]) - rows @ centre
    screen = (vertices @ rows.T + shift).astype(np.float32)
    nearness = np.zeros((size, size), dtype=np.float32)
    seen = np.full((size, size), NOTHING, dtype=np.int32)
    draw_triangles(screen, triangles, 0, nearness, seen)
    return ShadowMap(nearness, np.column_stack([rows, shift]).astype(np.float32))


def openness(
    vertices: NDArray[np.float64],
    normals: NDArray[np.float32],
    triangles: NDArray[np.int32],
    directions: int = 96,
) -> NDArray[np.float32]:
    """Tell how much of its surroundings each vertex sees: ambient occlusion from far lights.

    Args:
        vertices: (V, 3).
        normals: (V, 3) unit.
        triangles: (T, 3).
        directions: number of lights, spread evenly over the sphere.

    Returns:
        (V,) from 0 to 1: the share of the light over its horizon, weighted by the cosine.
    """
    centre = vertices[np.unique(triangles)].mean(axis=0)
    seen, whole = np.zeros(len(vertices)), np.full(len(vertices), 1e-9)
    points = vertices + 0.02 * normals
    for number in range(directions):
        height = 1 - 2 * (number + 0.5) / directions
        turn = number * np.pi * (3 - np.sqrt(5))
        level = np.sqrt(1 - height * height)
        light = (level * np.cos(turn), height, level * np.sin(turn))
        shadow = cast_shadow(vertices.astype(np.float32), triangles, centre, light, 192)
        place = points @ shadow.toward[:, :3].T + shadow.toward[:, 3]
        column, row = (np.clip(place[:, axis].astype(int), 0, 191) for axis in (0, 1))
        cosine = np.clip(normals @ np.array(light), 0.0, None)
        seen += cosine * (shadow.nearness[row, column] <= place[:, 2])
        whole += cosine
    return np.asarray(seen / whole, dtype=np.float32)
