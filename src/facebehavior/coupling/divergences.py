"""How far the probabilities p of one head are from the q that another implies, entry by entry.

All take p as logits and q as a pair of clipped probabilities, and give (B, T). Kollias et al. 2021
print the one-sided form and call it a cross entropy with soft targets; the others are ours.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


class Implied(NamedTuple):
    """Probabilities that one head implies for the labels of another.

    Attributes:
        present: (B, T) q, clipped from below.
        absent: (B, T) 1 - q, clipped from below; not a difference, which would lose its digits.
    """

    present: Tensor
    absent: Tensor


def one_sided(logits: Tensor, q: Implied, /) -> Tensor:
    """Give ``-p log q``, as printed; its minimum is p = 0, whatever q is."""
    return -torch.sigmoid(logits) * q.present.log()


def two_sided(logits: Tensor, q: Implied, /) -> Tensor:
    """Give ``-(p log q + (1 - p) log(1 - q))``, the whole cross entropy.

    For fixed q it is linear in p, and so pushes p to 0 or 1, not to q.
    """
    present, absent = torch.sigmoid(logits), torch.sigmoid(-logits)
    return -(present * q.present.log() + absent * q.absent.log())


def kl(logits: Tensor, q: Implied, /) -> Tensor:
    """Give ``p log(p / q) + (1 - p) log((1 - p) / (1 - q))``; its minimum, 0, is at p = q."""
    present, absent = torch.sigmoid(logits), torch.sigmoid(-logits)
    given_present = logsigmoid(logits) - q.present.log()
    given_absent = logsigmoid(-logits) - q.absent.log()
    return present * given_present + absent * given_absent


FORMS: Mapping[str, Callable[[Tensor, Implied], Tensor]] = {
    "kl": kl,
    "one_sided": one_sided,
    "two_sided": two_sided,
}
