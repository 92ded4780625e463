"""The concordance loss of valence and arousal."""

import torch
from torch import Tensor

from facebehavior.losses.masking import at_least_float32
from facebehavior.losses.moments import Moments, sum_moments

FEWEST_SAMPLES = 2
"""With fewer annotated samples there is no variance, so no concordance."""

ROUNDING = 1e-12
"""A denominator below this share of the mean squares is rounding around 0."""


def affect_loss(prediction: Tensor, target: Tensor, annotated: Tensor, /) -> tuple[Tensor, Tensor]:
    """Sum ``1 - concordance`` over valence and arousal, where each has a concordance.

    The sum divided by the count is the loss ``1 - (ccc_valence + ccc_arousal) / 2``. Concordance
    belongs to a whole batch: the sums of two batches do not add up to that of the joined batch,
    their `Moments` do.

    Args:
        prediction: (B, 2), valence and arousal, linear outputs of the head.
        target: (B, 2) from -1 to 1. Entries that are not annotated have no influence.
        annotated: (B, 2) bool.

    Returns:
        The sum, and how many of the two dimensions it is over (0 to 2), both () and float32
        (float64 where the prediction is float64). Exactly 0 with zero gradient where nothing has
        a concordance: see `concordance`.
    """
    dtype = at_least_float32(prediction).dtype
    total, count = affect_loss_from_moments(sum_moments(prediction, target, annotated))
    return total.to(dtype), count.to(dtype)


def affect_loss_from_moments(sums: Moments, /) -> tuple[Tensor, Tensor]:
    """Give the same as `affect_loss`, of the moments of a whole batch, in float64."""
    value, exists = concordance_from_moments(sums)
    return torch.where(exists, 1 - value, 0.0).sum(), exists.sum().to(value.dtype)


def concordance(prediction: Tensor, target: Tensor, annotated: Tensor, /) -> Tensor:
    """Give the concordance correlation coefficient of valence and arousal, with ddof 0.

    ``2 E[(y - E y)(p - E p)] / (E[(y - E y)^2] + E[(p - E p)^2] + (E y - E p)^2)``

    Args:
        prediction: (B, 2).
        target: (B, 2). Entries that are not annotated have no influence.
        annotated: (B, 2) bool.

    Returns:
        (2,) from -1 to 1; 0 with zero gradient where fewer than two samples are annotated, or
        where labels and predictions are one and the same constant, 0 / 0.
    """
    value, _ = concordance_from_moments(sum_moments(prediction, target, annotated))
    return value.to(at_least_float32(prediction).dtype)


def concordance_from_moments(sums: Moments, /) -> tuple[Tensor, Tensor]:
    """Take the quotient of the moments of a whole batch, summed over all its parts.

    Returns:
        The concordance, (2,) float64, 0 with zero gradient where there is none; and where there
        is one, (2,) bool.
    """
    count = sums.count.clamp(min=1)
    mean_prediction = sums.prediction / count
    mean_target = sums.target / count
    covariance = sums.product / count - mean_prediction * mean_target
    # E[(p - E p)^2] + E[(y - E y)^2] + (E p - E y)^2, multiplied out.
    squares = (sums.prediction_squared + sums.target_squared) / count
    spread = squares - 2 * mean_prediction * mean_target
    exists = (sums.count >= FEWEST_SAMPLES) & (spread > ROUNDING * squares)
    # The quotient is made safe before `where`: the gradient of an unchosen NaN is NaN.
    value = 2 * covariance / torch.where(exists, spread, 1.0)
    return torch.where(exists, value, 0.0), exists
