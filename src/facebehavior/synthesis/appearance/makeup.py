"""What is painted on the skin: clothes, hair roots, beard, brows, lips, shadow and rouge."""

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.appearance.look import BALD, Look
from facebehavior.synthesis.appearance.palette import CLOTHES, HAIR_COLOURS, LIPSTICKS, SKIN_TONES
from facebehavior.synthesis.geometry.regions import FaceRegions
from facebehavior.synthesis.rendering.colours import hexadecimal

_MOUTH = np.array([0.22, 0.05, 0.05], dtype=np.float32)
_SHADOW = np.array([0.06, 0.03, 0.05], dtype=np.float32)
_ROUGE = np.array([0.9, 0.1, 0.16], dtype=np.float32)
_RED = np.array([0.45, 0.1, 0.09], dtype=np.float32)
_CLOSED = 0.25
"""Vertices near the mouth that see less than this share of their surroundings are inside it."""


def skin_paint(
    regions: FaceRegions, look: Look, openness: NDArray[np.float32], *, painted_brows: bool
) -> NDArray[np.float32]:
    """Give the paint of the skin's vertices.

    Args:
        regions: of the face.
        look: who is painted.
        openness: (V,) share of its surroundings that each vertex sees.
        painted_brows: whether brows and lips must be painted because no texture has them.

    Returns:
        (V, 4): linear colour and opacity.
    """
    paint = np.zeros((len(openness), 4), dtype=np.float32)
    hair = hexadecimal(HAIR_COLOURS[look.hair_colour])
    tone = hexadecimal(SKIN_TONES[look.skin_tone])
    _lay(paint, _MOUTH, inside_mouth(regions, openness) * 0.9)
    if painted_brows:
        _lay(paint, tone * 0.45 + _RED * tone.mean() * 0.8, regions.lips * 0.8)
        _lay(paint, hair * 0.6, regions.brows * min(1.0, 0.75 * look.brow_strength))
    elif look.brow_strength > 1.0:
        _lay(paint, hair * 0.6, regions.brows * (look.brow_strength - 1.0))
    if look.rouge:
        red = np.minimum(tone * 0.4 + _ROUGE * tone.mean(), 1.0)
        _lay(paint, red, regions.cheeks * look.rouge * 0.8)
    if look.eye_shadow:
        _lay(paint, _SHADOW, regions.lids * look.eye_shadow)
    for region, opacity in _beard(regions, look):
        _lay(paint, hair * 0.5, region * opacity)
    if look.lipstick is not None:
        _lay(paint, hexadecimal(LIPSTICKS[look.lipstick]), regions.lips * 0.85)
    if look.hair != BALD:
        roots = regions.scalp * (1.0 - regions.crown) if look.receding else regions.scalp
        _lay(paint, hair * 0.6, roots * 0.9)
    _lay(paint, hexadecimal(CLOTHES[look.clothes]), regions.clothes)
    return paint


def inside_mouth(regions: FaceRegions, openness: NDArray[np.float32]) -> NDArray[np.float64]:
    """Give (V,) 1 for the vertices of the skin that line the mouth, 0 for the others.

    Args:
        regions: of the face.
        openness: (V,) share of its surroundings that each vertex sees.
    """
    return np.asarray(regions.mouth * (openness < _CLOSED))


def _beard(regions: FaceRegions, look: Look) -> list[tuple[NDArray[np.float64], float]]:
    chin = np.maximum(regions.moustache, regions.goatee)
    whole = np.maximum(chin, regions.jaw_beard)
    parts = {
        "none": [],
        "stubble": [(whole, 0.3)],
        "moustache": [(regions.moustache, 0.75)],
        "goatee": [(chin, 0.75)],
        "full": [(whole, 0.8)],
    }[look.beard]
    return [*parts, (regions.sideburns, 0.8)] if look.sideburns else parts


def _lay(
    paint: NDArray[np.float32], colour: NDArray[np.float32], opacity: NDArray[np.float64]
) -> None:
    """Lay a colour (3,) with an opacity (V,) over paint (V, 4), in place."""
    over = np.clip(opacity, 0.0, 1.0).astype(np.float32)[:, np.newaxis]
    under = paint[:, 3:] * (1 - over)
    total = over + under
    mixed = colour * over + paint[:, :3] * under
    paint[:, :3] = np.where(total > 0, mixed / np.maximum(total, 1e-6), 0.0)
    paint[:, 3:] = total
