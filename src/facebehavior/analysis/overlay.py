"""What the model says, drawn onto the pictures it says it of."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.labels import ACTION_UNITS, EXPRESSIONS

COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#0072b2")
"""One colour a face, by its number; they can be told apart by the colour-blind (Okabe and Ito)."""

PANEL, PANEL_OVER_FACE = 0.34, 0.2
"""Side of the valence-arousal plane as a share of the box's width: below the box, and where
there is no room for that, over the face."""


Trails = Mapping[int, Sequence[tuple[float, float]]]
"""Of each face of a frame, by its place: where valence and arousal were before, oldest first."""


def overlay(frame: AnalyzedFrame, trails: Trails = MappingProxyType({})) -> NDArray[np.uint8]:
    """Draw each face's box and number, its expression, its action units, valence and arousal.

    Args:
        frame: with its predictions.
        trails: where valence and arousal were before.

    Returns:
        (H, W, 3) uint8 RGB, a new picture.
    """
    picture = Image.fromarray(frame.image)
    draw = ImageDraw.Draw(picture, "RGBA")
    for number, face in enumerate(frame.faces):
        colour = COLOURS[_identity(frame, number) % len(COLOURS)]
        x, y, width, height = (float(value) for value in face.box)
        line = max(1, round(min(picture.size) / 250))
        draw.rectangle((x, y, x + width, y + height), outline=colour, width=line)
        _write_label(draw, picture.size, (x, y, width, height), _label(frame, number), colour)
        panel = _panel(picture.size, (x, y, width, height))
        affect = frame.predictions.affect
        # The plane needs both; a model may have been taught one of them alone.
        if affect is not None and np.isfinite(affect[number]).all():
            valence, arousal = (float(value) for value in affect[number])
            _draw_affect(draw, panel, (valence, arousal), colour, trails.get(number, ()))
        if frame.predictions.action_units is not None:
            shares = frame.predictions.action_units[number].tolist()
            _draw_action_units(draw, panel, shares, colour)
    if frame.time_s is not None:
        _write_time(draw, picture.size, f"{frame.index}   {frame.time_s:.2f} s")
    return np.asarray(picture)


class _Panel(NamedTuple):
    """Where the plane and, to its right, the bars of a face are drawn (pixels).

    Attributes:
        left: of the plane.
        top: of both.
        side: of the plane, and the height of the bars.
        step: from bar to bar.
    """

    left: float
    top: float
    side: float
    step: float

    @property
    def first_bar(self) -> float:
        """The left of the bars."""
        return self.left + 1.1 * self.side


def _panel(size: Sequence[int], box: tuple[float, float, float, float]) -> _Panel:
    """Find room below the box; where there is none, at the bottom of the picture."""
    x, y, width, height = box
    width = min(width, float(size[0]))
    below = _sized_panel(x, y + height, width, PANEL)
    over = below.top + below.side + _number_size(below) > size[1]
    panel = _sized_panel(x, 0.0, width, PANEL_OVER_FACE) if over else below
    right = panel.first_bar + panel.step * len(ACTION_UNITS)
    left = max(0.0, min(panel.left, panel.left + size[0] - right))
    top = size[1] - panel.side - _number_size(panel) if over else panel.top
    return panel._replace(left=left, top=max(0.0, top))


def _sized_panel(left: float, top: float, width: float, share: float) -> _Panel:
    side = share * width
    return _Panel(left, top, side, max(2.0, (width - 1.1 * side) / len(ACTION_UNITS)))


def _number_size(panel: _Panel) -> float:
    """Give the height of the numbers below the bars; 0 where they could not be read."""
    return 0.8 * panel.step if panel.step >= 9 else 0.0


def _identity(frame: AnalyzedFrame, number: int) -> int:
    """Give the number that a face is known by: its track's, where it has one."""
    track = frame.tracks[number] if frame.tracks else None
    return number if track is None else track


