"""What a head is made of: skin, eyes, teeth, brows, lashes, hair, hat and glasses."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.appearance.accessories import glasses, shell
from facebehavior.synthesis.appearance.look import BALD, Look
from facebehavior.synthesis.appearance.makeup import inside_mouth, skin_paint
from facebehavior.synthesis.appearance.palette import (
    FRAMES,
    HAIR_COLOURS,
    HATS,
    IRIS_COLOURS,
    SKIN_TONES,
)
from facebehavior.synthesis.appearance.wardrobe import Layer, Wardrobe
from facebehavior.synthesis.geometry.base_mesh import Bust
from facebehavior.synthesis.geometry.eyes import CAP, CAP_TRIANGLES, TEXTURE_POINTS, eye_texture
from facebehavior.synthesis.geometry.posing import HEAD_JOINT, Place
from facebehavior.synthesis.geometry.regions import FaceRegions
from facebehavior.synthesis.rendering.colours import LINEAR, hexadecimal
from facebehavior.synthesis.rendering.parts import Part, Surface
from facebehavior.synthesis.rendering.rasteriser import vertex_normals

GUIDE_TEETH = slice(14992, 15128)
"""The base mesh's own teeth, which are shown where the wardrobe has none."""
_WHITE = np.full((2, 2, 3), 255, dtype=np.uint8)
_NO_TEXTURE = np.zeros((1, 2), dtype=np.float32)
_TEETH_BACK = 0.08
"""Decimetres."""
_LINING_BACK = 0.1
"""Decimetres: how far the lining of the mouth gives way, so that it stays behind pressed lips."""
_BLOOD = np.array([0.8, 0.7, 0.64], dtype=np.float32)
"""Skin under light against the printed tone: darker than white paper, and redder."""
_DARKEST_SKIN = np.array([0.022, 0.016, 0.012], dtype=np.float32)
"""What even the darkest skin reflects beside its printed tone."""


@dataclass(frozen=True)
class Shared:
    """What all heads share.

    Attributes:
        wardrobe: where skin, hair and teeth come from.
        bust: the part of the base mesh that is shown, with B vertices.
        bust_regions: lips, cheeks and so on, on the bust.
        bust_openness: (B,) share of its surroundings that each vertex sees.
        shares: (19158, 3) for the base mesh: how far a vertex turns with the head, how much it
            sees, and whether a hat covers it; proxies take theirs from it.
        guide_teeth: (T, 3) triangles of the vertices `GUIDE_TEETH`.
        face_texture: (N, 2) texture coordinates of the cheeks, where skins are compared.
    """

    wardrobe: Wardrobe
    bust: Bust
    bust_regions: FaceRegions
    bust_openness: NDArray[np.float32]
    shares: NDArray[np.float64]
    guide_teeth: NDArray[np.int32]
    face_texture: NDArray[np.float32]


