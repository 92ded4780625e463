"""What can be said of a face: the vocabularies, and the `Manifest` that holds the labels."""

from facebehavior.labels.action_units import (
    ACTION_UNIT_COLUMNS,
    ACTION_UNIT_NAMES,
    ACTION_UNITS,
)
from facebehavior.labels.affect import AFFECT
from facebehavior.labels.arrays import LabelArrays, expression_classes, joined_labels, label_arrays
from facebehavior.labels.attributes import ATTRIBUTE_COLUMNS, ATTRIBUTES
from facebehavior.labels.compound import COMPOUND_EXPRESSIONS
from facebehavior.labels.expressions import EXPRESSIONS, VOTE_EXPRESSIONS
from facebehavior.labels.manifest import MANIFEST_COLUMNS, OWN_COLUMNS, Manifest, join
from facebehavior.labels.tasks import (
    ATTRIBUTES_TASK,
    COMPOUND_TASK,
    EMBEDDING_SIZE,
    EMBEDDING_TASK,
    IDENTITY,
    KNOWN_TASKS,
    Task,
    TaskLabels,
    identity_task,
    person_names,
    task_labels,
)

__all__ = [
    "ACTION_UNITS",
    "ACTION_UNIT_COLUMNS",
    "ACTION_UNIT_NAMES",
    "AFFECT",
    "ATTRIBUTES",
    "ATTRIBUTES_TASK",
    "ATTRIBUTE_COLUMNS",
    "COMPOUND_EXPRESSIONS",
    "COMPOUND_TASK",
    "EMBEDDING_SIZE",
    "EMBEDDING_TASK",
    "EXPRESSIONS",
    "IDENTITY",
    "KNOWN_TASKS",
    "MANIFEST_COLUMNS",
    "OWN_COLUMNS",
    "VOTE_EXPRESSIONS",
    "LabelArrays",
    "Manifest",
    "Task",
    "TaskLabels",
    "expression_classes",
    "identity_task",
    "join",
    "joined_labels",
    "label_arrays",
    "person_names",
    "task_labels",
]
