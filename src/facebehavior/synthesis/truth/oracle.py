"""The ceiling: how well expression and affect can be told by one who knows every action unit.

The oracle knows which action units are active and how strongly, and the tables that faces were
drawn from; it does not know the expression. No network that sees only the face can name expressions
better on average, but for luck and for what a sculpted face shows beside action units. Its valence
and arousal rest on an estimate of the face's strength (`expected_affect`): a mark, not a bound.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.truth.affect import SHARE_MATRIX, position
from facebehavior.synthesis.truth.drawing import ACTIVE, CORRELATION, SCATTER, STRENGTHS
from facebehavior.synthesis.truth.normal import normal_probability, normal_quantile
from facebehavior.synthesis.truth.tables import Table

_POINTS = 40
"""Of the Gauss-Hermite rule that averages over what the action units of a face share."""


def category_posterior(
    active: NDArray[np.bool_],
    table: Table,
    noise: float,
    categories: Sequence[str],
    prior: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Give the probability of each category.

    p(c | a) is proportional to p(c) times the mean over u ~ N(0, 1) of prod_i p(a_i | c, u), where
    p(a_i = 1 | c, u) = 1 - (1 - Phi((q_ci - sqrt(r) u) / sqrt(1 - r))) (1 - noise) and q_ci is the
    normal quantile of the table's cell, r the correlation (`drawing.draw_action_units`).

    Args:
        active: (N, 17).
        table: that the faces were drawn from.
        noise: rate of action units that do not belong.
        categories: C names among `tables.CATEGORIES`.
        prior: (C,) p(c); all equally likely where None.

    Returns:
        (N, C), rows sum to 1.
    """
    prior = np.full(len(categories), 1.0 / len(categories)) if prior is None else prior
    nodes, weights = np.polynomial.hermite_e.hermegauss(_POINTS)
    likelihood = np.stack(
        [_likelihood(active, table.row(name), noise, nodes, weights) for name in categories], axis=1
    )
    likelihood *= prior
    total = likelihood.sum(axis=1, keepdims=True)
    return np.where(total > 0, likelihood / np.where(total > 0, total, 1.0), prior)


def _likelihood(
    active: NDArray[np.bool_],
    row: NDArray[np.float64],
    noise: float,
    nodes: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give p(a | c) of N faces (N, 17) under one category's row (17,)."""
    latent = normal_quantile(row)[np.newaxis] - np.sqrt(CORRELATION) * nodes[:, np.newaxis]
    shown = normal_probability(latent / np.sqrt(1 - CORRELATION))
    shown = 1 - (1 - shown) * (1 - noise)
    chosen = np.where(active[:, np.newaxis], shown[np.newaxis], 1 - shown[np.newaxis])
    return np.asarray(chosen.prod(axis=2) @ (weights / weights.sum()))


def expected_affect(
    intensities: NDArray[np.float64],
    posterior: NDArray[np.float64],
    categories: Sequence[str],
) -> NDArray[np.float64]:
    """Give valence and arousal (N, 2) that the oracle expects.

    The strength of the whole face is estimated by the mean intensity of its active action units
    over the mean of their scatter; where none is active, by its mean.

    Args:
        intensities: (N, 17).
        posterior: (N, C), see `category_posterior`.
        categories: the C names.
    """
    active = intensities >= ACTIVE
    count = active.sum(axis=1)
    mean = (intensities * active).sum(axis=1) / np.maximum(count, 1) / np.mean(SCATTER)
    strength = np.where(count > 0, np.clip(mean, *STRENGTHS), np.mean(STRENGTHS))
    places = np.array([position(name) for name in categories])
    expected = strength[:, np.newaxis] * (posterior @ places) + intensities @ SHARE_MATRIX
    return np.asarray(np.clip(expected, -1.0, 1.0))
