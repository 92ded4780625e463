"""Colours of what the rasteriser has found: textures, paint, light, gloss and shadow, in numba.

Colours are linear light, 1 the white of the picture. Directions and positions are in the camera's
frame: x to the right, y up, z towards the camera, which stands at the origin; decimetres.
"""

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.rendering.colours import LINEAR
from facebehavior.synthesis.rendering.compiling import compiled

_TABLE = LINEAR.copy()


@compiled(inline="always")
def _texel(
    texture: NDArray[np.uint8], u: float, v: float, channel: int, table: NDArray[np.float32]
) -> float:
    """Give a texture at (u, v) between its texels, v counted from the lower edge."""
    height, width = texture.shape[0], texture.shape[1]
    x = min(max(u * width - 0.5, 0.0), width - 1.001)
    y = min(max((1.0 - v) * height - 0.5, 0.0), height - 1.001)
    x0, y0 = int(x), int(y)
    dx, dy = x - x0, y - y0
    x1, y1 = min(x0 + 1, width - 1), min(y0 + 1, height - 1)
    above = table[texture[y0, x0, channel]] * (1 - dx) + table[texture[y0, x1, channel]] * dx
    below = table[texture[y1, x0, channel]] * (1 - dx) + table[texture[y1, x1, channel]] * dx
    return float(above * (1 - dy) + below * dy)


@compiled(inline="always")
def _lit(
    shadow: NDArray[np.float32], toward: NDArray[np.float32], x: float, y: float, z: float
) -> float:
    """Give the share of the sun that reaches a point, from 3 x 3 looks into the shadow map."""
    size = shadow.shape[0]
    sx = toward[0, 0] * x + toward[0, 1] * y + toward[0, 2] * z + toward[0, 3]
    sy = toward[1, 0] * x + toward[1, 1] * y + toward[1, 2] * z + toward[1, 3]
    near = toward[2, 0] * x + toward[2, 1] * y + toward[2, 2] * z + toward[2, 3]
    ix, iy = int(np.floor(sx)), int(np.floor(sy))
    if ix < 1 or iy < 1 or ix >= size - 1 or iy >= size - 1:
        return 1.0
    open_looks = 0.0
    for dy in range(-1, 2):
        for dx in range(-1, 2):
            if shadow[iy + dy, ix + dx] <= near + 0.03:
                open_looks += 1.0
    return open_looks / 9.0


