"""The labels of a batch as tensors with masks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from facebehavior.labels import LabelArrays, TaskLabels

Index = slice | Tensor | NDArray[np.int64] | Sequence[int]


@dataclass(frozen=True)
class TaskTargets:
    """The labels of one further task on B images.

    Attributes:
        values: (B,) int64 places in the vocabulary; (B, L) float32, 0 or 1; or (B, D) float32
            directions of length 1.
        annotated: bool, (B,), or (B, L) where the labels are known one by one; where it is false
            the label means nothing.
        weight: (B, L) float32 where there are several labels, 1 but for co-annotated entries.
    """

    values: Tensor
    annotated: Tensor
    weight: Tensor


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
        further: the labels of other tasks, by name.
    """

    expression: Tensor
    expression_annotated: Tensor
    action_units: Tensor
    action_units_annotated: Tensor
    action_unit_weight: Tensor
    affect: Tensor
    affect_annotated: Tensor
    further: Mapping[str, TaskTargets] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.expression)

    def __getitem__(self, index: Index) -> "Targets":
        """Choose images: a slice, indices (K,), or a boolean mask (B,)."""
        chosen = index if isinstance(index, slice) else torch.as_tensor(index)
        return self._with(lambda tensor: tensor[chosen])

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
            further={name: _task_targets(labels) for name, labels in arrays.further.items()},
        )

    def to(self, device: torch.device | str) -> "Targets":
        """Give the same labels on another device."""
        return self._with(lambda tensor: tensor.to(device))

    def _with(self, change: Callable[[Tensor], Tensor]) -> "Targets":
        """Give the same labels with every tensor changed."""
        further = {
            name: TaskTargets(change(one.values), change(one.annotated), change(one.weight))
            for name, one in self.further.items()
        }
        return Targets(**{name: change(getattr(self, name)) for name in _NAMES}, further=further)


_NAMES = tuple(one.name for one in fields(Targets) if one.name != "further")


def join(targets: Sequence[Targets]) -> Targets:
    """Put batches one after the other.

    Raises:
        ValueError: there is no batch to join.
    """
    if not targets:
        raise ValueError("expected at least one batch of targets to join, found none")
    further = {
        name: TaskTargets(
            *(
                torch.cat([getattr(one.further[name], part.name) for one in targets])
                for part in fields(TaskTargets)
            )
        )
        for name in targets[0].further
    }
    behaviour = {name: torch.cat([getattr(one, name) for one in targets]) for name in _NAMES}
    return Targets(**behaviour, further=further)


def _task_targets(labels: TaskLabels) -> TaskTargets:
    annotated = torch.tensor(labels.annotated)
    if labels.values.ndim == 1:
        values = torch.tensor(labels.values)
        return TaskTargets(values, annotated, torch.ones(len(values)))
    if labels.annotated.ndim == 1:
        directions = torch.tensor(labels.values)
        return TaskTargets(directions, annotated, torch.ones(len(directions)))
    values = torch.tensor(np.where(labels.annotated, labels.values, 0), dtype=torch.float32)
    return TaskTargets(values, annotated, torch.ones_like(values))


def _masked(values: NDArray[np.float32], annotated: NDArray[np.bool_]) -> Tensor:
    return torch.tensor(np.where(annotated, values, np.float32(0)), dtype=torch.float32)
