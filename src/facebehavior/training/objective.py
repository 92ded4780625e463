"""The sum of the supervised losses of one step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from facebehavior.losses import (
    Targets,
    action_unit_loss,
    adjusted_logits,
    affect_loss,
    expression_loss,
)
from facebehavior.network import Logits
from facebehavior.training.configuration import Losses


@dataclass(frozen=True)
class Objective:
    """The weighted sum of the losses of the tasks that the network has heads for.

    Attributes:
        settings: weights and logit adjustment.
        expression_prior: (7,) share of each expression among the training labels.
        total: sums a count over all processes, so that every annotated entry weighs the same on
            whichever process it lies. The concordance of affect is each process's own.
        processes: number of processes; undoes their averaging of gradients.
    """

    settings: Losses
    expression_prior: Tensor
    total: Callable[[Tensor], Tensor]
    processes: int = 1

    def __call__(self, logits: Logits, targets: Targets) -> dict[str, Tensor]:
        """Compute the losses of B images.

        Returns:
            `loss`, the sum to minimise, and each task's mean loss by the name of its head.
        """
        sums = self._sums(logits, targets)
        means = {
            head: value * self.processes / self.total(count).clamp(min=1.0)
            for head, (value, count) in sums.items()
        }
        loss = sum(
            (getattr(self.settings, head) * mean for head, mean in means.items()),
            torch.zeros(()),
        )
        return {"loss": loss, **means}

    def _sums(self, logits: Logits, targets: Targets) -> Mapping[str, tuple[Tensor, Tensor]]:
        sums = {}
        if logits.expression is not None:
            adjusted = adjusted_logits(
                logits.expression, self.expression_prior, self.settings.logit_adjustment
            )
            sums["expression"] = expression_loss(
                adjusted, targets.expression, targets.expression_annotated
            )
        if logits.action_units is not None:
            sums["action_units"] = action_unit_loss(
                logits.action_units,
                targets.action_units,
                targets.action_units_annotated,
                targets.action_unit_weight,
            )
        if logits.affect is not None:
            sums["affect"] = affect_loss(logits.affect, targets.affect, targets.affect_annotated)
        return sums
