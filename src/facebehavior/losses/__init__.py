"""The labels of a batch, and one supervised loss per task, over annotated entries only.

Every loss gives ``(sum, count)``; the division is done once, after all parts are summed:

>>> import torch
>>> from facebehavior.losses import expression_loss
>>> logits = torch.zeros(2, 7)
>>> target = torch.eye(7)[:2]
>>> total, count = expression_loss(logits, target, torch.tensor([True, False]))
>>> round(float(total / count), 4)
1.9459
"""

from facebehavior.losses.action_units import action_unit_loss
from facebehavior.losses.affect import (
    affect_loss,
    affect_loss_from_moments,
    concordance,
    concordance_from_moments,
)
from facebehavior.losses.classes import class_loss, margin_logits
from facebehavior.losses.direction import direction_loss
from facebehavior.losses.expression import expression_loss
from facebehavior.losses.logit_adjustment import adjusted_logits
from facebehavior.losses.masking import at_least_float32, silenced
from facebehavior.losses.moments import Moments, sum_moments
from facebehavior.losses.targets import Targets, TaskTargets, join

__all__ = [
    "Moments",
    "Targets",
    "TaskTargets",
    "action_unit_loss",
    "adjusted_logits",
    "affect_loss",
    "affect_loss_from_moments",
    "at_least_float32",
    "class_loss",
    "concordance",
    "concordance_from_moments",
    "direction_loss",
    "expression_loss",
    "join",
    "margin_logits",
    "silenced",
    "sum_moments",
]
