"""The labels by which a model is judged, and the rows that a protocol leaves out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound import find_compound_set
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    ACTION_UNITS,
    AFFECT,
    ATTRIBUTE_COLUMNS,
    ATTRIBUTES_TASK,
    EXPRESSIONS,
    VOTE_EXPRESSIONS,
    Manifest,
    expression_classes,
    label_arrays,
    person_names,
)


@dataclass(frozen=True, eq=False)
class Labels:
    """One task's labels of N rows.

    Attributes:
        values: (N,) class indices, (N, A) true where active or present, or (N, 2) valence and
            arousal.
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
        compound: indices in a set of compound expressions, (N,).
        attributes: true where present, (N, 40).
        identity: numbers of the people, (N,).
        compound_set: name of that set.
        dropped: for each reason to leave rows out, (N,) true where it holds; no row has two.
    """

    expression: Labels | None = None
    action_units: Labels | None = None
    affect: Labels | None = None
    compound: Labels | None = None
    attributes: Labels | None = None
    identity: Labels | None = None
    compound_set: str = "du"
    dropped: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def without(self, outputs: Collection[str]) -> "Truth":
        """Leave out the outputs, by their columns, that a model does not answer."""
        return replace(
            self,
            action_units=_without(self.action_units, ACTION_UNIT_COLUMNS, outputs),
            affect=_without(self.affect, AFFECT, outputs),
            attributes=_without(self.attributes, ATTRIBUTE_COLUMNS, outputs),
        )

    def annotated_outputs(self, rows: NDArray[np.int64]) -> tuple[str, ...]:
        """Name the outputs learnt one by one, by their columns, that some row has a label for."""
        pairs = (
            (self.action_units, ACTION_UNIT_COLUMNS),
            (self.affect, AFFECT),
            (self.attributes, ATTRIBUTE_COLUMNS),
        )
        return tuple(
            name
            for labels, columns in pairs
            if labels is not None
            for place, name in enumerate(columns)
            if labels.annotated[rows, place].any()
        )

    def tasks(self) -> dict[str, Labels]:
        """Give the labels of the tasks that are judged, by the names of the models' heads."""
        found = {
            "expression": self.expression,
            "action_units": self.action_units,
            "affect": self.affect,
            "compound": self.compound,
            "attributes": self.attributes,
            "identity": self.identity,
        }
        return {task: labels for task, labels in found.items() if labels is not None}


def _without(
    labels: Labels | None, columns: Sequence[str], outputs: Collection[str]
) -> Labels | None:
    if labels is None:
        return None
    return Labels(labels.values, labels.annotated & ~np.isin(columns, list(outputs)))


def every_label(manifest: Manifest) -> Truth:
    """Take every annotated label of every task."""
    labels = label_arrays(manifest, [ATTRIBUTES_TASK])
    classes = expression_classes(manifest)
    attributes = labels.further[ATTRIBUTES_TASK.name]
    return Truth(
        expression=Labels(classes, classes >= 0),
        action_units=Labels(labels.action_units > 0.5, labels.action_units_annotated),
        affect=Labels(labels.affect.astype(np.float64), labels.affect_annotated),
        compound=compound_labels(manifest, "du"),
        attributes=Labels(attributes.values > 0.5, attributes.annotated),
        identity=identity_labels(manifest),
    )


def compound_labels(manifest: Manifest, name: str) -> Labels:
    """Give the place of each row's compound expression in a set of them.

    Where the set has basic expressions too, the row's expression counts where it has no compound
    one.
    """
    order: dict[object, int] = {label: n for n, label in enumerate(find_compound_set(name))}
    compounds = manifest.column("compound").to_pylist()
    basic = manifest.column("expression").to_pylist()
    places = np.array(
        [order.get(c if c is not None else b, -1) for c, b in zip(compounds, basic, strict=True)],
        dtype=np.int64,
    )
    return Labels(places, places >= 0)


def identity_labels(manifest: Manifest) -> Labels:
    """Number the people; two databases have none in common."""
    names = person_names(manifest)
    known = np.array([name is not None for name in names], dtype=np.bool_)
    numbers = np.unique([name or "" for name in names], return_inverse=True)[1]
    return Labels(numbers.astype(np.int64).reshape(len(names)), known)


def labels_of(
    tasks: Sequence[str],
    *,
    action_units: Sequence[int] = ACTION_UNITS,
    compound_set: str = "du",
) -> Callable[[Manifest], Truth]:
    """Make a protocol's labels: those of some tasks alone.

    Args:
        tasks: names of heads, and `identity`.
        action_units: FACS numbers that are judged.
        compound_set: the classes among which compound expressions are told apart.
    """
    chosen = np.array([unit in action_units for unit in ACTION_UNITS])

    def truth(manifest: Manifest) -> Truth:
        every = every_label(manifest)
        units = every.action_units
        assert units is not None
        return replace(
            every,
            expression=every.expression if "expression" in tasks else None,
            action_units=(
                Labels(units.values, units.annotated & chosen) if "action_units" in tasks else None
            ),
            affect=every.affect if "affect" in tasks else None,
            compound=compound_labels(manifest, compound_set) if "compound" in tasks else None,
            attributes=every.attributes if "attributes" in tasks else None,
            identity=every.identity if "identity" in tasks else None,
            compound_set=compound_set,
        )

    return truth


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
