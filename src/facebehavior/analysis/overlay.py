"""What the model says, drawn onto the pictures it says it of."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.labels import EXPRESSIONS

COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#0072b2")
"""One colour a face, by its number; they can be told apart by the colour-blind (Okabe and Ito)."""

PANEL = 0.34
"""Side of the valence-arousal panel as a share of the box's width."""


def overlay(frame: AnalyzedFrame) -> NDArray[np.uint8]:
    """Draw each face's box and number, its expression, and a dot for valence and arousal.

    Returns:
        (H, W, 3) uint8 RGB, a new picture.
    """
    picture = Image.fromarray(frame.image)
    draw = ImageDraw.Draw(picture, "RGBA")
    for number, face in enumerate(frame.faces):
        colour = COLOURS[number % len(COLOURS)]
        x, y, width, height = (float(value) for value in face.box)
        line = max(1, round(min(picture.size) / 250))
        draw.rectangle((x, y, x + width, y + height), outline=colour, width=line)
        _write_label(draw, picture.size, (x, y, width, height), _label(frame, number), colour)
        if frame.predictions.affect is not None:
            valence, arousal = (float(value) for value in frame.predictions.affect[number])
            _draw_affect(draw, (x, y, width, height), (valence, arousal), colour)
    return np.asarray(picture)


def _label(frame: AnalyzedFrame, number: int) -> str:
    """Number the face where there are several, and name its expression where it is known."""
    words = [f"{number}"] if len(frame.faces) > 1 else []
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
    box: tuple[float, float, float, float],
    affect: tuple[float, float],
    colour: str,
) -> None:
    """Draw the valence (right is pleasant) and arousal (up is excited) plane below the box."""
    x, y, width, height = box
    side = PANEL * width
    left, top = x, y + height
    draw.rectangle((left, top, left + side, top + side), fill=(0, 0, 0, 120), outline=colour)
    middle_x, middle_y = left + side / 2, top + side / 2
    draw.line((left, middle_y, left + side, middle_y), fill=(255, 255, 255, 140))
    draw.line((middle_x, top, middle_x, top + side), fill=(255, 255, 255, 140))
    dot_x, dot_y = middle_x + affect[0] * side / 2, middle_y - affect[1] * side / 2
    radius = max(2.0, side / 14)
    draw.ellipse((dot_x - radius, dot_y - radius, dot_x + radius, dot_y + radius), fill=colour)
