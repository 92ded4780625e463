"""Everything around one head: camera, light, background, occluder, the camera's faults."""

from dataclasses import dataclass

import numpy as np
from numpy import random

from facebehavior.synthesis.domains import Domain, Range
from facebehavior.synthesis.geometry.posing import Attitude
from facebehavior.synthesis.rendering.degradation import Faults
from facebehavior.synthesis.rendering.lights import Lights, direction
from facebehavior.synthesis.rendering.parts import Camera

FILM = 36.0
"""Width of the film in millimetres, to which focal lengths refer."""

EYE_DISTANCE = 0.62
"""Decimetres between the eyes of the mean head."""

_NEAREST = 3.0
_BLINKS = 0.03
_FACE_SHIFT = 0.04


@dataclass(frozen=True)
class World:
    """The circumstances of one picture.

    Attributes:
        attitude: how the head is held.
        camera: focal length and where the head is in the picture.
        distance: from the camera to the face, decimetres.
        lights: what falls on the head.
        background: its kind.
        background_seed: of its content.
        occluder: `hand`, `scarf`, `thing` or None.
        faults: what the camera does to the picture.
    """

    attitude: Attitude
    camera: Camera
    distance: float
    lights: Lights
    background: str
    background_seed: int
    occluder: str | None
    faults: Faults


def draw_world(domain: Domain, rng: random.Generator) -> World:
    """Draw the circumstances of one picture of a domain."""
    focal = _within(domain.focal_length, rng) / FILM
    distance = max(_NEAREST, focal * EYE_DISTANCE / _within(domain.face, rng))
    shift = rng.uniform(-_FACE_SHIFT, _FACE_SHIFT, 2)
    return World(
        attitude=_attitude(domain, rng),
        camera=Camera(focal, (float(shift[0]), float(shift[1]))),
        distance=distance,
        lights=_lights(domain, rng),
        background=domain.backgrounds[int(rng.integers(len(domain.backgrounds)))],
        background_seed=int(rng.integers(2**31)),
        occluder=_occluder(domain, rng),
        faults=_faults(domain, rng),
    )


def _attitude(domain: Domain, rng: random.Generator) -> Attitude:
    yaw, pitch, roll = (
        float(np.clip(rng.normal(0.0, limit / 2), -limit, limit)) if limit else 0.0
        for limit in (domain.yaw, domain.pitch, domain.roll)
    )
    gaze = np.clip(rng.normal(0.0, domain.gaze / 2 + 1e-9, 2), -domain.gaze, domain.gaze)
    closed = rng.random() < _BLINKS
    return Attitude(
        pitch=round(pitch, 2),
        yaw=round(yaw, 2),
        roll=round(roll, 2),
        gaze_yaw=float(gaze[0]),
        gaze_pitch=float(gaze[1]) * 0.6,
        closure=float(rng.uniform(0.5, 1.0)) if closed else 0.0,
    )


def _lights(domain: Domain, rng: random.Generator) -> Lights:
    side = 1.0 if rng.random() < 0.5 else -1.0
    azimuth = side * _within(domain.sun_azimuth, rng)
    warmth = _within(domain.warmth, rng)
    sun = _within(domain.sun, rng) * np.array([1 + 0.25 * warmth, 1.0, 1 - 0.35 * warmth])
    around = 0.34 * _within(domain.around, rng)
    sky = around * np.array([1.0, 1.02, 1.08])
    ground = around * rng.uniform(0.35, 0.7) * np.array([1.05, 1.0, 0.92])
    fill = _within(domain.fill, rng) * np.ones(3)
    if rng.random() < domain.coloured:
        fill = fill * 1.2 * np.eye(3)[rng.integers(3)] + fill * rng.uniform(0.2, 0.7, 3)
    return Lights(
        sun_direction=direction(azimuth, _within(domain.sun_elevation, rng)),
        sun=_three(sun),
        sky=_three(sky),
        ground=_three(ground),
        fill_direction=direction(-azimuth + float(rng.uniform(-20, 20)), 10.0),
        fill=_three(fill),
    )


def _occluder(domain: Domain, rng: random.Generator) -> str | None:
    roll = rng.random()
    for name, share in (("hand", domain.hand), ("scarf", domain.scarf), ("thing", domain.thing)):
        if roll < share:
            return name
        roll -= share
    return None


def _faults(domain: Domain, rng: random.Generator) -> Faults:
    cast = 1.0 + rng.uniform(-domain.colour_cast, domain.colour_cast, 3)
    return Faults(
        blur=_within(domain.blur, rng),
        motion=float(rng.uniform(0, 180)) if rng.random() < domain.motion_blur else None,
        noise=_within(domain.noise, rng),
        noise_seed=int(rng.integers(2**31)),
        exposure=_within(domain.exposure, rng),
        contrast=_within(domain.contrast, rng),
        cast=_three(cast),
        grey=bool(rng.random() < domain.grey),
        resolution=_within(domain.resolution, rng),
        jpeg=int(rng.integers(domain.jpeg[0], domain.jpeg[1] + 1)),
    )


def _within(limits: Range, rng: random.Generator) -> float:
    return float(rng.uniform(*limits))


def _three(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
