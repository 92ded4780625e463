"""Products of matrices that mixed precision leaves alone."""

import torch
from torch import Tensor


def full_product(first: Tensor, second: Tensor, /) -> Tensor:
    """Multiply (B, M) by (M, N) in the precision of the factors.

    Autocast would multiply in bf16, which has three digits: too few for probabilities near 1.
    """
    with torch.autocast(first.device.type, enabled=False):
        return first @ second
