"""What one step minimises: the supervised losses and those of the couplings."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from facebehavior.coupling import LearnedTable
from facebehavior.labels import IDENTITY
from facebehavior.losses import (
    Moments,
    Targets,
    TaskTargets,
    action_unit_loss,
    adjusted_logits,
    affect_loss_from_moments,
    at_least_float32,
    class_loss,
    direction_loss,
    expression_loss,
    margin_logits,
    sum_moments,
)
from facebehavior.network import Logits
from facebehavior.training.configuration import Losses
from facebehavior.training.coupled import Couplings

Sums = dict[str, tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Objective:
    """The weighted sum of the losses of the tasks that the network has heads for.

    The gradients of several processes, averaged as they are by DDP, are those of one process with
    the joined batch: every annotated entry weighs the same on whichever process it lies, and the
    concordance of affect is that of the joined batch.

    Attributes:
        settings: weights and logit adjustment.
        expression_prior: (7,) share of each expression among the training labels.
        total: sums a tensor over all processes; gives a new tensor, without gradient.
        processes: number of processes; undoes their averaging of gradients.
        couplings: one object a pair of tasks that teach one another.
    """

    settings: Losses
    expression_prior: Tensor
    total: Callable[[Tensor], Tensor]
    processes: int = 1
    couplings: tuple[Couplings, ...] = ()

    def __call__(
        self, logits: Logits, targets: Targets, progress: float = 1.0
    ) -> dict[str, Tensor]:
        """Compute the losses of B images.

        Args:
            logits: of the heads.
            targets: the real labels.
            progress: share of the run that is done, 0 to 1; couplings are warmed up by it.

        Returns:
            `loss`, the sum to minimise, and each loss by the name of its head or coupling.
        """
        labels = targets
        for coupling in self.couplings:
            labels = coupling.labels(labels)
        sums = self._supervised(logits, labels)
        scaled = self._scaled(logits)
        for coupling in self.couplings:
            sums |= coupling.sums(scaled, targets)
        losses = self._means(sums)
        if logits.affect is not None:
            losses["affect"] = self._affect(logits.affect, labels)
        weighted = (self._weight(name, progress) * value for name, value in losses.items())
        loss = sum(weighted, torch.zeros(()))
        return {"loss": loss, **losses}

    def learned(self) -> list[LearnedTable]:
        """List the tables that are learned."""
        found = (one.learned_table for one in self.couplings)
        return [table for table in found if table is not None]

    def fingerprint(self) -> str:
        """Give what, besides batches and configuration, decides the losses."""
        return "".join(coupling.fingerprint() for coupling in self.couplings)

    def _weight(self, name: str, progress: float) -> float:
        for coupling in self.couplings:
            if name in coupling.weights:
                return coupling.ramp(progress) * coupling.weights[name]
        return self.settings.weight(name)

    def _scaled(self, logits: Logits) -> Logits:
        """Turn the cosines between faces and people into logits."""
        if "identity" not in logits.further:
            return logits
        identity = self.settings.identity_scale * at_least_float32(logits.further["identity"])
        return logits._replace(further={**logits.further, "identity": identity})

    def _supervised(self, logits: Logits, labels: Targets) -> Sums:
        sums = {}
        if logits.expression is not None:
            adjusted = adjusted_logits(
                logits.expression, self.expression_prior, self.settings.logit_adjustment
            )
            sums["expression"] = expression_loss(
                adjusted, labels.expression, labels.expression_annotated
            )
        if logits.action_units is not None:
            sums["action_units"] = action_unit_loss(
                logits.action_units,
                labels.action_units,
                labels.action_units_annotated,
                labels.action_unit_weight,
            )
        for name, values in logits.further.items():
            if name in labels.further:
                sums[name] = self._further(name, values, labels.further[name])
        return sums

    def _further(self, name: str, logits: Tensor, labels: TaskTargets) -> tuple[Tensor, Tensor]:
        if labels.values.ndim != labels.annotated.ndim:
            return direction_loss(logits, labels.values, labels.annotated)
        if labels.values.ndim == 2:
            return action_unit_loss(logits, labels.values, labels.annotated, labels.weight)
        if name == IDENTITY:
            margin, scale = self.settings.identity_margin, self.settings.identity_scale
            logits = margin_logits(logits, labels.values, labels.annotated, margin, scale)
        return class_loss(logits, labels.values, labels.annotated)

    def _means(self, sums: Sums) -> dict[str, Tensor]:
        """Divide each sum by its count over all processes, which is asked for once for all."""
        if not sums:
            return {}
        counts = self.total(torch.stack([count.double() for _, count in sums.values()]))
        shares = self.processes / counts.clamp(min=1.0)
        return {
            name: value * share.to(value.dtype)
            for (name, (value, _)), share in zip(sums.items(), shares, strict=True)
        }

    def _affect(self, prediction: Tensor, labels: Targets) -> Tensor:
        """Give the loss of the joined batch, with the gradient of this process's part of it."""
        own = sum_moments(prediction, labels.affect, labels.affect_annotated).stacked()
        everywhere = own + (self.total(own) - own.detach())
        total, count = affect_loss_from_moments(Moments.of_stacked(everywhere))
        mean = total / count.clamp(min=1.0)
        # The value is the same on all processes; only its gradient is averaged over them.
        scaled = self.processes * mean
        return (scaled - (scaled - mean).detach()).to(at_least_float32(prediction).dtype)
