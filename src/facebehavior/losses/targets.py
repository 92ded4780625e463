"""The labels of a batch as tensors with masks."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from facebehavior.labels import LabelArrays


@dataclass(frozen=True)
class Targets:
    """Labels of B images; where a mask is false the label beside it is 0 and means nothing.

    Attributes:
        expression: (B, 7) float32, a distribution over the expressions; rows sum to 1.
        expression_annotated: (B,) bool.
        action_units: (B, 17) float32, 0 or 1.
        action_units_annotated: (B, 17) bool.
        action_unit_weight: (B, 17) float32, 1 but for co-annotated entries.
        affect: (B, 2) float32, valence and arousal from -1 to 1.
        affect_annotated: (B, 2) bool.
    """

    expression: Tensor
    expression_annotated: Tensor
    action_units: Tensor
    action_units_annotated: Tensor
    action_unit_weight: Tensor
    affect: Tensor
    affect_annotated: Tensor

    def __len__(self) -> int:
        return len(self.expression)

    def __getitem__(self, index: slice | Tensor | NDArray[np.int64] | Sequence[int]) -> "Targets":
        """Choose images: a slice, indices (K,), or a boolean mask (B,)."""
        chosen = index if isinstance(index, slice) else torch.as_tensor(index)
        return Targets(**{name: getattr(self, name)[chosen] for name in _NAMES})

    @classmethod
    def from_arrays(cls, arrays: LabelArrays) -> "Targets":
        """Copy the label arrays of B images into tensors; every weight is 1."""
        action_units = _masked(arrays.action_units, arrays.action_units_annotated)
        return cls(
            expression=_masked(arrays.expression, arrays.expression_annotated[:, None]),
            expression_annotated=torch.tensor(arrays.expression_annotated),
            action_units=action_units,
            action_units_annotated=torch.tensor(arrays.action_units_annotated),
            action_unit_weight=torch.ones_like(action_units),
            affect=_masked(arrays.affect, arrays.affect_annotated),
            affect_annotated=torch.tensor(arrays.affect_annotated),
        )

    def to(self, device: torch.device | str) -> "Targets":
        """Give the same labels on another device."""
        return Targets(**{name: getattr(self, name).to(device) for name in _NAMES})


_NAMES = tuple(field.name for field in fields(Targets))


def join(targets: Sequence[Targets]) -> Targets:
    """Put batches one after the other.

    Raises:
        ValueError: there is no batch to join.
    """
    if not targets:
        raise ValueError("expected at least one batch of targets to join, found none")
    return Targets(**{name: torch.cat([getattr(t, name) for t in targets]) for name in _NAMES})


def _masked(values: NDArray[np.float32], annotated: NDArray[np.bool_]) -> Tensor:
    return torch.tensor(np.where(annotated, values, np.float32(0)), dtype=torch.float32)
