"""Watching for collapse: a network that answers the same for every face."""

import logging
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from facebehavior.labels import EXPRESSIONS
from facebehavior.network import Logits

_log = logging.getLogger(__name__)
_NEUTRAL = EXPRESSIONS.index("neutral")

EXTREME = 20.0
"""A mean prediction is extreme where it is this many times less, or leaves this many times less to
1, than the training labels do."""


@torch.no_grad()
def mean_predictions(logits: Logits) -> dict[str, float]:
    """Give the mean predicted rate of action units and the mean probability of neutral."""
    found = {}
    if logits.action_units is not None:
        found["action_unit_rate"] = float(torch.sigmoid(logits.action_units.float()).mean())
    if logits.expression is not None:
        probabilities = torch.softmax(logits.expression.float(), dim=1)
        found["neutral"] = float(probabilities[:, _NEUTRAL].mean())
    return found


class CollapseWatch:
    """Warns, once for each head, where mean predictions are at an extreme.

    Two heads that are made to agree agree most cheaply where every face is neutral and shows no
    action unit.

    Args:
        expression_prior: (7,) share of each expression among the training labels.
        action_unit_rates: (17,) share of the labels on which each action unit is active.
    """

    def __init__(
        self, expression_prior: NDArray[np.float64], action_unit_rates: NDArray[np.float64]
    ) -> None:
        self._expected = {
            "action_unit_rate": float(action_unit_rates.mean()),
            "neutral": float(expression_prior[_NEUTRAL]),
        }
        self._warned: set[str] = set()

    def see(self, step: int, found: Mapping[str, float]) -> None:
        """Look at the mean predictions of a step."""
        for name, value in found.items():
            expected = self._expected[name]
            if name not in self._warned and is_extreme(value, expected):
                self._warned.add(name)
                _log.warning(
                    "step %d: predictions collapse, %s is %.4f on average where the labels have "
                    "%.4f; lower the weights of the coupling or lengthen its warm-up",
                    step,
                    _MEANINGS[name],
                    value,
                    expected,
                )


def is_extreme(value: float, expected: float) -> bool:
    """Tell whether a mean prediction is far closer to 0 or 1 than the labels' mean is."""
    return value < expected / EXTREME or 1.0 - value < (1.0 - expected) / EXTREME


_MEANINGS = {
    "action_unit_rate": "the predicted rate of action units",
    "neutral": "the probability of neutral",
}