@compiled(fastmath=True)
def shade_opaque(
    picture: NDArray[np.float32],
    seen: NDArray[np.int32],
    first: int,
    screen: NDArray[np.float32],
    vertices: NDArray[np.float32],
    normals: NDArray[np.float32],
    triangles: NDArray[np.int32],
    texture_points: NDArray[np.float32],
    texture_triangles: NDArray[np.int32],
    texture: NDArray[np.uint8],
    tint: NDArray[np.float32],
    paint: NDArray[np.float32],
    openness: NDArray[np.float32],
    gloss: float,
    sharpness: float,
    wrap: float,
    lights: NDArray[np.float32],
    shadow: NDArray[np.float32],
    toward: NDArray[np.float32],
) -> None:
    """Colour the pixels (S, S, 3) at which one part's triangles are seen, in place.

    Args:
        picture: (S, S, 3).
        seen: (S, S) triangle numbers; this part's begin at `first`.
        first: number of the part's triangle 0.
        screen: (V, 3) pixels and inverse distance.
        vertices: (V, 3) camera frame.
        normals: (V, 3) unit.
        triangles: (T, 3) vertices.
        texture_points: (W, 2).
        texture_triangles: (T, 3).
        texture: (H, W, 3 or 4) uint8, sRGB.
        tint: (3,) factor on the texture.
        paint: (V, 4) colour laid over the texture and its opacity.
        openness: (V,) share of the surroundings that a vertex sees.
        gloss: strength of the highlight.
        sharpness: its exponent.
        wrap: how far light reaches round the edge; skin 0.3, hard things 0.
        lights: (6, 3) direction and colour of the sun, colours of sky and ground, direction and
            colour of the fill light.
        shadow: (D, D) nearness to the sun of what it sees first.
        toward: (3, 4) from the camera's frame to column, row and nearness in `shadow`.
    """
    size_y, size_x = seen.shape
    last = first + triangles.shape[0]
    for py in range(size_y):
        for px in range(size_x):
            number = seen[py, px]
            if number < first or number >= last:
                continue
            t = number - first
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            xa, ya = screen[a, 0], screen[a, 1]
            xb, yb = screen[b, 0], screen[b, 1]
            xc, yc = screen[c, 0], screen[c, 1]
            area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
            x, y = px + 0.5, py + 0.5
            u = ((xb - x) * (yc - y) - (xc - x) * (yb - y)) / area * screen[a, 2]
            v = ((xc - x) * (ya - y) - (xa - x) * (yc - y)) / area * screen[b, 2]
            w = (1.0 - (u / screen[a, 2]) - (v / screen[b, 2])) * screen[c, 2]
            total = u + v + w
            u, v, w = u / total, v / total, w / total
            nx = u * normals[a, 0] + v * normals[b, 0] + w * normals[c, 0]
            ny = u * normals[a, 1] + v * normals[b, 1] + w * normals[c, 1]
            nz = u * normals[a, 2] + v * normals[b, 2] + w * normals[c, 2]
            length = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
            nx, ny, nz = nx / length, ny / length, nz / length
            wx = u * vertices[a, 0] + v * vertices[b, 0] + w * vertices[c, 0]
            wy = u * vertices[a, 1] + v * vertices[b, 1] + w * vertices[c, 1]
            wz = u * vertices[a, 2] + v * vertices[b, 2] + w * vertices[c, 2]
            far = np.sqrt(wx * wx + wy * wy + wz * wz)
            ex, ey, ez = -wx / far, -wy / far, -wz / far
            if nx * ex + ny * ey + nz * ez < 0.0:
                nx, ny, nz = -nx, -ny, -nz
            ta, tb, tc = texture_triangles[t, 0], texture_triangles[t, 1], texture_triangles[t, 2]
            tu = u * texture_points[ta, 0] + v * texture_points[tb, 0] + w * texture_points[tc, 0]
            tv = u * texture_points[ta, 1] + v * texture_points[tb, 1] + w * texture_points[tc, 1]
            cover = u * paint[a, 3] + v * paint[b, 3] + w * paint[c, 3]
            free = u * openness[a] + v * openness[b] + w * openness[c]
            facing = nx * lights[0, 0] + ny * lights[0, 1] + nz * lights[0, 2]
            reach = 0.0
            if facing > -wrap:
                reach = _lit(shadow, toward, wx + 0.05 * nx, wy + 0.05 * ny, wz + 0.05 * nz)
            direct = max(0.0, (facing + wrap) / (1.0 + wrap)) * reach
            fill = (
                max(0.0, nx * lights[4, 0] + ny * lights[4, 1] + nz * lights[4, 2] + 0.2)
                / 1.2
                * free
            )
            up = 0.5 + 0.5 * ny
            hx, hy, hz = lights[0, 0] + ex, lights[0, 1] + ey, lights[0, 2] + ez
            half = np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
            shine = max(0.0, (nx * hx + ny * hy + nz * hz) / half) ** sharpness * gloss * reach
            for channel in range(3):
                colour = _texel(texture, tu, tv, channel, _TABLE) * tint[channel]
                if cover > 0.0:
                    painted = (
                        u * paint[a, channel] * paint[a, 3]
                        + v * paint[b, channel] * paint[b, 3]
                        + w * paint[c, channel] * paint[c, 3]
                    )
                    colour = colour * (1.0 - cover) + painted
                around = lights[3, channel] * (1.0 - up) + lights[2, channel] * up
                light = around * free + direct * lights[1, channel] + fill * lights[5, channel]
                picture[py, px, channel] = colour * light + shine * lights[1, channel]


