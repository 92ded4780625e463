"""Posterior co-annotation: how probable each expression is, given the action units of a face.

This project's variant of soft co-annotation. The published scores count the action units of an
expression that are active; they say nothing of those that are not, so that neutral, which has none,
is all but excluded for every face. Bayes' rule with the table as the likelihood counts both.
"""

import torch
from torch import Tensor, nn

from facebehavior.coupling.products import full_product
from facebehavior.losses import Targets, expression_loss
from facebehavior.relatedness import Relatedness

SMALLEST = 1e-3
"""The table and 1 minus the table are clipped to at least this: no action unit is impossible."""


def expression_posterior(active: Tensor, annotated: Tensor, table: Tensor, /) -> Tensor:
    """Give p(expression | annotated action units), all expressions equally likely beforehand.

    ``p(e | a)`` is proportional to ``prod_i W[e,i]^a_i (1 - W[e,i])^(1 - a_i)`` over the annotated
    i: action units are taken for independent within an expression (naive Bayes).

    Args:
        active: (B, 17), 0 or 1.
        annotated: (B, 17) bool; a row without any gives the uniform distribution.
        table: p(action unit | expression), (7, 17) from 0 to 1.

    Returns:
        (B, 7), rows that sum to 1.
    """
    table = table.clamp(SMALLEST, 1.0 - SMALLEST)
    shown = annotated.to(table) * active.to(table)
    missing = annotated.to(table) * (1.0 - active.to(table))
    scores = full_product(shown, table.log().T) + full_product(missing, (1.0 - table).log().T)
    return torch.softmax(scores, dim=1)


class PosteriorCoAnnotation(nn.Module):
    """The loss of the expression head on the posterior that the action units of a face imply.

    Args:
        table: p(action unit | expression) with every row filled; `relatedness.leaky` makes it of a
            table that has rows of zeros and ones.
        only_unlabelled: leave out images that have an expression label of their own.
    """

    def __init__(self, table: Relatedness, *, only_unlabelled: bool = True) -> None:
        super().__init__()
        self.only_unlabelled = only_unlabelled
        self.table: Tensor
        self.register_buffer("table", torch.tensor(table.values, dtype=torch.float32))

    def soft_labels(self, targets: Targets, table: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Give the soft labels of B images.

        Args:
            targets: the real labels.
            table: (7, 17) in the place of the object's own, such as one that is learned.

        Returns:
            (B, 7), rows that sum to 1; and (B,) bool, whether the image has one.
        """
        annotated = targets.action_units_annotated
        likelihood = self.table if table is None else table
        labels = expression_posterior(targets.action_units, annotated, likelihood)
        applies = annotated.any(dim=1)
        if self.only_unlabelled:
            applies = applies & ~targets.expression_annotated
        return labels, applies

    def forward(
        self, expression_logits: Tensor, targets: Targets, table: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Sum ``-sum_e t_e log p_e`` over the images that have a soft label.

        Args:
            expression_logits: (B, 7).
            targets: the real labels of B images.
            table: as for `soft_labels`.

        Returns:
            The sum, and how many images it is over, both (); exactly 0 with zero gradient where
            no image has a soft label.
        """
        labels, applies = self.soft_labels(targets, table)
        return expression_loss(expression_logits, labels, applies)
