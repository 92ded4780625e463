"""What can be said of a face: the vocabularies, and the `Manifest` that holds the labels."""

from facebehavior.labels.action_units import (
    ACTION_UNIT_COLUMNS,
    ACTION_UNIT_NAMES,
    ACTION_UNITS,
)
from facebehavior.labels.affect import AFFECT
from facebehavior.labels.arrays import LabelArrays, expression_classes, label_arrays
from facebehavior.labels.attributes import ATTRIBUTE_COLUMNS, ATTRIBUTES
from facebehavior.labels.compound import COMPOUND_EXPRESSIONS
from facebehavior.labels.expressions import EXPRESSIONS, VOTE_EXPRESSIONS
from facebehavior.labels.manifest import MANIFEST_COLUMNS, Manifest, join

__all__ = [
    "ACTION_UNITS",
    "ACTION_UNIT_COLUMNS",
    "ACTION_UNIT_NAMES",
    "AFFECT",
    "ATTRIBUTES",
    "ATTRIBUTE_COLUMNS",
    "COMPOUND_EXPRESSIONS",
    "EXPRESSIONS",
    "MANIFEST_COLUMNS",
    "VOTE_EXPRESSIONS",
    "LabelArrays",
    "Manifest",
    "expression_classes",
    "join",
    "label_arrays",
]
