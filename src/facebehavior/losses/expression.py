"""Cross entropy of the expression head, with a distribution as the target."""

import torch
from torch import Tensor

from facebehavior.losses.masking import at_least_float32, silenced


def expression_loss(logits: Tensor, target: Tensor, annotated: Tensor, /) -> tuple[Tensor, Tensor]:
    """Sum the cross entropy over the annotated images.

    ``sum_b annotated_b * sum_e -target_be * log softmax(logits_b)_e``

    Args:
        logits: (B, 7).
        target: (B, 7), a distribution over the expressions: 1 at the label, or shares of votes.
            Rows that are not annotated have no influence.
        annotated: (B,) bool.

    Returns:
        The sum, and how many images it is over, both () and float32 (float64 where the logits
        are float64). Exactly 0 with zero gradient where no image is annotated.
    """
    rows = annotated[:, None]
    log_probabilities = torch.log_softmax(silenced(at_least_float32(logits), rows), dim=1)
    target = silenced(target.to(log_probabilities.dtype), rows)
    return -(target * log_probabilities).sum(), annotated.sum().to(target.dtype)
