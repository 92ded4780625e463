"""Tasks beside expression, action units and affect: their labels, and the columns they stand in."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels.attributes import ATTRIBUTE_COLUMNS
from facebehavior.labels.compound import COMPOUND_EXPRESSIONS
from facebehavior.labels.manifest import MANIFEST_COLUMNS, OWN_COLUMNS, Manifest


@dataclass(frozen=True)
class Task:
    """One thing that a network can be asked about a picture.

    Attributes:
        name: of the task and of its head.
        kind: `exclusive`, one label of a vocabulary (softmax, cross entropy); `binary`, each label
            present or not (sigmoid, binary cross entropy); or `direction`, a list of numbers of
            which only the direction counts (cosine).
        labels: the vocabulary, in the order of the head's outputs.
        columns: of a manifest; one a label if binary, else one with the label's name or the list.
    """

    name: str
    kind: Literal["exclusive", "binary", "direction"]
    labels: tuple[str, ...]
    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check that labels and columns fit together.

        Raises:
            FaceBehaviorError: they do not, or a column is none that a manifest can have.
        """
        if len(self.labels) < 2 and self.kind == "exclusive":
            raise FaceBehaviorError(f"the task {self.name} needs two labels or more")
        if not self.labels or len(set(self.labels)) < len(self.labels):
            raise FaceBehaviorError(f"the task {self.name} needs labels, each once")
        expected = len(self.labels) if self.kind == "binary" else 1
        if len(self.columns) != expected:
            raise FaceBehaviorError(
                f"the task {self.name} ({self.kind}) needs {expected} columns, "
                f"found {len(self.columns)}"
            )
        for column in self.columns:
            if column not in MANIFEST_COLUMNS and not column.startswith(OWN_COLUMNS):
                raise FaceBehaviorError(
                    f"the task {self.name}: a manifest has no column {column!r}; those of tasks of "
                    f"your own begin with {OWN_COLUMNS}"
                )


ATTRIBUTES_TASK = Task("attributes", "binary", ATTRIBUTE_COLUMNS, ATTRIBUTE_COLUMNS)
COMPOUND_TASK = Task("compound", "exclusive", tuple(COMPOUND_EXPRESSIONS), ("compound",))

EMBEDDING_SIZE = 512
"""Numbers in the embedding of a face."""

EMBEDDING_TASK = Task(
    "embedding",
    "direction",
    tuple(f"embedding_{place:03d}" for place in range(EMBEDDING_SIZE)),
    ("embedding",),
)

KNOWN_TASKS: Mapping[str, Task] = {
    task.name: task for task in (ATTRIBUTES_TASK, COMPOUND_TASK, EMBEDDING_TASK)
}
"""The tasks whose vocabulary is the same for everyone."""

IDENTITY = "identity"
"""The task whose vocabulary is the people that a network is trained on."""


def identity_task(people: tuple[str, ...]) -> Task:
    """Give the task of telling people apart.

    Args:
        people: their names, as `person_names` gives them.
    """
    return Task(IDENTITY, "exclusive", people, ("identity",))


def person_names(manifest: Manifest) -> list[str | None]:
    """Name the person of each row, over databases; None where no identity is labelled."""
    databases = manifest.column("database").to_pylist()
    identities = manifest.column("identity").to_pylist()
    return [
        None if identity is None else f"{database}/{identity}"
        for database, identity in zip(databases, identities, strict=True)
    ]


@dataclass(frozen=True)
class TaskLabels:
    """The labels of one task on N images; where a mask is false the label is 0, and means nothing.

    Attributes:
        values: (N,) int64 places in the vocabulary; (N, L) float32, 0 or 1; or (N, D) float32
            directions of length 1.
        annotated: (N,), or (N, L) where the labels are known one by one.
    """

    values: NDArray[np.int64] | NDArray[np.float32]
    annotated: NDArray[np.bool_]

    def __getitem__(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "TaskLabels":
        """Give the labels of some rows."""
        return TaskLabels(self.values[rows], self.annotated[rows])


def task_labels(manifest: Manifest, task: Task) -> TaskLabels:
    """Read the labels of one task out of a manifest of N rows.

    An identity that is not in the vocabulary is no label: a network cannot name someone whom it
    was not taught.

    Raises:
        FaceBehaviorError: a row has a label that the task does not have; of a binary task, another
            than true, false or a number from 0 to 1.
    """
    if task.kind == "binary":
        values = np.zeros((len(manifest), len(task.columns)), dtype=np.float32)
        annotated = np.zeros(values.shape, dtype=np.bool_)
        for place, name in enumerate(task.columns):
            column = manifest.column(name)
            annotated[:, place] = column.is_valid().to_numpy()
            values[annotated[:, place], place] = _truths(task, name, column.drop_null())
        return TaskLabels(values, annotated)
    if task.kind == "direction":
        return _directions(manifest, task)
    if task.name == IDENTITY:
        names = person_names(manifest)
    else:
        names = manifest.column(task.columns[0]).to_pylist()
    order: dict[str | None, int] = {label: place for place, label in enumerate(task.labels)}
    places = np.array([order.get(name, -1) for name in names], dtype=np.int64)
    unknown = [name for name, place in zip(names, places, strict=True) if place < 0 and name]
    if unknown and task.name != IDENTITY:
        raise FaceBehaviorError(
            f"the task {task.name} has the labels {', '.join(task.labels)}, found "
            f"{unknown[0]!r} in the column {task.columns[0]}"
        )
    return TaskLabels(np.maximum(places, 0), places >= 0)


def _truths(task: Task, name: str, column: pa.ChunkedArray) -> NDArray[np.float32]:
    """Give the N labels in a column of a binary task, from 0 to 1."""
    # A table of one's own keeps a column of fractions as text.
    values = np.array([_number(value) for value in column.to_pylist()], dtype=np.float32)
    wrong = column.filter(pa.array(~((values >= 0.0) & (values <= 1.0)), pa.bool_()))
    if len(wrong):
        raise FaceBehaviorError(
            f"the task {task.name}: expected true and false, or numbers from 0 to 1, in the column "
            f"{name}, found {wrong[0].as_py()!r}"
        )
    return values


def _number(value: bool | float | str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _directions(manifest: Manifest, task: Task) -> TaskLabels:
    """Read lists of numbers as directions; shorter ones go on with zeros."""
    column = manifest.column(task.columns[0])
    values = np.zeros((len(manifest), len(task.labels)), dtype=np.float32)
    annotated = np.array(column.is_valid().to_numpy(), dtype=np.bool_)
    for row in np.flatnonzero(annotated):
        numbers = np.asarray(column[int(row)].values.to_numpy(zero_copy_only=False))
        length = float(np.linalg.norm(numbers))
        if len(numbers) > len(task.labels) or not np.isfinite(length) or length == 0.0:
            raise FaceBehaviorError(
                f"the column {task.columns[0]} should hold up to {len(task.labels)} finite "
                f"numbers, not all 0; row {row} holds {len(numbers)} with the length {length:g}"
            )
        values[row, : len(numbers)] = numbers / length
    return TaskLabels(values, annotated)
