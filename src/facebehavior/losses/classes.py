"""Cross entropy of a head whose labels exclude one another, plain or with a margin."""

import math

import torch
from torch import Tensor

from facebehavior.losses.masking import at_least_float32, silenced


def class_loss(logits: Tensor, places: Tensor, annotated: Tensor, /) -> tuple[Tensor, Tensor]:
    """Sum the cross entropy over the annotated images: ``sum_b -log softmax(logits_b)[place_b]``.

    Args:
        logits: (B, K).
        places: (B,) int64, the class of each image; any where it is not annotated.
        annotated: (B,) bool.

    Returns:
        The sum, and how many images it is over, both () and float32 (float64 where the logits
        are float64). Exactly 0 with zero gradient where no image is annotated.
    """
    safe = silenced(at_least_float32(logits), annotated[:, None])
    log_probabilities = torch.log_softmax(safe, dim=1)
    chosen = log_probabilities.gather(1, torch.where(annotated, places, 0)[:, None])[:, 0]
    return -torch.where(annotated, chosen, 0.0).sum(), annotated.sum().to(chosen.dtype)


def margin_logits(
    cosines: Tensor, places: Tensor, annotated: Tensor, margin: float, scale: float, /
) -> Tensor:
    """Make telling people apart harder than it is, so that embeddings of one person lie closer.

    ``scale * cos(angle + margin)`` for each image's own person, ``scale * cos(angle)`` for all
    others (additive angular margin: Deng, Guo, Xue and Zafeiriou, ArcFace, CVPR 2019). Where
    the angle and the margin exceed a half turn, the cosine would rise again: there the cosine is
    lowered by ``margin * sin(margin)`` instead.

    Args:
        cosines: (B, K) from -1 to 1, between embeddings and people.
        places: (B,) int64, each image's person.
        annotated: (B,) bool; no margin for the others.
        margin: radians, from 0 (none) to pi / 2.
        scale: above 0; what the cosines are multiplied by before the softmax.
    """
    cosines = at_least_float32(cosines)
    own = cosines.gather(1, torch.where(annotated, places, 0)[:, None])
    sine = (1.0 - own.square()).clamp(min=1e-9).sqrt()
    turned = own * math.cos(margin) - sine * math.sin(margin)
    harder = torch.where(own > math.cos(math.pi - margin), turned, own - margin * math.sin(margin))
    index = torch.where(annotated, places, 0)[:, None]
    moved = cosines.scatter(1, index, torch.where(annotated[:, None], harder, own))
    return scale * moved
