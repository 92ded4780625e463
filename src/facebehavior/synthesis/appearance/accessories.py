"""Glasses, hats and made-up hair, built on the shape of the head that wears them."""

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.geometry.eyes import GUIDES

Mesh = tuple[NDArray[np.float64], NDArray[np.int32]]
"""(V, 3) vertices and (T, 3) triangles."""


def shell(
    base: NDArray[np.float64],
    normals: NDArray[np.float32],
    triangles: NDArray[np.int32],
    covered: NDArray[np.float64],
    thickness: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Lift a part of the skin off the head.

    Args:
        base: (V, 3) head.
        normals: (V, 3) unit.
        triangles: (T, 3) of the head.
        covered: (V,) weight; triangles whose corners are all over one half are taken.
        thickness: (V,) decimetres.

    Returns:
        (V, 3) lifted vertices, and the triangles that are taken.
    """
    taken = (covered[triangles] > 0.5).all(axis=1)
    return base + normals * thickness[:, np.newaxis], triangles[taken]


def glasses(base: NDArray[np.float64], round_frame: float) -> Mesh:
    """Build a pair of glasses: two frames, a bridge and two temples, of thin tubes.

    Args:
        base: (19158, 3) person without expression.
        round_frame: 0 angular to 1 round.
    """
    eyes = [base[GUIDES[side]] for side in ("left", "right")]
    centres = np.array([(eye.min(axis=0) + eye.max(axis=0)) / 2 for eye in eyes])
    front = max(float(eye[:, 2].max()) for eye in eyes) + 0.17
    middle = centres.mean(axis=0)
    half_width = abs(centres[0, 0] - centres[1, 0]) / 2 * 0.86
    near = np.abs(base[:13380, 1] - middle[1]) < 0.1
    ear = float(np.abs(base[:13380][near, 0]).max()) * 0.97
    lines = []
    for centre in centres:
        turns = np.linspace(0, 2 * np.pi, 21)
        power = 1.0 if round_frame > 0.5 else 0.6
        x = np.sign(np.cos(turns)) * np.abs(np.cos(turns)) ** power * half_width
        y = np.sign(np.sin(turns)) * np.abs(np.sin(turns)) ** power * half_width * 0.78
        z = np.full_like(x, front) - 0.06 * np.abs(centre[0] + x) ** 2
        lines.append(np.stack([centre[0] + x, centre[1] - 0.03 + y, z], axis=1))
        side = np.sign(centre[0] - middle[0])
        hinge = (centre[0] + side * half_width, centre[1] + 0.05, front - 0.05)
        lines.append(
            np.array(
                [hinge, (side * ear, centre[1] + 0.06, front - 0.6), (side * ear, centre[1], 0)]
            )
        )
    inner = abs(centres[0, 0] - middle[0]) - half_width
    bridge = [
        (middle[0] + s * inner, middle[1] + 0.04 + 0.03 * (s == 0), front) for s in (-1, 0, 1)
    ]
    lines.append(np.array(bridge))
    return _joined([_tube(line, 0.024) for line in lines])


def _tube(line: NDArray[np.float64], radius: float) -> Mesh:
    """Put a tube with a square section around a line (N, 3)."""
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    aside = np.cross(along, (0.0, 0.0, 1.0))
    flat = np.linalg.norm(aside, axis=1) < 0.1
    aside[flat] = np.cross(along[flat], (0.0, 1.0, 0.0))
    aside /= np.linalg.norm(aside, axis=1, keepdims=True) + 1e-9
    across = np.cross(along, aside)
    corners = [aside + across, aside - across, -aside - across, across - aside]
    vertices = np.stack([line + radius * corner for corner in corners], axis=1).reshape(-1, 3)
    triangles = []
    for step in range(len(line) - 1):
        for edge in range(4):
            a, b = step * 4 + edge, step * 4 + (edge + 1) % 4
            triangles += [(a, b, b + 4), (a, b + 4, a + 4)]
    return vertices, np.array(triangles, dtype=np.int32)


def _joined(meshes: list[Mesh]) -> Mesh:
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in meshes[:-1])])
    triangles = [part + start for (_, part), start in zip(meshes, starts, strict=True)]
    return np.concatenate([v for v, _ in meshes]), np.concatenate(triangles).astype(np.int32)
