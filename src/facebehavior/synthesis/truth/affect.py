"""Valence and arousal of a synthetic face: a model, written down so that it can be judged.

    affect = strength * position(expression) + sum_i intensity_i * share_i + annotator's noise

cut off at -1 and 1. The positions are those of the emotion on the circumplex (Russell 1980); a
compound expression lies midway between its two components; a face without an expression, and a
neutral one, at the origin. The shares are what an action unit tells of pleasure and excitement by
itself. Both tables are choices of this project, not measurements.
"""

from collections.abc import Mapping

import numpy as np
from numpy import random
from numpy.typing import NDArray

from facebehavior.labels import ACTION_UNITS, COMPOUND_EXPRESSIONS

POSITIONS: Mapping[str, tuple[float, float]] = {
    "neutral": (0.0, 0.0),
    "happiness": (0.70, 0.30),
    "sadness": (-0.65, -0.40),
    "surprise": (0.10, 0.60),
    "fear": (-0.45, 0.60),
    "disgust": (-0.60, 0.20),
    "anger": (-0.50, 0.50),
}
"""Valence and arousal of each basic expression at full strength."""

SHARES: Mapping[int, tuple[float, float]] = {
    1: (-0.03, 0.08),
    2: (0.00, 0.12),
    4: (-0.15, 0.08),
    5: (0.00, 0.18),
    6: (0.10, 0.04),
    7: (-0.05, 0.08),
    9: (-0.14, 0.06),
    10: (-0.12, 0.06),
    12: (0.25, 0.06),
    14: (-0.03, -0.02),
    15: (-0.16, -0.10),
    17: (-0.08, -0.04),
    20: (-0.10, 0.08),
    23: (-0.08, 0.06),
    24: (-0.08, 0.04),
    25: (0.02, 0.08),
    26: (0.00, 0.10),
}
"""Valence and arousal that each action unit adds at full intensity."""

NOISE = 0.08
"""Standard deviation of an annotator's error, on both dimensions."""

SHARE_MATRIX = np.array([SHARES[number] for number in ACTION_UNITS])
"""(17, 2)."""


def position(category: str | None) -> NDArray[np.float64]:
    """Give the place (2,) of a basic or compound expression; the origin for None."""
    if category is None:
        return np.zeros(2)
    components = COMPOUND_EXPRESSIONS.get(category, (category,))
    return np.asarray(np.mean([POSITIONS[name] for name in components], axis=0))


def draw_affect(
    category: str | None,
    strength: float,
    intensities: NDArray[np.float64],
    rng: random.Generator,
) -> tuple[float, float]:
    """Draw valence and arousal of a face.

    Args:
        category: basic or compound expression, or None.
        strength: of the whole face, 0 to 1.
        intensities: (17,) of the action units.
        rng: the face's own generator.
    """
    clean = strength * position(category) + intensities @ SHARE_MATRIX
    noisy = np.clip(clean + rng.normal(0.0, NOISE, 2), -1.0, 1.0)
    return round(float(noisy[0]), 4), round(float(noisy[1]), 4)
