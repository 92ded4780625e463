"""Simple meshes for the tests of the renderer."""

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.rendering.parts import Part, Surface

Mesh = tuple[NDArray[np.float32], NDArray[np.int32]]


def sphere(radius: float = 1.0, centre: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Mesh:
    """Give a closed sphere, its triangles turned outward."""
    rings, spokes = 16, 24
    vertices = [(0.0, 1.0, 0.0)]
    for ring in range(1, rings):
        angle = np.pi * ring / rings
        for spoke in range(spokes):
            turn = 2 * np.pi * spoke / spokes
            flat = np.sin(angle)
            vertices.append((flat * np.cos(turn), np.cos(angle), flat * np.sin(turn)))
    vertices.append((0.0, -1.0, 0.0))
    triangles = []
    for spoke in range(spokes):
        after = (spoke + 1) % spokes
        triangles.append((0, 1 + after, 1 + spoke))
        last = 1 + (rings - 2) * spokes
        triangles.append((len(vertices) - 1, last + spoke, last + after))
        for ring in range(rings - 2):
            above, below = 1 + ring * spokes, 1 + (ring + 1) * spokes
            triangles.append((above + spoke, above + after, below + spoke))
            triangles.append((above + after, below + after, below + spoke))
    placed = radius * np.array(vertices) + centre
    return placed.astype(np.float32), np.array(triangles, dtype=np.int32)


def square(half: float, z: float, x: float = 0.0) -> Mesh:
    """Give a square that faces the camera."""
    corners = [(x - half, -half, z), (x + half, -half, z), (x + half, half, z), (x - half, half, z)]
    return np.array(corners, np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def part(
    mesh: Mesh,
    colour: tuple[float, float, float] = (0.5, 0.5, 0.5),
    texture: NDArray[np.uint8] | None = None,
    casts_shadow: bool = True,
) -> Part:
    """Give a mesh in one colour, matt, unpainted and in the open."""
    vertices, triangles = mesh
    white = np.full((2, 2, 3), 255, dtype=np.uint8)
    return Part(
        vertices,
        triangles,
        np.zeros((1, 2), np.float32),
        np.zeros_like(triangles),
        Surface(white if texture is None else texture, np.array(colour, np.float32)),
        np.zeros((len(vertices), 4), np.float32),
        np.ones(len(vertices), np.float32),
        casts_shadow=casts_shadow,
    )
