"""How far an embedding is from that of a teacher."""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from facebehavior.losses.masking import at_least_float32, silenced


def direction_loss(
    embedding: Tensor, target: Tensor, annotated: Tensor, /
) -> tuple[Tensor, Tensor]:
    """Sum ``1 - cos(embedding_b, target_b)`` over the annotated images.

    Args:
        embedding: (B, D) of any length.
        target: (B, D) of length 1.
        annotated: (B,) bool.

    Returns:
        The sum, and how many images it is over, both () and float32 (float64 where the embedding
        is float64). Exactly 0 with zero gradient where no image is annotated.
    """
    embedding = silenced(at_least_float32(embedding), annotated[:, None])
    target = silenced(target.to(embedding.dtype), annotated[:, None])
    cosine = (normalize(embedding) * target).sum(dim=1)
    return torch.where(annotated, 1.0 - cosine, 0.0).sum(), annotated.sum().to(cosine.dtype)
