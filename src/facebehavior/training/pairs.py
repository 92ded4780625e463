"""A pair of tasks, seen as the couplings see expression and action units."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from facebehavior.losses import Targets, TaskTargets
from facebehavior.network import Logits


@dataclass(frozen=True)
class Pair:
    """Two tasks that teach one another.

    Attributes:
        first: a task whose labels exclude one another.
        second: a task whose labels are each present or not.
    """

    first: str = "expression"
    second: str = "action_units"

    @property
    def prefix(self) -> str:
        """What the names of the pair's losses begin with; nothing for the usual pair."""
        return "" if self == Pair() else f"{self.first}_{self.second}_"

    def logits(self, logits: Logits) -> tuple[Tensor, Tensor]:
        """Give what the two heads say of B pictures, (B, F) and (B, T)."""
        first, second = logits.of(self.first), logits.of(self.second)
        assert first is not None
        assert second is not None
        return first, second

    def seen(self, targets: Targets, classes: int) -> Targets:
        """Give the pair's labels of B pictures in the places of expression and action units.

        Args:
            targets: of all tasks.
            classes: F, labels of the first task.
        """
        if self.first != "expression":
            first = targets.further[self.first]
            places = torch.where(first.annotated, first.values, 0)
            labels = one_hot(places, classes).to(targets.expression)
            targets = replace(
                targets,
                expression=torch.where(first.annotated[:, None], labels, 0.0),
                expression_annotated=first.annotated,
            )
        if self.second != "action_units":
            second = targets.further[self.second]
            targets = replace(
                targets,
                action_units=second.values,
                action_units_annotated=second.annotated,
                action_unit_weight=second.weight,
            )
        return targets

    def returned(self, seen: Targets, targets: Targets) -> Targets:
        """Put the pair's labels back, as `seen` has them after co-annotation."""
        further = dict(targets.further)
        if self.first == "expression":
            targets = replace(
                targets,
                expression=seen.expression,
                expression_annotated=seen.expression_annotated,
            )
        else:
            places = seen.expression.argmax(dim=1)
            annotated = seen.expression_annotated
            weight = further[self.first].weight
            further[self.first] = TaskTargets(places, annotated, weight)
        if self.second == "action_units":
            targets = replace(
                targets,
                action_units=seen.action_units,
                action_units_annotated=seen.action_units_annotated,
                action_unit_weight=seen.action_unit_weight,
            )
        else:
            further[self.second] = TaskTargets(
                seen.action_units, seen.action_units_annotated, seen.action_unit_weight
            )
        return replace(targets, further=further)
