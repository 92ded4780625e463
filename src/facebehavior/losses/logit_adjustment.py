"""Logit adjustment: rare classes are trained against their prior."""

import torch
from torch import Tensor

from facebehavior.losses.masking import at_least_float32

SMALLEST_PRIOR = 1e-6
"""A class that the training set lacks is treated as if it had this share."""


def adjusted_logits(logits: Tensor, prior: Tensor, tau: float, /) -> Tensor:
    """Add ``tau * log prior`` to the logits; done in training only.

    With tau = 1 the network learns to answer as if all classes were equally frequent; tau = 0
    changes nothing (Menon et al., "Long-tail learning via logit adjustment", arXiv 2007.07314).

    Args:
        logits: (B, 7).
        prior: (7,) share of each class in the training set, from 0 to 1.
        tau: strength of the adjustment, usually from 0 to 1.

    Returns:
        (B, 7), float32 (float64 where the logits are float64).
    """
    logits = at_least_float32(logits)
    return logits + tau * torch.log(prior.to(logits).clamp(min=SMALLEST_PRIOR))
