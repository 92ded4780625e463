"""Co-annotation: labels of one task are turned into labels of the other, before any loss.

Kollias et al. 2019 and 2021. That a real label always wins is this project's choice: action units
are filled in only where they are not annotated, an expression only where there is none.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from facebehavior.losses import Targets
from facebehavior.relatedness import Relatedness

REQUIREMENTS = ("all", "prototypical")
"""Which action units a face must show to be given an expression."""


def fill_action_units(targets: Targets, table: Tensor, /) -> Targets:
    """Enforce the related action units of each labelled expression to be active.

    ``annotated_bi = 1, active_bi = 1, weight_bi = W[e_b, i]`` where ``W[e_b, i] > 0`` and action
    unit i is not annotated. It never makes an action unit inactive, and neutral, whose row is
    zero, receives nothing. A distribution of votes counts as its greatest entry.

    Args:
        targets: of B images.
        table: (7, 17) from 0 to 1.

    Returns:
        The same labels with more action units.
    """
    related = table.to(targets.action_unit_weight)[targets.expression.argmax(dim=1)]
    filled = targets.expression_annotated[:, None] & ~targets.action_units_annotated & (related > 0)
    return replace(
        targets,
        action_units=torch.where(filled, 1.0, targets.action_units),
        action_units_annotated=targets.action_units_annotated | filled,
        action_unit_weight=torch.where(filled, related, targets.action_unit_weight),
    )


def assign_expressions(targets: Targets, required: Tensor, rank: Tensor, /) -> Targets:
    """Label each face that shows all required action units of an expression with it.

    Every required action unit must be annotated and active. Where several expressions qualify,
    the one with the greatest rank wins.

    Args:
        targets: of B images.
        required: (7, 17) bool. An expression that requires nothing is never assigned.
        rank: (7,) different positive numbers.

    Returns:
        The same labels with more expressions.
    """
    active = targets.action_units_annotated & (targets.action_units > 0.5)
    # A count of the required action units that are not seen active, as one product of matrices.
    missing = (~active).to(rank) @ required.to(rank).T
    qualifies = (missing == 0) & required.any(dim=1)
    best = torch.where(qualifies, rank, 0.0).argmax(dim=1)
    assigned = qualifies.any(dim=1) & ~targets.expression_annotated
    one_hot = nn.functional.one_hot(best, len(rank)).to(targets.expression)
    return replace(
        targets,
        expression=torch.where(assigned[:, None], one_hot, targets.expression),
        expression_annotated=targets.expression_annotated | assigned,
    )


def assignment_rank(table: Relatedness) -> Tensor:
    """Rank expressions by how much they require: (7,) different numbers from 1 to 7.

    By the number of related action units, then by the sum of the row, then by their order.
    """
    values = torch.tensor(table.values)
    numbers, sums = (values > 0).sum(dim=1).tolist(), values.sum(dim=1).tolist()
    places = range(len(numbers))
    by_requirement = sorted(places, key=lambda e: (numbers[e], round(sums[e], 9), -e))
    rank = torch.zeros(len(numbers))
    rank[by_requirement] = torch.arange(1.0, len(numbers) + 1.0)
    return rank


class CoAnnotation(nn.Module):
    """Both directions of co-annotation, each of which can be left out.

    Args:
        table: p(action unit | expression); its values are the weights of what is filled in.
        to_action_units: fill in the action units of labelled expressions.
        to_expression: label faces with the expression whose action units they show.
        requirement: `all` related action units, as the paper has it, or the `prototypical` alone.

    Raises:
        ValueError: there is no such requirement.
    """

    def __init__(
        self,
        table: Relatedness,
        *,
        to_action_units: bool = True,
        to_expression: bool = True,
        requirement: str = "all",
    ) -> None:
        super().__init__()
        if requirement not in REQUIREMENTS:
            raise ValueError(f"expected one of {', '.join(REQUIREMENTS)}, found {requirement!r}")
        self.to_action_units, self.to_expression = to_action_units, to_expression
        required = table.related if requirement == "all" else table.prototypical
        self.table: Tensor
        self.required: Tensor
        self.rank: Tensor
        self.register_buffer("table", torch.tensor(table.values, dtype=torch.float32))
        self.register_buffer("required", torch.tensor(required))
        self.register_buffer("rank", assignment_rank(table))

    def forward(self, targets: Targets) -> Targets:
        """Give the labels of B images with those that follow from the other task."""
        # Both start from the real labels: nothing follows from what has only been inferred.
        units, expressions = targets, targets
        if self.to_action_units:
            units = fill_action_units(targets, self.table)
        if self.to_expression:
            expressions = assign_expressions(targets, self.required, self.rank)
        return replace(
            units,
            expression=expressions.expression,
            expression_annotated=expressions.expression_annotated,
        )
