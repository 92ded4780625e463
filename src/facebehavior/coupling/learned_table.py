"""A table that is learned in training, with the experts' table as its prior.

This project's own. Where no picture has labels of both tasks, the table can still be fitted: the
first head says how probable each label of its task is, the table what follows for the second task,
and the second task's labels whether that is so.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from facebehavior.coupling.distribution_matching import mixture
from facebehavior.losses import Targets, at_least_float32
from facebehavior.relatedness import Relatedness

SMALLEST = 1e-3
"""The prior and 1 minus the prior are clipped to at least this: a logit is finite."""


class LearnedTable(nn.Module):
    """p(label of the second task | label of the first), one logit a cell.

    Nothing but labels of the second task and the prior moves it. The couplings that read it send it
    no gradient: two heads would else agree most cheaply on a table that says nothing.

    Args:
        prior: where the table starts, F x T. Columns of zeros are never learned.
        rate: step in logits for a unit of gradient of one row; a row has 1 / F of the whole.

    Attributes:
        logits: (F, T) of the table, for the columns that are learned.
    """

    def __init__(self, prior: Relatedness, *, rate: float = 0.05) -> None:
        super().__init__()
        self.source, self.rate = prior, rate
        values = torch.tensor(prior.values, dtype=torch.float32)
        self.prior: Tensor
        self.prior_logits: Tensor
        self.learnable: Tensor
        self.register_buffer("prior", values)
        self.register_buffer("prior_logits", values.clamp(SMALLEST, 1.0 - SMALLEST).logit())
        self.register_buffer("learnable", (values > 0).any(dim=0))
        self.logits = nn.Parameter(self.prior_logits.clone())

    def table(self) -> Tensor:
        """Give the table as it is now; (F, T) from 0 to 1, the prior's where nothing is learned."""
        return torch.where(self.learnable, torch.sigmoid(self.logits), self.prior)

    def fit(self, from_logits: Tensor, targets: Targets) -> tuple[Tensor, Tensor]:
        """Sum how badly the table foretells the second task's labels of B images.

        ``-sum_i [a_bi log q_bi + (1 - a_bi) log(1 - q_bi)]`` over the annotated i, with
        ``q_bi = sum_e p_be W[e, i]``; p is the image's own label of the first task where it has
        one, else what the first head says, which receives no gradient.

        Args:
            from_logits: (B, F) of the first head; computed in float32 at least.
            targets: the real labels, those of the pair in the places of expression and action
                units.

        Returns:
            The sum, and how many images it is over, both (). A cell has no gradient where no image
            has its label of the second task annotated.
        """
        said = torch.softmax(at_least_float32(from_logits.detach()), dim=1)
        known = targets.expression_annotated[:, None]
        q = mixture(torch.where(known, targets.expression.to(said), said), self.table())
        active = targets.action_units.to(said)
        misses = -(active * q.present.log() + (1.0 - active) * q.absent.log())
        speaks = targets.action_units_annotated & self.learnable
        total = torch.where(speaks, misses, 0.0).sum()
        return total, speaks.any(dim=1).to(total).sum()

    def distance(self) -> tuple[Tensor, Tensor]:
        """Give how far the table is from its prior, and 1, both ().

        ``sum_i KL(prior[e, i] || W[e, i])``, the mean over the rows e: what as many images of every
        label of the first task would ask for, if they followed the prior.
        """
        prior = torch.sigmoid(self.prior_logits)
        present = prior * (logsigmoid(self.prior_logits) - logsigmoid(self.logits))
        absent = (1.0 - prior) * (logsigmoid(-self.prior_logits) - logsigmoid(-self.logits))
        cells = torch.where(self.learnable, present + absent, 0.0)
        return cells.sum() / len(cells), cells.new_ones(())

    @torch.no_grad()
    def move(self) -> None:
        """Follow the gradient one step, and forget it."""
        if self.logits.grad is not None:
            self.logits.sub_(self.rate * len(self.logits) * self.logits.grad)
            self.logits.grad = None

    def relatedness(self) -> Relatedness:
        """Give the table as it is now, to be saved and looked at."""
        prior = self.source
        values = self.table().detach().double().cpu().numpy()
        source = f"{prior.source}; learned in training"
        return Relatedness(prior.from_labels, prior.to_labels, values, source)
