"""A scene is a list of parts in the camera's frame; this draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.rendering.lights import Lights, cast_shadow
from facebehavior.synthesis.rendering.rasteriser import NOTHING, draw_triangles, vertex_normals
from facebehavior.synthesis.rendering.shading import blend_translucent, shade_opaque


@dataclass(frozen=True)
class Surface:
    """What a part looks like.

    Attributes:
        texture: (H, W, 3 or 4) uint8, sRGB; the fourth channel is the opacity.
        tint: (3,) factor on the texture, linear.
        gloss: strength of the highlight.
        sharpness: exponent of the highlight; larger is smaller.
        wrap: how far light reaches round an edge.
    """

    texture: NDArray[np.uint8]
    tint: NDArray[np.float32]
    gloss: float = 0.0
    sharpness: float = 24.0
    wrap: float = 0.0


@dataclass(frozen=True)
class Part:
    """A mesh of V vertices with its surface.

    Attributes:
        vertices: (V, 3) decimetres, camera frame.
        triangles: (T, 3) int32.
        texture_points: (W, 2) float32.
        texture_triangles: (T, 3) int32.
        surface: what it looks like.
        paint: (V, 4) float32: linear colour over the texture, and its opacity.
        openness: (V,) float32: share of the surroundings that each vertex sees.
        casts_shadow: whether the sun's light stops at it.
        round_about: (3,) point from which the normals point away, for hair, whose cards lie every
            way; None takes the normals of the triangles.
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]
    texture_points: NDArray[np.float32]
    texture_triangles: NDArray[np.int32]
    surface: Surface
    paint: NDArray[np.float32]
    openness: NDArray[np.float32]
    casts_shadow: bool = False
    round_about: NDArray[np.float64] | None = None

    def normals(self) -> NDArray[np.float32]:
        """Give the unit normals (V, 3)."""
        if self.round_about is None:
            return vertex_normals(self.vertices, self.triangles)
        away = self.vertices - self.round_about
        return np.asarray(away / np.linalg.norm(away, axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True)
class Camera:
    """A pinhole at the origin that looks along -z.

    Attributes:
        focal: focal length in widths of the picture.
        shift: (x, y) in widths: where the optical axis meets the picture, from its centre.
    """

    focal: float
    shift: tuple[float, float] = (0.0, 0.0)

    def project(self, vertices: NDArray[np.floating], size: int) -> NDArray[np.float32]:
        """Give (V, 3) pixels x, y and the inverse distance of points in the camera's frame.

        Args:
            vertices: (V, 3).
            size: width of the picture in pixels.
        """
        distance = -vertices[:, 2]
        inverse = np.where(distance > 0.1, 1.0 / np.maximum(distance, 0.1), 0.0)
        x = size * (0.5 + self.shift[0] + self.focal * vertices[:, 0] * inverse)
        y = size * (0.5 + self.shift[1] - self.focal * vertices[:, 1] * inverse)
        return np.stack([x, y, inverse], axis=1).astype(np.float32)


_LAYER_BIAS = 0.003
"""Share of the distance by which hair and brows are brought in front of the skin they lie on."""
_NO_ALPHA = (np.arange(256) / 255.0).astype(np.float32)


def draw(
    opaque: Sequence[Part],
    translucent: Sequence[Part],
    camera: Camera,
    lights: Lights,
    background: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Draw parts over a background.

    Args:
        opaque: parts of which the nearest is seen.
        translucent: layers over them, drawn in this order.
        camera: where the picture is taken from.
        lights: what falls on the parts.
        background: (S, S, 3) linear.

    Returns:
        (S, S, 3) linear light, not limited above.
    """
    size = len(background)
    picture = background.copy()
    depth = np.zeros((size, size), dtype=np.float32)
    seen = np.full((size, size), NOTHING, dtype=np.int32)
    rows = lights.as_array()
    screens, first, starts = [], 0, []
    for part in opaque:
        screen = camera.project(part.vertices, size)
        draw_triangles(screen, part.triangles, first, depth, seen)
        screens.append(screen)
        starts.append(first)
        first += len(part.triangles)
    casting = [part for part in opaque if part.casts_shadow]
    centre = casting[0].vertices.mean(axis=0, dtype=np.float64)
    shadow = cast_shadow(*_joined(casting), centre, lights.sun_direction)
    for part, screen, start in zip(opaque, screens, starts, strict=True):
        shade_opaque(
            picture,
            seen,
            start,
            screen,
            part.vertices,
            part.normals(),
            part.triangles,
            part.texture_points,
            part.texture_triangles,
            part.surface.texture,
            part.surface.tint,
            part.paint,
            part.openness,
            part.surface.gloss,
            part.surface.sharpness,
            part.surface.wrap,
            rows,
            shadow.nearness,
            shadow.toward,
        )
    for part in translucent:
        _lay_over(picture, depth, part, camera, rows)
    return picture


def _joined(parts: Sequence[Part]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Put several meshes into one."""
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    triangles = [part.triangles + start for part, start in zip(parts, starts, strict=True)]
    vertices = np.concatenate([part.vertices for part in parts])
    return vertices, np.concatenate(triangles).astype(np.int32)


def _lay_over(
    picture: NDArray[np.float32],
    depth: NDArray[np.float32],
    part: Part,
    camera: Camera,
    lights: NDArray[np.float32],
) -> None:
    screen = camera.project(part.vertices, len(picture))
    # Stable, so that equal depths keep their order and the bytes stay the same.
    order = np.argsort(screen[part.triangles, 2].mean(axis=1), kind="stable")
    blend_translucent(
        picture,
        depth,
        _LAYER_BIAS,
        screen,
        part.normals(),
        part.triangles[order],
        part.texture_points,
        part.texture_triangles[order],
        part.surface.texture,
        _NO_ALPHA,
        part.surface.tint,
        part.openness,
        part.surface.gloss,
        lights,
    )
