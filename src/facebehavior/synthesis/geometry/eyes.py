"""Eyeballs: spheres in the place of the base mesh's eyes, turned where the person looks.

MakeHuman's own eye meshes are not used: their licence is not as free as the rest.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

GUIDES = {"left": slice(14598, 14670), "right": slice(14670, 14742)}
"""The base mesh's vertices of each eye, by the subject's side."""

_RINGS, _SPOKES = 14, 20
_REACH = np.radians(100.0)
"""How far from the pupil the sphere is drawn: the front, and a little more."""


def _cap() -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Make the front of a unit sphere, (V, 3) with the pupil at z = 1, and its triangles."""
    angles = _REACH * np.arange(1, _RINGS + 1) / _RINGS
    turns = 2 * np.pi * np.arange(_SPOKES) / _SPOKES
    rings = np.stack(
        [
            np.outer(np.sin(angles), np.cos(turns)),
            np.outer(np.sin(angles), np.sin(turns)),
            np.repeat(np.cos(angles)[:, np.newaxis], _SPOKES, axis=1),
        ],
        axis=-1,
    )
    vertices = np.concatenate([[(0.0, 0.0, 1.0)], rings.reshape(-1, 3)])
    triangles = []
    for spoke in range(_SPOKES):
        following = (spoke + 1) % _SPOKES
        triangles.append((0, 1 + spoke, 1 + following))
        for ring in range(_RINGS - 1):
            inner, outer = 1 + ring * _SPOKES, 1 + (ring + 1) * _SPOKES
            triangles.append((inner + spoke, outer + spoke, outer + following))
            triangles.append((inner + spoke, outer + following, inner + following))
    return vertices, np.array(triangles, dtype=np.int32)


CAP, CAP_TRIANGLES = _cap()
TEXTURE_POINTS = (0.5 + CAP[:, :2] / 2).astype(np.float32)
"""The texture of an eye is its picture from the front."""


def eyeball(base: NDArray[np.float64], side: str, yaw: float, pitch: float) -> NDArray[np.float64]:
    """Give the vertices of an eyeball that looks somewhere.

    Args:
        base: (19158, 3) vertices of the person without expression.
        side: `left` or `right`, the subject's.
        yaw: degrees towards the subject's left.
        pitch: degrees upward.

    Returns:
        (V, 3) in the frame of `base`.
    """
    guide = base[GUIDES[side]]
    low, high = guide.min(axis=0), guide.max(axis=0)
    centre, radius = (low + high) / 2, float((high - low)[:2].mean()) / 2
    y, p = np.radians(yaw), np.radians(-pitch)
    turn_yaw = np.array([(np.cos(y), 0, np.sin(y)), (0, 1, 0), (-np.sin(y), 0, np.cos(y))])
    turn_pitch = np.array([(1, 0, 0), (0, np.cos(p), -np.sin(p)), (0, np.sin(p), np.cos(p))])
    return np.asarray(centre + radius * CAP @ (turn_yaw @ turn_pitch).T)


@cache
def eye_texture(iris: str, seed: int, size: int = 128) -> NDArray[np.uint8]:
    """Draw an eye from the front: white, iris with streaks and a dark rim, pupil.

    Args:
        iris: sRGB colour of the iris, six hexadecimal digits.
        seed: of the streaks.
        size: width in pixels.

    Returns:
        (size, size, 3) uint8, sRGB.
    """
    rng = np.random.default_rng(seed)
    colour = np.array([int(iris[at : at + 2], 16) / 255.0 for at in (0, 2, 4)])
    across = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(across, -across)
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    white = np.array([0.90, 0.87, 0.85]) - np.clip(radius - 0.55, 0, 1)[..., None] * np.array(
        [0.12, 0.35, 0.35]
    )
    streaks = sum(
        rng.uniform(0.3, 1.0) * np.cos(count * angle + rng.uniform(0, 6.3))
        for count in (7, 13, 19, 31)
    )
    shade = 1.0 + 0.12 * streaks - 0.8 * np.clip((radius - 0.40) / 0.1, 0, 1)
    coloured = colour * np.clip(shade, 0.15, 1.6)[..., None]
    inside = np.clip((0.52 - radius) / 0.03, 0, 1)[..., None]
    pupil = np.clip((0.19 - radius) / 0.03, 0, 1)[..., None]
    picture = (white * (1 - inside) + coloured * inside) * (1 - pupil) + 0.015 * pupil
    return np.asarray(np.clip(picture * 255, 0, 255).astype(np.uint8))
