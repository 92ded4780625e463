"""What comes between the camera and a face: a hand, a scarf, some thing."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy import random
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Light = NDArray[np.float32]
Points = NDArray[np.float64]


def occlude(
    picture: Light, kind: str, points: Points, skin: NDArray[np.float32], seed: int
) -> Light:
    """Lay something over a face.

    Args:
        picture: (S, S, 3) linear light.
        kind: a key of `OCCLUDERS`.
        points: (5, 2) pixels: eyes, nose tip, corners of the mouth.
        skin: (3,) linear colour of the person's skin.
        seed: of its shape, place and colour.
    """
    return OCCLUDERS[kind](picture, points, skin, np.random.default_rng(seed))


def _hand(
    picture: Light, points: Points, skin: NDArray[np.float32], rng: random.Generator
) -> Light:
    """Lay a palm and four fingers over a part of the face, from below or the side."""
    unit = float(np.linalg.norm(points[1] - points[0]))
    target = points[int(rng.integers(5))] + rng.normal(0.0, 0.15 * unit, 2)
    start = target + np.array([rng.choice([-1.0, 1.0]) * rng.uniform(0.4, 1.4), 1.5]) * unit
    along = (target - start) / (np.linalg.norm(target - start) + 1e-6)
    across = np.array([-along[1], along[0]])
    mask = Image.new("L", (picture.shape[1], picture.shape[0]))
    pen = ImageDraw.Draw(mask)
    width = 0.17 * unit
    for finger in range(4):
        side = across * (finger - 1.5) * 0.2 * unit
        tip = target + side - along * abs(finger - 1.5) * 0.12 * unit
        _limb(pen, start + side, tip, width)
    _limb(pen, start, start - along * 2.5 * unit, 0.8 * unit)
    shade = _lit(picture, mask, skin * 0.55, unit, along)
    return _over(picture, mask, shade)


def _scarf(
    picture: Light,
    points: Points,
    skin: NDArray[np.float32],  # noqa: ARG001 - what all occluders take
    rng: random.Generator,
) -> Light:
    """Lay cloth over mouth and chin, up to below the nose."""
    unit = float(np.linalg.norm(points[1] - points[0]))
    mouth = points[3:].mean(axis=0)
    down = mouth - points[:2].mean(axis=0)
    down /= np.linalg.norm(down) + 1e-6
    side = np.array([down[1], -down[0]])
    top = points[2] + down * rng.uniform(0.1, 0.35) * unit
    corners = [top - side * 1.3 * unit, top + side * 1.3 * unit]
    corners += [corners[1] + down * 3 * unit, corners[0] + down * 3 * unit]
    mask = Image.new("L", (picture.shape[1], picture.shape[0]))
    ImageDraw.Draw(mask).polygon([tuple(corner) for corner in corners], fill=255)
    colour = rng.uniform(0.02, 0.5, 3).astype(np.float32)
    folds = np.sin(np.arange(picture.shape[0])[:, None, None] / (0.08 * unit) + rng.uniform(0, 6))
    return _over(picture, mask, colour * (0.8 + 0.2 * folds).astype(np.float32))


def _thing(
    picture: Light,
    points: Points,
    skin: NDArray[np.float32],  # noqa: ARG001 - what all occluders take
    rng: random.Generator,
) -> Light:
    """Lay a rod with a thick end over a part of the face: a microphone, a cup, a phone."""
    unit = float(np.linalg.norm(points[1] - points[0]))
    target = points[int(rng.integers(2, 5))] + rng.normal(0.0, 0.2 * unit, 2)
    start = target + np.array([rng.uniform(-2.0, 2.0), 3.0]) * unit
    mask = Image.new("L", (picture.shape[1], picture.shape[0]))
    pen = ImageDraw.Draw(mask)
    _limb(pen, start, target, rng.uniform(0.15, 0.35) * unit)
    radius = rng.uniform(0.22, 0.45) * unit
    pen.ellipse([*(target - radius), *(target + radius)], fill=255)
    along = (target - start) / (np.linalg.norm(target - start) + 1e-6)
    colour = np.float32(rng.uniform(0.01, 0.35)) * np.ones(3, np.float32)
    return _over(picture, mask, _lit(picture, mask, colour, unit, along))


def _limb(pen: ImageDraw.ImageDraw, start: Points, end: Points, width: float) -> None:
    """Draw a thick line with round ends."""
    radius = width / 2
    pen.line([tuple(start), tuple(end)], fill=255, width=max(1, round(width)))
    for point in (start, end):
        pen.ellipse([*(point - radius), *(point + radius)], fill=255)


def _lit(
    picture: Light, mask: Image.Image, colour: NDArray[np.float32], unit: float, along: Points
) -> Light:
    """Shade a flat mask as if it were round: darker towards its edges."""
    inside = np.asarray(mask.filter(ImageFilter.GaussianBlur(0.1 * unit)), dtype=np.float32) / 255
    tilt = np.float32(0.8 + 0.2 * abs(float(along[0])))
    shade = np.clip(inside * 1.5 - 0.5, 0.15, 1.0)[..., None] * tilt
    return np.asarray(np.broadcast_to(colour, picture.shape) * shade, dtype=np.float32)


def _over(picture: Light, mask: Image.Image, shade: Light) -> Light:
    cover = (
        np.asarray(mask.filter(ImageFilter.GaussianBlur(0.8)), dtype=np.float32)[..., None] / 255
    )
    return np.asarray(picture * (1 - cover) + shade * cover, dtype=np.float32)


OCCLUDERS: Mapping[str, Callable[[Light, Points, NDArray[np.float32], random.Generator], Light]] = {
    "hand": _hand,
    "scarf": _scarf,
    "thing": _thing,
}
