"""What all losses do first: choose the precision, and silence what is not annotated."""

import torch
from torch import Tensor


def at_least_float32(values: Tensor, /) -> Tensor:
    """Give half precision as float32; leave float32 and float64 as they are."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


def silenced(values: Tensor, annotated: Tensor, /) -> Tensor:
    """Put 0, with zero gradient, wherever the mask (of a shape that broadcasts) is false.

    Chosen by `where`, not multiplied by the mask: 0 * inf would be NaN. Nothing here makes a
    tensor whose shape depends on the mask, so a device need not wait for it.
    """
    return torch.where(annotated, values, values.new_zeros(()))
