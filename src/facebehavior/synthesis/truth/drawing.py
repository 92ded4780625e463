"""Drawing the action units of one face."""

from dataclasses import dataclass

import numpy as np
from numpy import random
from numpy.typing import NDArray

from facebehavior.labels import ACTION_UNITS
from facebehavior.synthesis.truth.normal import normal_quantile

ACTIVE = 0.2
"""An action unit is active from this intensity on."""

CORRELATION = 0.3
"""Of the action units of one face: some people show all of an expression, others little of it."""

STRENGTHS = (0.5, 1.0)
"""Of a whole face; drawn evenly."""
SCATTER = (0.75, 1.15)
"""Factor on the face's strength that gives an active action unit's intensity; drawn evenly."""
_TRACE_RATE, _TRACES = 0.15, (0.03, 0.15)


@dataclass(frozen=True)
class Drawn:
    """The action units of one face.

    Attributes:
        strength: how strongly the whole face is moved, 0.5 to 1.
        intensities: (17,) 0 to 1; inactive ones are mostly 0, and always below `ACTIVE`.
    """

    strength: float
    intensities: NDArray[np.float64]

    @property
    def active(self) -> NDArray[np.bool_]:
        """Which action units are active, (17,)."""
        return self.intensities >= ACTIVE


def draw_action_units(
    probabilities: NDArray[np.float64], noise: float, rng: random.Generator
) -> Drawn:
    """Draw a face whose action units are active with given probabilities.

    A normal variable is shared by all action units of the face (a Gaussian copula), so that they
    are correlated while each keeps its own probability. Noise switches further ones on.

    Args:
        probabilities: (17,).
        noise: rate at which action units outside the expression are active.
        rng: the face's own generator.
    """
    count = len(ACTION_UNITS)
    shared, own = rng.standard_normal(), rng.standard_normal(count)
    latent = np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * own
    active = latent < normal_quantile(probabilities)
    active |= rng.random(count) < noise
    return with_intensities(active, rng)


def draw_random_combination(rng: random.Generator) -> Drawn:
    """Draw a face with one to six action units that belong to no expression."""
    active = np.zeros(len(ACTION_UNITS), dtype=np.bool_)
    active[rng.choice(len(ACTION_UNITS), size=int(rng.integers(1, 7)), replace=False)] = True
    return with_intensities(active, rng)


def with_intensities(active: NDArray[np.bool_], rng: random.Generator) -> Drawn:
    """Draw how strongly a face shows its active action units (17,), and traces of others."""
    strength = float(rng.uniform(*STRENGTHS))
    shown = np.clip(strength * rng.uniform(*SCATTER, len(active)), ACTIVE, 1.0)
    traced = (rng.random(len(active)) < _TRACE_RATE) * rng.uniform(*_TRACES, len(active))
    return Drawn(strength, np.where(active, shown, traced).round(4))
