"""The moments of predictions and labels, as sums that add up over parts of a batch."""

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from facebehavior.losses.masking import silenced


@dataclass(frozen=True)
class Moments:
    """Sums over the annotated samples, from which the population moments follow.

    They are sums, so those of several parts of a batch, or of several processes, add up to those
    of the whole, before any quotient is taken. They are float64: a float32's square is exact in
    it, so that little is lost when the squared mean is subtracted from the mean square.

    Attributes:
        count: (2,) how many samples are annotated, for valence and arousal.
        prediction: (2,) sum of the predictions.
        target: (2,) sum of the labels.
        prediction_squared: (2,) sum of the squared predictions.
        target_squared: (2,) sum of the squared labels.
        product: (2,) sum of prediction times label.
    """

    count: Tensor
    prediction: Tensor
    target: Tensor
    prediction_squared: Tensor
    target_squared: Tensor
    product: Tensor

    def stacked(self) -> Tensor:
        """Give all sums as one tensor (6, 2), to be added up over processes at once."""
        return torch.stack([getattr(self, field.name) for field in fields(self)])

    @classmethod
    def of_stacked(cls, sums: Tensor) -> "Moments":
        """Take apart what `stacked` put together."""
        return cls(*sums.unbind())

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            self.count + other.count,
            self.prediction + other.prediction,
            self.target + other.target,
            self.prediction_squared + other.prediction_squared,
            self.target_squared + other.target_squared,
            self.product + other.product,
        )


def sum_moments(prediction: Tensor, target: Tensor, annotated: Tensor, /) -> Moments:
    """Sum up what the concordance of a batch needs.

    Args:
        prediction: (B, 2).
        target: (B, 2). Entries that are not annotated have no influence.
        annotated: (B, 2) bool.
    """
    prediction = silenced(prediction.to(torch.float64), annotated)
    target = silenced(target.to(torch.float64), annotated)
    return Moments(
        count=annotated.sum(dim=0).to(torch.float64),
        prediction=prediction.sum(dim=0),
        target=target.sum(dim=0),
        prediction_squared=prediction.square().sum(dim=0),
        target_squared=target.square().sum(dim=0),
        product=(prediction * target).sum(dim=0),
    )
