"""Binary cross entropy of the action unit head, averaged within each image first."""

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from facebehavior.losses.masking import at_least_float32, silenced


def action_unit_loss(
    logits: Tensor, target: Tensor, annotated: Tensor, weight: Tensor, /
) -> tuple[Tensor, Tensor]:
    """Sum, over images, the mean loss of each image's annotated action units.

    ``sum_b (sum_i annotated_bi * weight_bi * bce_bi) / (sum_i annotated_bi)`` over the images
    with at least one annotated action unit. The weight stands in the numerator only: an entry
    that co-annotation is less sure of counts less and does not make the others count more.

    Args:
        logits: (B, 17).
        target: (B, 17), 0 or 1. Entries that are not annotated have no influence.
        annotated: (B, 17) bool.
        weight: (B, 17), 1 but for co-annotated entries.

    Returns:
        The sum, and how many images it is over, both () and float32 (float64 where the logits
        are float64). Exactly 0 with zero gradient where nothing is annotated.
    """
    logits = silenced(at_least_float32(logits), annotated)
    target = silenced(target.to(logits.dtype), annotated)
    weight = silenced(weight.to(logits.dtype), annotated)
    entropy = binary_cross_entropy_with_logits(logits, target, reduction="none")
    entries = annotated.sum(dim=1)
    of_image = (weight * entropy).sum(dim=1) / entries.clamp(min=1)
    return of_image.sum(), (entries > 0).sum().to(logits.dtype)