class Dressing:
    """The parts of one head.

    Args:
        shared: what all heads share.
        person: (19158, 3) vertices without expression.
        shaped: (19158, 3) the same with expression.
        look: appearance.
        place: where the head is before the camera.
    """

    def __init__(
        self,
        shared: Shared,
        person: NDArray[np.float64],
        shaped: NDArray[np.float64],
        look: Look,
        place: Place,
    ) -> None:
        self._of = shared
        self._person = person
        self._shaped = shaped
        self._bust = shaped[shared.bust.vertices]
        self._look = look
        self._place = place
        self._hair = shared.wardrobe.hair(look)

    def skin(self) -> Part:
        """Give head, neck and shoulders, painted."""
        look, of = self._look, self._of
        texture = of.wardrobe.skin(look)
        tone = hexadecimal(SKIN_TONES[look.skin_tone]) * _BLOOD + _DARKEST_SKIN
        mean = _mean_light(texture, of.face_texture)
        surface = Surface(texture, (tone / mean).astype(np.float32), gloss=0.05, wrap=0.25)
        painted_brows = of.wardrobe.brows(look) is None
        paint = skin_paint(of.bust_regions, look, of.bust_openness, painted_brows=painted_brows)
        lining = inside_mouth(of.bust_regions, of.bust_openness)[:, np.newaxis]
        bust = self._bust - lining * (0.0, 0.0, _LINING_BACK)
        return Part(
            self._place.put(bust, of.bust_regions.head).astype(np.float32),
            of.bust.triangles,
            of.bust.texture_points,
            of.bust.texture_triangles,
            surface,
            paint,
            of.bust_openness,
            casts_shadow=True,
        )

    def eye(self, ball: NDArray[np.float64]) -> Part:
        """Give an eye whose vertices (V, 3) are `geometry.eyes.eyeball`'s."""
        texture = eye_texture(IRIS_COLOURS[self._look.iris], self._look.skin_variant)
        surface = Surface(texture, np.full(3, 0.8, np.float32), gloss=0.9, sharpness=160.0)
        # The lids shade the upper part of the ball.
        height = np.clip(0.75 - 0.55 * CAP[:, 1], 0.15, 0.9).astype(np.float32)
        vertices = self._place.put(ball, np.ones(len(ball)))
        return _plain(vertices, CAP_TRIANGLES, surface, height, TEXTURE_POINTS, CAP_TRIANGLES)

    def teeth(self) -> Part:
        """Give both rows of teeth."""
        surface = Surface(_WHITE, np.array([0.62, 0.56, 0.46], np.float32), gloss=0.08)
        proxy = self._of.wardrobe.teeth(self._look)
        if proxy is None:
            fitted, triangles = self._shaped[GUIDE_TEETH], self._of.guide_teeth
        else:
            fitted, triangles = proxy.fitted(self._shaped), proxy.triangles
        # A little back, so that they do not show between closed lips.
        vertices = self._place.put(fitted - (0.0, 0.0, _TEETH_BACK), np.ones(len(fitted)))
        return _plain(vertices, triangles, surface, np.full(len(vertices), 0.5, np.float32))

    def shells(self) -> list[Part]:
        """Build the hat, and the hair where the wardrobe has none for a head that is not bald."""
        look, of = self._look, self._of
        regions = of.bust_regions
        parts = []
        if self._hair is None and look.hair != BALD:
            covered = regions.scalp - (regions.crown if look.receding else 0.0)
            colour = hexadecimal(HAIR_COLOURS[look.hair_colour])
            parts.append(self._shell(covered, 0.09 * regions.scalp, colour))
        if look.hat is not None:
            parts.append(self._shell(regions.hat, 0.2 * regions.hat, hexadecimal(HATS[look.hat])))
        return parts

    def _shell(
        self,
        covered: NDArray[np.float64],
        thickness: NDArray[np.float64],
        colour: NDArray[np.float32],
    ) -> Part:
        triangles = self._of.bust.triangles
        normals = vertex_normals(self._bust.astype(np.float32), triangles)
        vertices, triangles = shell(self._bust, normals, triangles, covered, thickness)
        surface = Surface(_WHITE, colour, gloss=0.02, wrap=0.2)
        free = np.full(len(vertices), 0.9, np.float32)
        placed = self._place.put(vertices, self._of.bust_regions.head)
        return _plain(placed, triangles, surface, free)

    def glasses(self) -> Part:
        """Give the glasses."""
        look = self._look
        vertices, triangles = glasses(self._person, float((look.glasses or 0) % 2))
        surface = Surface(_WHITE, hexadecimal(FRAMES[look.glasses or 0]), gloss=0.2)
        placed = self._place.put(vertices, np.ones(len(vertices)))
        return _plain(placed, triangles, surface, np.ones(len(vertices), np.float32))

    def layers(self) -> list[Part]:
        """Build brows, lashes and hair, in the order in which they are drawn."""
        look, wardrobe = self._look, self._of.wardrobe
        colour = hexadecimal(HAIR_COLOURS[look.hair_colour])
        brow_colour = np.minimum(colour * 0.7, 0.25).astype(np.float32)
        parts = []
        brows, lashes = wardrobe.brows(look), wardrobe.lashes(look)
        if brows is not None:
            parts.append(self._layer(brows, brow_colour))
        if lashes is not None:
            parts.append(self._layer(lashes, np.full(3, 0.01, np.float32)))
        if self._hair is not None:
            parts.append(self._hair_part(self._hair, colour))
        return parts

    def _layer(self, layer: Layer, colour: NDArray[np.float32]) -> Part:
        proxy = layer.proxy
        spread = proxy.spread(self._of.shares)
        share = np.clip(spread[:, 0], 0.0, 1.0)
        free = np.clip(spread[:, 1], 0.35, 1.0).astype(np.float32)
        tint = (colour / layer.mean).astype(np.float32)
        vertices = self._place.put(proxy.fitted(self._shaped), share).astype(np.float32)
        return Part(
            vertices,
            proxy.triangles,
            proxy.texture,
            proxy.texture_triangles,
            Surface(layer.texture, tint, gloss=0.05),
            np.zeros((len(vertices), 4), np.float32),
            free,
        )

    def _hair_part(self, layer: Layer, colour: NDArray[np.float32]) -> Part:
        """Give the hair; what a hat covers is left out."""
        part = self._layer(layer, colour)
        middle = self._place.put(self._person[HEAD_JOINT].mean(axis=0)[np.newaxis], np.ones(1))[0]
        part = replace(part, round_about=middle)
        if self._look.hat is None:
            return part
        hidden = layer.proxy.spread(self._of.shares)[:, 2]
        shown = (hidden[part.triangles] < 0.5).all(axis=1)
        return replace(
            part,
            triangles=part.triangles[shown],
            texture_triangles=part.texture_triangles[shown],
        )


def _plain(
    vertices: NDArray[np.float64],
    triangles: NDArray[np.int32],
    surface: Surface,
    free: NDArray[np.float32],
    texture_points: NDArray[np.float32] = _NO_TEXTURE,
    texture_triangles: NDArray[np.int32] | None = None,
) -> Part:
    """Give a part without paint; where it has no texture coordinates, all of it is one colour."""
    if texture_triangles is None:
        texture_triangles = np.zeros_like(triangles)
    return Part(
        vertices.astype(np.float32),
        triangles,
        texture_points,
        texture_triangles,
        surface,
        np.zeros((len(vertices), 4), np.float32),
        free,
    )


def _mean_light(texture: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the mean linear colour (3,) of a texture at texture coordinates (N, 2)."""
    height, width = texture.shape[:2]
    columns = np.clip((points[:, 0] * width).astype(int), 0, width - 1)
    rows = np.clip(((1 - points[:, 1]) * height).astype(int), 0, height - 1)
    return np.asarray(LINEAR[texture[rows, columns, :3]].mean(axis=0))
