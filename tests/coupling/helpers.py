"""Labels written as a face shows them, and the domain table as NumPy arrays in float64."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.losses import Targets
from facebehavior.relatedness import binary, domain_relatedness

WEIGHTED = domain_relatedness()
BINARY = binary(WEIGHTED)
EMOTIONET = (1, 2, 4, 5, 6, 9, 12, 17, 20, 25, 26)


def units(numbers: Iterable[int]) -> list[float]:
    """A vector with 1 at some action units (FACS numbers)."""
    chosen = set(numbers)
    return [float(number in chosen) for number in ACTION_UNITS]


def column(number: int) -> int:
    return ACTION_UNITS.index(number)


def faces(
    expressions: Sequence[str | None] | None = None,
    active: Sequence[Iterable[int] | None] | None = None,
    annotated: Iterable[int] = ACTION_UNITS,
) -> Targets:
    """Faces with an expression, or with active action units; None is a missing label."""
    count = len(expressions if expressions is not None else active or ())
    named: Sequence[str | None] = expressions or [None] * count
    shown: Sequence[Iterable[int] | None] = active or [None] * count
    expression = torch.zeros(count, len(EXPRESSIONS))
    for row, name in enumerate(named):
        if name is not None:
            expression[row, EXPRESSIONS.index(name)] = 1.0
    known = torch.tensor([units(annotated)]).bool()
    mask = torch.tensor([[one is not None] for one in shown]) & known
    values = torch.tensor([units(one or ()) for one in shown])
    return Targets(
        expression=expression,
        expression_annotated=torch.tensor([name is not None for name in named]),
        action_units=torch.where(mask, values, 0.0),
        action_units_annotated=mask,
        action_unit_weight=torch.ones(count, len(ACTION_UNITS)),
        affect=torch.zeros(count, 2),
        affect_annotated=torch.zeros(count, 2).bool(),
    )


def random_targets(count: int, seed: int = 0, rate: float = 0.4) -> Targets:
    """Faces with every mixture of present and missing labels."""
    generator = torch.Generator().manual_seed(seed)
    expression = torch.rand(count, 7, generator=generator)
    known = torch.rand(count, generator=generator) < 0.5
    mask = torch.rand(count, 17, generator=generator) < 0.7
    mask[::3] = False
    active = (torch.rand(count, 17, generator=generator) < rate).float()
    return Targets(
        expression=torch.where(known[:, None], expression / expression.sum(1, keepdim=True), 0.0),
        expression_annotated=known,
        action_units=torch.where(mask, active, 0.0),
        action_units_annotated=mask,
        action_unit_weight=torch.ones(count, 17),
        affect=torch.zeros(count, 2),
        affect_annotated=torch.zeros(count, 2).bool(),
    )


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def logit(probabilities: Sequence[float] | NDArray[np.float64]) -> Tensor:
    p = torch.tensor(np.asarray(probabilities, dtype=np.float64))
    return torch.log(p) - torch.log1p(-p)