def _label(frame: AnalyzedFrame, number: int) -> str:
    """Number the face in videos and where there are several; name its expression if it is known."""
    person = frame.people[number] if frame.people else None
    words = [person] if person is not None else []
    if not words and (len(frame.faces) > 1 or frame.time_s is not None):
        words = [f"{_identity(frame, number)}"]
    if frame.predictions.expression is not None:
        probabilities = frame.predictions.expression[number]
        best = int(probabilities.argmax())
        words.append(f"{EXPRESSIONS[best]} {probabilities[best]:.0%}")
    return "  ".join(words)


def _write_label(
    draw: ImageDraw.ImageDraw,
    size: Sequence[int],
    box: tuple[float, float, float, float],
    text: str,
    colour: str,
) -> None:
    """Write dark on the face's colour, above the box, or inside it at the top of the picture."""
    if not text:
        return
    x, y, width, _ = box
    font = ImageFont.load_default(max(10.0, min(width / 8, min(size) / 18)))
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    pad = (bottom - top) * 0.25
    text_width, text_height = right - left + 2 * pad, bottom - top + 2 * pad
    x = min(max(0.0, x), max(0.0, size[0] - text_width))
    y = y - text_height if y >= text_height else max(0.0, y)
    draw.rectangle((x, y, x + text_width, y + text_height), fill=colour)
    draw.text((x + pad - left, y + pad - top), text, fill="black", font=font)


def _draw_affect(
    draw: ImageDraw.ImageDraw,
    panel: _Panel,
    affect: tuple[float, float],
    colour: str,
    trail: Sequence[tuple[float, float]],
) -> None:
    """Draw the plane of valence (right is pleasant) and arousal (up is excited)."""
    left, top, side = panel.left, panel.top, panel.side
    draw.rectangle((left, top, left + side, top + side), fill=(0, 0, 0, 120), outline=colour)
    middle_x, middle_y = left + side / 2, top + side / 2
    draw.line((left, middle_y, left + side, middle_y), fill=(255, 255, 255, 140))
    draw.line((middle_x, top, middle_x, top + side), fill=(255, 255, 255, 140))
    points = [
        (middle_x + valence * side / 2, middle_y - arousal * side / 2)
        for valence, arousal in (*trail, affect)
    ]
    if len(points) > 1:
        draw.line(points, fill=colour, width=max(1, round(side / 40)))
    dot_x, dot_y = middle_x + affect[0] * side / 2, middle_y - affect[1] * side / 2
    radius = max(2.0, side / 14)
    draw.ellipse((dot_x - radius, dot_y - radius, dot_x + radius, dot_y + radius), fill=colour)


def _draw_action_units(
    draw: ImageDraw.ImageDraw, panel: _Panel, shares: Sequence[float], colour: str
) -> None:
    """Draw one bar an action unit, as high as it is probable, to the right of the plane."""
    step, bottom = panel.step, panel.top + panel.side
    left, numbers = panel.first_bar, _number_size(panel)
    background = (left, panel.top, left + step * len(shares), bottom + numbers)
    draw.rectangle(background, fill=(0, 0, 0, 120))
    for place, (number, share) in enumerate(zip(ACTION_UNITS, shares, strict=True)):
        # An action unit that the model was never taught has neither bar nor number.
        if math.isnan(share):
            continue
        start = left + place * step
        high = bottom - share * panel.side
        draw.rectangle((start, high, start + 0.8 * step, bottom), fill=colour)
        if numbers:
            font = ImageFont.load_default(max(6.0, numbers))
            draw.text((start, bottom), str(number), fill="white", font=font)


def _write_time(draw: ImageDraw.ImageDraw, size: Sequence[int], text: str) -> None:
    font = ImageFont.load_default(max(10.0, min(size) / 32))
    _, _, right, bottom = draw.textbbox((0, 0), text, font=font)
    top = size[1] - bottom - 4
    draw.rectangle((0, top, right + 8, size[1]), fill=(0, 0, 0, 120))
    draw.text((4, top + 1), text, fill="white", font=font)
