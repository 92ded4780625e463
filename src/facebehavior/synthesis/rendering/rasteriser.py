"""A z-buffer in numba: which triangle is seen at each pixel, without a display or a graphics card.

Screen coordinates: pixels, x to the right and y down, pixel centres at halves. Depth is kept as the
inverse of the distance from the camera, which is linear over a triangle on the screen: larger is
nearer, 0 is infinitely far.
"""

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.rendering.compiling import compiled

NOTHING = -1
"""Stands in a buffer of triangle numbers where no triangle is seen."""


@compiled()
def draw_triangles(
    screen: NDArray[np.float32],
    triangles: NDArray[np.int32],
    first: int,
    depth: NDArray[np.float32],
    seen: NDArray[np.int32],
) -> None:
    """Draw opaque triangles into the buffers, in place; the nearest stays.

    Args:
        screen: (V, 3) x, y in pixels, inverse distance; a vertex behind the camera has an inverse
            distance of 0 or less, and its triangles are left out.
        triangles: (T, 3) vertices.
        first: number that triangle 0 gets in `seen`.
        depth: (S, S) inverse distance of what is seen.
        seen: (S, S) number of the triangle that is seen.
    """
    size_y, size_x = depth.shape
    for number in range(triangles.shape[0]):
        a, b, c = triangles[number, 0], triangles[number, 1], triangles[number, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        if za <= 0.0 or zb <= 0.0 or zc <= 0.0:
            continue
        xa, ya = screen[a, 0], screen[a, 1]
        xb, yb = screen[b, 0], screen[b, 1]
        xc, yc = screen[c, 0], screen[c, 1]
        area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
        if area == 0.0:
            continue
        left = max(0, int(np.ceil(min(xa, xb, xc) - 0.5)))
        right = min(size_x - 1, int(np.floor(max(xa, xb, xc) - 0.5)))
        top = max(0, int(np.ceil(min(ya, yb, yc) - 0.5)))
        bottom = min(size_y - 1, int(np.floor(max(ya, yb, yc) - 0.5)))
        if left > right or top > bottom:
            continue
        inverse = 1.0 / area
        for y in range(top, bottom + 1):
            py = y + 0.5
            for x in range(left, right + 1):
                px = x + 0.5
                u = ((xb - px) * (yc - py) - (xc - px) * (yb - py)) * inverse
                v = ((xc - px) * (ya - py) - (xa - px) * (yc - py)) * inverse
                w = 1.0 - u - v
                if u < 0.0 or v < 0.0 or w < 0.0:
                    continue
                near = u * za + v * zb + w * zc
                if near > depth[y, x]:
                    depth[y, x] = near
                    seen[y, x] = first + number


@compiled()
def vertex_normals(
    vertices: NDArray[np.float32], triangles: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Give the unit normals (V, 3) of a mesh: means of its triangles', weighted by area."""
    normals = np.zeros_like(vertices)
    for number in range(triangles.shape[0]):
        a, b, c = triangles[number, 0], triangles[number, 1], triangles[number, 2]
        x1 = vertices[b, 0] - vertices[a, 0]
        y1 = vertices[b, 1] - vertices[a, 1]
        z1 = vertices[b, 2] - vertices[a, 2]
        x2 = vertices[c, 0] - vertices[a, 0]
        y2 = vertices[c, 1] - vertices[a, 1]
        z2 = vertices[c, 2] - vertices[a, 2]
        nx, ny, nz = y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2
        for corner in (a, b, c):
            normals[corner, 0] += nx
            normals[corner, 1] += ny
            normals[corner, 2] += nz
    for index in range(vertices.shape[0]):
        length = np.sqrt(normals[index, 0] ** 2 + normals[index, 1] ** 2 + normals[index, 2] ** 2)
        if length > 0.0:
            for axis in range(3):
                normals[index, axis] /= length
    return normals
