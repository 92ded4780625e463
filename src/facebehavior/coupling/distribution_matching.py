"""Distribution matching: two heads are to agree on what a picture shows, without any label.

Kollias et al. 2021. The head of the first task implies, through the relatedness, probabilities for
the labels of the second: ``q_i = sum_e p(e|x) p(i|e)``. These are matched with what the second head
says. The tasks are expression and action units, or any pair of a softmax and a sigmoid head, such
as identity and attributes.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from facebehavior.coupling.divergences import FORMS, Implied
from facebehavior.coupling.products import full_product
from facebehavior.losses import at_least_float32
from facebehavior.relatedness import Relatedness, check_known

SMALLEST = 1e-6
"""q and 1 - q are clipped to at least this, so that a logarithm stays finite under a table of ones
and zeros; where they are clipped, no gradient reaches the first head."""

FIXED = ("none", "p", "q")
"""Which side is held fixed: p, what the second head says; or q, what the first implies."""

LEARNS = ("everywhere", "unlabelled")
"""Where a head learns by matching: on all its entries, or on those without a label of their own."""


def implied(logits: Tensor, table: Tensor, /) -> Implied:
    """Give the probabilities that the first head implies for the second task's labels.

    ``q_bi = sum_e softmax(logits_b)_e table[e, i]``

    Args:
        logits: (B, F); computed in float32 at least, whatever their type.
        table: (F, T) from 0 to 1.

    Returns:
        q and 1 - q, each (B, T) and at least 1e-6.
    """
    return mixture(torch.softmax(at_least_float32(logits), dim=1), table)


def mixture(probabilities: Tensor, table: Tensor, /) -> Implied:
    """Give ``q_bi = sum_e probabilities_be table[e, i]``, for (B, F) and (F, T), as `implied`."""
    table = table.to(probabilities)
    present = full_product(probabilities, table)
    absent = full_product(probabilities, 1.0 - table)
    return Implied(present.clamp(min=SMALLEST), absent.clamp(min=SMALLEST))


def flowing(values: Tensor, learns: Tensor, /) -> Tensor:
    """Let gradients pass only where the mask (of a shape that broadcasts) is true."""
    return torch.where(learns, values, values.detach())


class DistributionMatching(nn.Module):
    """The loss that makes a sigmoid head agree with what a softmax head implies.

    Columns of zeros in the table are left out: nothing is known of these labels.

    Args:
        table: p(label of the second task | label of the first), F x T.
        form: `kl`, `one_sided` (as printed) or `two_sided`; see `divergences`.
        fixed: `p`, `q` or `none`: the side that receives no gradient.
        learns: `everywhere`, or `unlabelled`: each head only where it has no label of its own.
        left_out: labels of the first task without which its probabilities are renormalised, such
            as neutral, whose empty row would else suppress every action unit.

    Raises:
        ValueError: a choice is not known.
        FaceBehaviorError: the table lacks a label that is to be left out.
    """

    def __init__(
        self,
        table: Relatedness,
        *,
        form: str = "kl",
        fixed: str = "none",
        learns: str = "everywhere",
        left_out: Sequence[str] = (),
    ) -> None:
        super().__init__()
        for value, known in ((form, tuple(FORMS)), (fixed, FIXED), (learns, LEARNS)):
            if value not in known:
                raise ValueError(f"expected one of {', '.join(known)}, found {value!r}")
        check_known(left_out, table.from_labels, table.source)
        self.form, self.fixed, self.learns = form, fixed, learns
        kept = [row for row, name in enumerate(table.from_labels) if name not in left_out]
        values = torch.tensor(table.values, dtype=torch.float32)[kept]
        self.kept: Tensor | None
        self.table: Tensor
        self.matched: Tensor
        self.register_buffer("kept", torch.tensor(kept) if left_out else None)
        self.register_buffer("table", values)
        self.register_buffer("matched", (values > 0).any(dim=0))

    def implied(self, from_logits: Tensor, table: Tensor | None = None) -> Implied:
        """Give q and 1 - q for the first head's logits (B, F), by another table (F, T) if given."""
        if self.kept is None:
            return implied(from_logits, self.table if table is None else table)
        rows = self.table if table is None else table[self.kept]
        return implied(from_logits[:, self.kept], rows)

    def forward(
        self,
        from_logits: Tensor,
        to_logits: Tensor,
        from_annotated: Tensor | None = None,
        to_annotated: Tensor | None = None,
        table: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Sum, over B images, the sum of the divergences of all matched labels.

        Args:
            from_logits: (B, F), before softmax.
            to_logits: (B, T), before sigmoid.
            from_annotated: (B,) bool; needed where heads learn on `unlabelled` entries alone.
            to_annotated: (B, T) bool; likewise.
            table: (F, T) in the place of the object's own, such as one that is learned.

        Returns:
            The sum, and the number of images, both (). The value does not depend on which side
            is fixed; only the gradient does, which is exactly 0 on a fixed side.

        Raises:
            ValueError: a mask is needed and missing.
        """
        if self.fixed == "q":
            from_logits = from_logits.detach()
        if self.fixed == "p":
            to_logits = to_logits.detach()
        if self.learns == "unlabelled":
            if from_annotated is None or to_annotated is None:
                raise ValueError("expected the masks of both tasks to match on unlabelled entries")
            from_logits = flowing(from_logits, ~from_annotated[:, None])
            to_logits = flowing(to_logits, ~to_annotated)
        divergence = FORMS[self.form](at_least_float32(to_logits), self.implied(from_logits, table))
        total = torch.where(self.matched, divergence, 0.0).sum()
        return total, total.new_tensor(float(len(from_logits)))
