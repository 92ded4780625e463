"""Overlays that remember: trails of valence and arousal, and faces that nobody shall recognise."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.overlay import overlay
from facebehavior.faces.face import Face

TRAIL_FRAMES = 45
_SKIN = "#c9b8a8"
_INK = "#2b2b2b"

_LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
_MOUTH = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
_EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
_BROWS = ((70, 63, 105, 66, 107), (300, 293, 334, 296, 336))
_OUTLINE = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""Points of the face mesh along lips, mouth, eyes, brows and the outline of the face."""


class Painter:
    """Paints one video, frame after frame.

    Args:
        anonymous: hide every face behind a drawn one that keeps its expression.
    """

    def __init__(self, *, anonymous: bool = False) -> None:
        self._anonymous = anonymous
        self._trails: dict[int, deque[tuple[float, float]]] = {}

    def paint(self, frame: AnalyzedFrame) -> NDArray[np.uint8]:
        """Give the next frame's picture, (H, W, 3) uint8."""
        if self._anonymous:
            frame = replace(frame, image=hidden(frame.image, frame.faces))
        trails = {}
        affect = frame.predictions.affect
        for number, track in enumerate(frame.tracks):
            if track is None or affect is None:
                continue
            trail = self._trails.setdefault(track, deque(maxlen=TRAIL_FRAMES))
            trails[number] = tuple(trail)
            trail.append((float(affect[number, 0]), float(affect[number, 1])))
        return overlay(frame, trails)


def hidden(image: NDArray[np.uint8], faces: Sequence[Face]) -> NDArray[np.uint8]:
    """Draw a mask over every face that keeps brows, eyes and mouth where they are.

    Nothing of the face's own pixels is left inside its outline, nor in its box where there is no
    mesh.

    Args:
        image: (H, W, 3) uint8 RGB.
        faces: found in it.

    Returns:
        A new picture.
    """
    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    for face in faces:
        x, y, width, height = (float(value) for value in face.box)
        draw.ellipse(
            (x - 0.08 * width, y - 0.25 * height, x + 1.08 * width, y + 1.1 * height), fill=_SKIN
        )
        if face.mesh is None:
            _draw_points(draw, face.points, width)
        else:
            _draw_mesh(draw, face.mesh[:, :2], width)
    return np.asarray(picture)


def _draw_mesh(draw: ImageDraw.ImageDraw, points: NDArray[np.float64], width: float) -> None:
    line = max(1, round(width / 60))

    def along(places: Sequence[int]) -> list[tuple[float, float]]:
        return [(float(points[place, 0]), float(points[place, 1])) for place in places]

    draw.polygon(along(_OUTLINE), fill=_SKIN, outline=_INK)
    for eye in _EYES:
        draw.polygon(along(eye), fill="white", outline=_INK)
    for brow in _BROWS:
        draw.line(along(brow), fill=_INK, width=2 * line)
    draw.polygon(along(_LIPS), fill="#b5655f", outline=_INK)
    draw.polygon(along(_MOUTH), fill="#3a1f1f")


def _draw_points(draw: ImageDraw.ImageDraw, points: NDArray[np.float64], width: float) -> None:
    radius = max(1.5, width / 30)
    for x, y in points[:2]:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_INK)
    draw.line([tuple(points[3]), tuple(points[4])], fill=_INK, width=max(1, round(width / 40)))
