"""The labels by which a model is judged, and the rows that a protocol leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.labels import (
    EXPRESSIONS,
    VOTE_EXPRESSIONS,
    Manifest,
    expression_classes,
    label_arrays,
)


@dataclass(frozen=True, eq=False)
class Labels:
    """One task's labels of N rows.

    Attributes:
        values: (N,) class indices, (N, 17) true where active, or (N, 2) valence and arousal.
        annotated: of the shape of `values`; where it is false the label means nothing.
    """

    values: NDArray[Any]
    annotated: NDArray[np.bool_]

    def __getitem__(self, rows: NDArray[np.integer]) -> "Labels":
        """Give the labels of some rows by their indices."""
        return Labels(self.values[rows], self.annotated[rows])

    def rows(self) -> NDArray[np.bool_]:
        """Give (N,) true where a row has a label."""
        return np.asarray(self.annotated.reshape(len(self.annotated), -1).any(axis=1))


@dataclass(frozen=True, eq=False)
class Truth:
    """The labels of N rows for each task; None for a task on which a protocol does not judge.

    Attributes:
        expression: class indices, (N,).
        action_units: true where active, (N, 17).
        affect: valence and arousal from -1 to 1, (N, 2).
        dropped: for each reason to leave rows out, (N,) true where it holds; no row has two.
    """

    expression: Labels | None = None
    action_units: Labels | None = None
    affect: Labels | None = None
    dropped: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def tasks(self) -> dict[str, Labels]:
        """Give the labels of the tasks that are judged, by the names of the models' heads."""
        found = {
            "expression": self.expression,
            "action_units": self.action_units,
            "affect": self.affect,
        }
        return {task: labels for task, labels in found.items() if labels is not None}


def every_label(manifest: Manifest) -> Truth:
    """Take every annotated label of every task."""
    labels = label_arrays(manifest)
    classes = expression_classes(manifest)
    return Truth(
        expression=Labels(classes, classes >= 0),
        action_units=Labels(labels.action_units > 0.5, labels.action_units_annotated),
        affect=Labels(labels.affect.astype(np.float64), labels.affect_annotated),
    )


def named_expression(manifest: Manifest) -> Truth:
    """Take the column `expression`; FER+'s reader has filled it by the raters' majority."""
    classes = expression_classes(manifest)
    return Truth(
        expression=Labels(classes, classes >= 0),
        dropped={"no majority or contempt": classes < 0},
    )


def most_of_all_votes(manifest: Manifest) -> Truth:
    """Take the expression that more than half of all raters name, by `expression_votes`."""
    shares = np.zeros((len(manifest), len(VOTE_EXPRESSIONS)))
    column = manifest.column("expression_votes")
    voted = column.is_valid().to_numpy()
    if voted.any():
        shares[voted] = np.array(column.drop_null().to_pylist(), dtype=np.float64)
    winner = shares.argmax(axis=1)
    decided = shares.max(axis=1) > 0.5
    contempt = decided & (winner >= len(EXPRESSIONS))
    return Truth(
        expression=Labels(winner.astype(np.int64), decided & ~contempt),
        dropped={
            "no votes": ~voted,
            "no expression with more than half of all votes": voted & ~decided,
            "contempt": contempt,
        },
    )
