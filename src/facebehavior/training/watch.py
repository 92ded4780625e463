"""Watching for collapse: a network that answers the same for every face."""

import logging

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from facebehavior.labels import EXPRESSIONS
from facebehavior.network import Logits

_log = logging.getLogger(__name__)
_NEUTRAL = EXPRESSIONS.index("neutral")

EXTREME = 10.0
"""A mean prediction is extreme where it is this many times less, or leaves this many times less to
1, than the training labels do."""

_MEANINGS = {
    "action_unit_rate": "the predicted rate of action units",
    "neutral": "the probability of neutral",
}


class CollapseWatch:
    """Warns, once for each head, where mean predictions are at an extreme.

    Two heads that are made to agree agree most cheaply where every face is neutral and shows no
    action unit. The action unit head has collapsed where most of its units are at an extreme.

    Args:
        expression_prior: (7,) share of each expression among the training labels.
        action_unit_rates: (17,) share of the labels on which each action unit is active; units
            with 0 are not looked at, since without labels nothing is expected of them.
    """

    def __init__(
        self, expression_prior: NDArray[np.float64], action_unit_rates: NDArray[np.float64]
    ) -> None:
        self._units = np.flatnonzero(action_unit_rates > 0.0)
        self._rates = action_unit_rates[self._units]
        self._neutral = float(expression_prior[_NEUTRAL])
        self._warned: set[str] = set()

    @torch.no_grad()
    def see(self, step: int, logits: Logits) -> dict[str, float]:
        """Look at the predictions of a step.

        Args:
            step: its number, for the warning.
            logits: of B faces.

        Returns:
            The mean predicted rate of action units and the mean probability of neutral, of those
            that there are.
        """
        found = {}
        if logits.action_units is not None and len(self._units):
            mean = torch.sigmoid(logits.action_units.float()).mean(dim=0).cpu().numpy()
            rates = mean[self._units]
            found["action_unit_rate"] = float(rates.mean())
            if is_extreme(rates, self._rates).mean() > 0.5:
                self._warn(step, "action_unit_rate", rates.mean(), self._rates.mean())
        if logits.expression is not None:
            probabilities = torch.softmax(logits.expression.float(), dim=1)
            found["neutral"] = float(probabilities[:, _NEUTRAL].mean())
            if is_extreme(found["neutral"], self._neutral).all():
                self._warn(step, "neutral", found["neutral"], self._neutral)
        return found

    def _warn(self, step: int, name: str, value: float, expected: float) -> None:
        if name in self._warned:
            return
        self._warned.add(name)
        _log.warning(
            "step %d: predictions collapse, %s is %.4f on average where the labels have %.4f; "
            "where tasks are coupled, lower the weights or lengthen the warm-up",
            step,
            _MEANINGS[name],
            value,
            expected,
        )


def is_extreme(value: ArrayLike, expected: ArrayLike) -> NDArray[np.bool_]:
    """Tell whether mean predictions are far closer to 0 or 1 than the labels' means are."""
    value, expected = np.asarray(value), np.asarray(expected)
    low = value < expected / EXTREME
    return np.asarray(low | (1.0 - value < (1.0 - expected) / EXTREME))
