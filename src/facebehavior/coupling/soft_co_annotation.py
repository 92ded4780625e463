"""Soft co-annotation: a distribution over expressions from the action units of a face.

Kollias et al. 2021: the score of an expression is the weighted share of its action units that are
active; the soft label is the softmax of the scores, and the network is trained on it with cross
entropy, as in distillation.
"""

import torch
from torch import Tensor, nn

from facebehavior.coupling.products import full_product
from facebehavior.labels import EXPRESSIONS
from facebehavior.losses import Targets, expression_loss
from facebehavior.relatedness import Relatedness

UNANNOTATED = ("renormalised", "counted_as_zero")
WITHOUT_ACTIVE = ("left_out", "uniform", "neutral")
_NEUTRAL = EXPRESSIONS.index("neutral")


def scores_over_annotated(
    active: Tensor, annotated: Tensor, table: Tensor, min_coverage: float, /
) -> Tensor:
    """Score expressions over the annotated action units alone.

    ``s_be = sum_i annotated_bi W[e,i] active_bi / sum_i annotated_bi W[e,i]``, and 0 where less
    than `min_coverage` of the row's sum is annotated, or the row is zero.

    Args:
        active: (B, 17), 0 or 1.
        annotated: (B, 17) bool.
        table: (7, 17) from 0 to 1.
        min_coverage: from 0 to 1.

    Returns:
        (B, 7) from 0 to 1.
    """
    known = annotated.to(table)
    covered = full_product(known, table.T)
    scores = full_product(known * active.to(table), table.T) / covered.clamp(min=_TINY)
    # Rounding must not decide where exactly the required share is annotated.
    enough = covered >= min_coverage * table.sum(dim=1) - 1e-6
    return torch.where(enough & (covered > 0), scores, 0.0).clamp(max=1.0)


def scores_counting_as_zero(active: Tensor, annotated: Tensor, table: Tensor, /) -> Tensor:
    """Score expressions with every action unit that is not annotated taken for inactive.

    ``s_be = sum_i annotated_bi W[e,i] active_bi / sum_i W[e,i]``, and 0 where the row is zero.

    Args:
        active: (B, 17), 0 or 1.
        annotated: (B, 17) bool.
        table: (7, 17) from 0 to 1.

    Returns:
        (B, 7) from 0 to 1.
    """
    shown = annotated.to(table) * active.to(table)
    return (full_product(shown, table.T) / table.sum(dim=1).clamp(min=_TINY)).clamp(max=1.0)


def soft_expressions(scores: Tensor, temperature: float, /) -> Tensor:
    """Turn scores (B, 7) into distributions: ``softmax(scores / temperature)``.

    Without one (1), as printed, a perfectly happy face gets .29 for happiness; lower ones
    sharpen it.
    """
    return torch.softmax(scores / temperature, dim=1)


class SoftCoAnnotation(nn.Module):
    """The loss of the expression head on soft labels that the action units of a face imply.

    Args:
        table: p(action unit | expression).
        temperature: above 0.
        unannotated: `renormalised` scores over annotated action units alone;
            `counted_as_zero` takes the others for inactive.
        min_coverage: with `renormalised`, expressions of which less is annotated score 0.
        without_active: what a face without an active action unit is: `left_out` of the loss, as
            are faces whose active action units belong to no expression, of which a soft label
            would say just as little; the `uniform` one that the formula gives; or `neutral`.
        only_unlabelled: leave out images that have an expression label of their own.

    Raises:
        ValueError: a choice is not known, or a number out of range.
    """

    def __init__(
        self,
        table: Relatedness,
        *,
        temperature: float = 0.2,
        unannotated: str = "renormalised",
        min_coverage: float = 0.5,
        without_active: str = "left_out",
        only_unlabelled: bool = False,
    ) -> None:
        super().__init__()
        for value, known in ((unannotated, UNANNOTATED), (without_active, WITHOUT_ACTIVE)):
            if value not in known:
                raise ValueError(f"expected one of {', '.join(known)}, found {value!r}")
        if temperature <= 0.0 or not 0.0 <= min_coverage <= 1.0:
            raise ValueError(
                "expected a temperature above 0 and min_coverage from 0 to 1, found "
                f"{temperature} and {min_coverage}"
            )
        self.temperature, self.min_coverage = temperature, min_coverage
        self.unannotated, self.without_active = unannotated, without_active
        self.only_unlabelled = only_unlabelled
        self.table: Tensor
        self.register_buffer("table", torch.tensor(table.values, dtype=torch.float32))

    def soft_labels(self, targets: Targets) -> tuple[Tensor, Tensor]:
        """Give the soft labels of B images.

        Returns:
            (B, 7), rows that sum to 1; and (B,) bool, whether the image has one.
        """
        active, annotated = targets.action_units, targets.action_units_annotated
        if self.unannotated == "renormalised":
            scores = scores_over_annotated(active, annotated, self.table, self.min_coverage)
        else:
            scores = scores_counting_as_zero(active, annotated, self.table)
        labels = soft_expressions(scores, self.temperature)
        applies = annotated.any(dim=1)
        if self.without_active == "left_out":
            applies = applies & (scores > 0).any(dim=1)
        elif self.without_active == "neutral":
            shows = (annotated & (active > 0.5)).any(dim=1)
            neutral = nn.functional.one_hot(torch.tensor(_NEUTRAL), labels.shape[1])
            labels = torch.where(shows[:, None], labels, neutral.to(labels))
        if self.only_unlabelled:
            applies = applies & ~targets.expression_annotated
        return labels, applies

    def forward(self, expression_logits: Tensor, targets: Targets) -> tuple[Tensor, Tensor]:
        """Sum ``-sum_e t_e log p_e`` over the images that have a soft label.

        Args:
            expression_logits: (B, 7).
            targets: the real labels of B images.

        Returns:
            The sum, and how many images it is over, both (); exactly 0 with zero gradient where
            no image has a soft label.
        """
        labels, applies = self.soft_labels(targets)
        return expression_loss(expression_logits, labels, applies)


_TINY = 1e-12
"""Keeps 0 / 0 from being NaN; a real row's sum is at least a thousandth."""
