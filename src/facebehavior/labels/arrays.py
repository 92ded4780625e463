"""A manifest's labels of the three behaviour tasks as arrays with masks."""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from facebehavior.labels.action_units import ACTION_UNIT_COLUMNS
from facebehavior.labels.affect import AFFECT
from facebehavior.labels.expressions import EXPRESSIONS, VOTE_EXPRESSIONS
from facebehavior.labels.manifest import Manifest


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
    """

    expression: NDArray[np.float32]
    expression_annotated: NDArray[np.bool_]
    action_units: NDArray[np.float32]
    action_units_annotated: NDArray[np.bool_]
    affect: NDArray[np.float32]
    affect_annotated: NDArray[np.bool_]


def label_arrays(manifest: Manifest) -> LabelArrays:
    """Read the labels of the three behaviour tasks out of a manifest of N rows."""
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
