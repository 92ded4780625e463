"""A manifest's labels as arrays with masks."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from facebehavior.labels.action_units import ACTION_UNIT_COLUMNS
from facebehavior.labels.affect import AFFECT
from facebehavior.labels.expressions import EXPRESSIONS, VOTE_EXPRESSIONS
from facebehavior.labels.manifest import Manifest
from facebehavior.labels.tasks import Task, TaskLabels, task_labels


@dataclass(frozen=True)
class LabelArrays:
    """Labels of N images; where a mask is false the label beside it is 0 and means nothing.

    Attributes:
        expression: (N, 7) float32, a distribution over the expressions: the shares of the votes
            where there are votes, else 1 at the label.
        expression_annotated: (N,) bool.
        action_units: (N, 17) float32, 0 or 1.
        action_units_annotated: (N, 17) bool.
        affect: (N, 2) float32, valence and arousal from -1 to 1.
        affect_annotated: (N, 2) bool.
        further: the labels of other tasks, by name.
    """

    expression: NDArray[np.float32]
    expression_annotated: NDArray[np.bool_]
    action_units: NDArray[np.float32]
    action_units_annotated: NDArray[np.bool_]
    affect: NDArray[np.float32]
    affect_annotated: NDArray[np.bool_]
    further: Mapping[str, TaskLabels] = field(default_factory=dict)

    def __getitem__(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "LabelArrays":
        """Give the labels of some rows, by indices or a mask (N,)."""
        behaviour = {name: getattr(self, name)[rows] for name in _BEHAVIOUR}
        further = {name: labels[rows] for name, labels in self.further.items()}
        return LabelArrays(**behaviour, further=further)

    def only(self, tasks: Collection[str]) -> "LabelArrays":
        """Give the labels of some tasks, those of all others missing."""
        behaviour = {
            name: array if name.removesuffix("_annotated") in tasks else np.zeros_like(array)
            for name in _BEHAVIOUR
            for array in [getattr(self, name)]
        }
        further = {
            name: labels
            if name in tasks
            else TaskLabels(np.zeros_like(labels.values), np.zeros_like(labels.annotated))
            for name, labels in self.further.items()
        }
        return LabelArrays(**behaviour, further=further)

    def without(self, task: str, rows: NDArray[np.bool_]) -> "LabelArrays":
        """Give the labels with one task's missing on some rows, a mask (N,).

        Raises:
            KeyError: there is no such task.
        """
        if task in self.further:
            kept = self.further[task]
            values, annotated = kept.values.copy(), kept.annotated.copy()
            values[rows], annotated[rows] = 0, False
            return replace(self, further={**self.further, task: TaskLabels(values, annotated)})
        names = (task, f"{task}_annotated")
        if not set(names) <= set(_BEHAVIOUR):
            raise KeyError(task)
        changed = {name: getattr(self, name).copy() for name in names}
        for array in changed.values():
            array[rows] = 0
        return replace(self, **changed)

    def any(self) -> NDArray[np.bool_]:
        """Give (N,) true where an image has any label."""
        masks = [mask for name, mask in self.arrays() if name.endswith("annotated")]
        rows = [mask.reshape(len(mask), -1).any(axis=1) for mask in masks]
        return np.asarray(np.any(rows, axis=0))

    def arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Go through all arrays with their names."""
        for name in _BEHAVIOUR:
            yield name, getattr(self, name)
        for name, labels in sorted(self.further.items()):
            yield name, labels.values
            yield f"{name}_annotated", labels.annotated


_BEHAVIOUR = tuple(one.name for one in fields(LabelArrays) if one.name != "further")


def joined_labels(parts: Sequence[LabelArrays]) -> LabelArrays:
    """Put the labels of several lots of images, of the same tasks, one after the other."""
    behaviour = {name: np.concatenate([getattr(one, name) for one in parts]) for name in _BEHAVIOUR}
    further = {
        name: TaskLabels(
            np.concatenate([one.further[name].values for one in parts]),
            np.concatenate([one.further[name].annotated for one in parts]),
        )
        for name in parts[0].further
    }
    return LabelArrays(**behaviour, further=further)


def label_arrays(manifest: Manifest, tasks: Sequence[Task] = ()) -> LabelArrays:
    """Read the labels of the three behaviour tasks, and of others, out of a manifest of N rows.

    Raises:
        FaceBehaviorError: a row has a label that its task does not have.
    """
    expression, expression_annotated = _expression_distribution(manifest)
    action_units, action_units_annotated = _stacked(manifest, ACTION_UNIT_COLUMNS)
    affect, affect_annotated = _stacked(manifest, AFFECT)
    return LabelArrays(
        expression,
        expression_annotated,
        action_units,
        action_units_annotated,
        affect,
        affect_annotated,
        {task.name: task_labels(manifest, task) for task in tasks},
    )


def expression_classes(manifest: Manifest) -> NDArray[np.int64]:
    """Give the index of each row's `expression` in `EXPRESSIONS`, -1 where it is null; (N,)."""
    order = {name: index for index, name in enumerate(EXPRESSIONS)}
    names = manifest.column("expression").to_pylist()
    return np.array([-1 if name is None else order[name] for name in names], dtype=np.int64)


def _expression_distribution(manifest: Manifest) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    classes = expression_classes(manifest)
    target = np.zeros((len(manifest), len(EXPRESSIONS)), dtype=np.float32)
    labelled = classes >= 0
    target[labelled, classes[labelled]] = 1.0
    votes = manifest.column("expression_votes").combine_chunks()
    voted = np.flatnonzero(pc.is_valid(votes).to_numpy(zero_copy_only=False))
    shares = votes.drop_null().flatten().to_numpy(zero_copy_only=False)
    shares = shares.reshape(-1, len(VOTE_EXPRESSIONS))[:, : len(EXPRESSIONS)]
    total = shares.sum(axis=1, keepdims=True)
    usable = total[:, 0] > 0
    target[voted[usable]] = shares[usable] / total[usable]
    labelled[voted[usable]] = True
    return target, labelled


def _stacked(
    manifest: Manifest, names: tuple[str, ...]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    values = np.zeros((len(manifest), len(names)), dtype=np.float32)
    annotated = np.zeros((len(manifest), len(names)), dtype=np.bool_)
    for position, name in enumerate(names):
        column = manifest.column(name)
        annotated[:, position] = column.is_valid().to_numpy()
        values[annotated[:, position], position] = column.drop_null().to_numpy()
    return values, annotated
