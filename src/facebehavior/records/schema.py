"""The schema of the record: every column with its type, unit, range and meaning."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pyarrow as pa

from facebehavior.records.columns import (
    ACTION_UNIT_STATES,
    FACE,
    LANDMARKS,
    PREDICTIONS,
    RecordColumn,
)

SCHEMA_VERSION = 1
"""Version of the columns and of their meaning; a file with a higher one means something else."""

METADATA_KEY = b"facebehavior"
"""The key of an Arrow schema's metadata under which the schema document stands, as JSON."""


@dataclass(frozen=True)
class RecordOptions:
    """Which optional columns a record has.

    Attributes:
        landmarks: the points of the face mesh.
    """

    landmarks: bool = False


@dataclass(frozen=True)
class RecordedModel:
    """What a record tells of the model that made it.

    Attributes:
        name: the model's name.
        version: the model's version.
        sha256: hex digest of the model file.
        action_unit_thresholds: the probability from which each action unit counts as active.
    """

    name: str
    version: str
    sha256: str
    action_unit_thresholds: Mapping[str, float] = field(default_factory=dict)


def record_columns(options: RecordOptions | None = None) -> tuple[RecordColumn, ...]:
    """Give the columns of a record in order.

    Columns of a head that the model lacks are there all the same, and null throughout.
    """
    options = options or RecordOptions()
    landmarks = (LANDMARKS,) if options.landmarks else ()
    return (*FACE.before_landmarks, *landmarks, *FACE.after_landmarks, *PREDICTIONS)