@compiled(fastmath=True)
def blend_translucent(
    picture: NDArray[np.float32],
    depth: NDArray[np.float32],
    bias: float,
    screen: NDArray[np.float32],
    normals: NDArray[np.float32],
    triangles: NDArray[np.int32],
    texture_points: NDArray[np.float32],
    texture_triangles: NDArray[np.int32],
    texture: NDArray[np.uint8],
    alpha: NDArray[np.float32],
    tint: NDArray[np.float32],
    openness: NDArray[np.float32],
    gloss: float,
    lights: NDArray[np.float32],
) -> None:
    """Lay triangles with an opacity over a picture, in the order given, in place.

    Args:
        picture: (S, S, 3).
        depth: (S, S) inverse distance of what is opaque; not changed.
        bias: by what share the layers are brought nearer, so that they do not sink into the skin.
        screen: (V, 3) pixels and inverse distance.
        normals: (V, 3) unit.
        triangles: (T, 3) vertices, far ones first.
        texture_points: (W, 2).
        texture_triangles: (T, 3), in the triangles' order.
        texture: (H, W, 3 or 4) uint8, sRGB; the fourth channel is the opacity.
        alpha: (256,) opacity that each value of the fourth channel stands for.
        tint: (3,) factor on the texture.
        openness: (V,) share of the surroundings that a vertex sees.
        gloss: strength of the highlight.
        lights: (6, 3), see `shade_opaque`.
    """
    size_y, size_x = depth.shape
    has_alpha = texture.shape[2] == 4
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
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
        ta, tb, tc = texture_triangles[t, 0], texture_triangles[t, 1], texture_triangles[t, 2]
        for py in range(top, bottom + 1):
            y = py + 0.5
            for px in range(left, right + 1):
                x = px + 0.5
                u = ((xb - x) * (yc - y) - (xc - x) * (yb - y)) / area
                v = ((xc - x) * (ya - y) - (xa - x) * (yc - y)) / area
                w = 1.0 - u - v
                if u < 0.0 or v < 0.0 or w < 0.0:
                    continue
                if (u * za + v * zb + w * zc) * (1.0 + bias) < depth[py, px]:
                    continue
                tu = (
                    u * texture_points[ta, 0]
                    + v * texture_points[tb, 0]
                    + w * texture_points[tc, 0]
                )
                tv = (
                    u * texture_points[ta, 1]
                    + v * texture_points[tb, 1]
                    + w * texture_points[tc, 1]
                )
                cover = _texel(texture, tu, tv, 3, alpha) if has_alpha else 1.0
                if cover < 0.02:
                    continue
                nx = u * normals[a, 0] + v * normals[b, 0] + w * normals[c, 0]
                ny = u * normals[a, 1] + v * normals[b, 1] + w * normals[c, 1]
                nz = u * normals[a, 2] + v * normals[b, 2] + w * normals[c, 2]
                if nz < 0.0:
                    nx, ny, nz = -nx, -ny, -nz
                free = u * openness[a] + v * openness[b] + w * openness[c]
                facing = nx * lights[0, 0] + ny * lights[0, 1] + nz * lights[0, 2]
                direct = max(0.0, 0.7 * facing + 0.3) * free
                fill = max(0.0, nx * lights[4, 0] + ny * lights[4, 1] + nz * lights[4, 2]) * free
                up = 0.5 + 0.5 * ny
                shine = max(0.0, facing) ** 8 * gloss * free
                for channel in range(3):
                    colour = _texel(texture, tu, tv, channel, _TABLE) * tint[channel]
                    around = lights[3, channel] * (1.0 - up) + lights[2, channel] * up
                    light = around * free + direct * lights[1, channel] + fill * lights[5, channel]
                    shown = colour * light + shine * lights[1, channel]
                    picture[py, px, channel] += cover * (shown - picture[py, px, channel])
