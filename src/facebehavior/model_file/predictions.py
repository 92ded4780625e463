"""What a model says about faces."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.labels import ACTION_UNITS, AFFECT, EXPRESSIONS


@dataclass(frozen=True, eq=False)
class Predictions:
    """What one model says about N faces; None for a head that the model lacks.

    Attributes:
        expression: (N, 7) float32 probabilities in the order of `EXPRESSIONS`, each row's sum 1.
        action_units: (N, 17) float32 probabilities in the order of `ACTION_UNITS`.
        affect: (N, 2) float32 valence and arousal from -1 to 1.

    Raises:
        ValueError: an array has another shape, or the arrays differ in N.
    """

    expression: NDArray[np.float32] | None = None
    action_units: NDArray[np.float32] | None = None
    affect: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        widths = {
            "expression": len(EXPRESSIONS),
            "action_units": len(ACTION_UNITS),
            "affect": len(AFFECT),
        }
        counts = set()
        for name, width in widths.items():
            values = getattr(self, name)
            if values is None:
                continue
            if values.ndim != 2 or values.shape[1] != width:
                raise ValueError(f"{name} should have shape (N, {width}), found {values.shape}")
            counts.add(len(values))
        if len(counts) > 1:
            raise ValueError(f"all heads should predict for the same N faces, found {counts}")

    def __len__(self) -> int:
        for values in (self.expression, self.action_units, self.affect):
            if values is not None:
                return len(values)
        return 0

    def __getitem__(self, rows: slice | NDArray[np.integer | np.bool_]) -> "Predictions":
        """Give the predictions for some of the faces, by a slice, indices or a mask (N,)."""
        return Predictions(
            expression=None if self.expression is None else self.expression[rows],
            action_units=None if self.action_units is None else self.action_units[rows],
            affect=None if self.affect is None else self.affect[rows],
        )


def join(parts: Sequence[Predictions]) -> Predictions:
    """Put predictions of one model under one another.

    Args:
        parts: at least one, all with the same heads.

    Raises:
        ValueError: there is no part, or the parts have different heads.
    """
    if not parts:
        raise ValueError("expected at least one part to join, found none")
    return Predictions(
        expression=_joined([part.expression for part in parts]),
        action_units=_joined([part.action_units for part in parts]),
        affect=_joined([part.affect for part in parts]),
    )


def _joined(parts: Sequence[NDArray[np.float32] | None]) -> NDArray[np.float32] | None:
    present = [part for part in parts if part is not None]
    if not present:
        return None
    if len(present) < len(parts):
        raise ValueError("expected parts with the same heads, found one without a head of another")
    return np.concatenate(present)
