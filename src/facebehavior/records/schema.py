"""The schema of the record as Arrow and as the JSON document that lies beside each file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import pyarrow as pa

from facebehavior.records.columns import RecordColumn, RecordOptions, record_columns

SCHEMA_VERSION = 2
"""Version of the columns and their meanings, counted up whenever one of them changes."""

METADATA_KEY = b"facebehavior"
"""The key of an Arrow schema's metadata under which its document stands, as JSON."""


@dataclass(frozen=True)
class RecordedModel:
    """What a record tells of the model that made it.

    Attributes:
        name: the model's name.
        version: the model's version.
        sha256: of the model file, in hexadecimal digits.
        heads: names of the trained heads; the columns of the others are null.
        action_unit_thresholds: the probability above which each action unit counts as active.
        untrained: action units and attributes that the model was never taught; their columns are
            null too.
    """

    name: str
    version: str
    sha256: str
    heads: tuple[str, ...]
    action_unit_thresholds: Mapping[str, float]
    untrained: tuple[str, ...] = ()


def arrow_schema(
    options: RecordOptions | None = None, model: RecordedModel | None = None
) -> pa.Schema:
    """Give the schema of a record; its metadata hold the document for `<file>.schema.json`.

    Args:
        options: which optional columns there are; none where left out.
        model: the model that makes the predictions.
    """
    fields = [pa.field(column.name, column.type) for column in record_columns(options)]
    document = json.dumps(schema_document(options, model), ensure_ascii=False)
    return pa.schema(fields, metadata={METADATA_KEY: document.encode()})


def schema_document(
    options: RecordOptions | None = None, model: RecordedModel | None = None
) -> dict[str, Any]:
    """Describe a record for people and programs.

    Args:
        options: which optional columns there are; none where left out.
        model: the model that makes the predictions.

    Returns:
        What JSON can hold: `version` of the schema, `software`, `model` (null without one),
        `compound` (how compound expressions are told, see `CompoundWay`; null without them) and
        `columns`: name to `type`, `unit`, `range` (lowest, highest; null for an open end),
        `meaning`, and, where they apply, `values` (the texts that occur) and `threshold` (the
        probability above which an `_on` column is true).
    """
    thresholds = model.action_unit_thresholds if model is not None else {}
    return {
        "version": SCHEMA_VERSION,
        "software": {"name": "facebehavior", "version": _software_version()},
        "model": None if model is None else _described_model(model),
        "compound": options.compound_by if options is not None and options.compound else None,
        "columns": {
            column.name: _described(column, thresholds) for column in record_columns(options)
        },
    }


def with_processing(schema: pa.Schema, steps: Sequence[str]) -> pa.Schema:
    """Note in a record's schema what was done to its numbers after the model.

    Args:
        schema: of a record, from `arrow_schema`.
        steps: in their order, such as `smoothing: one-euro`.
    """
    metadata = dict(schema.metadata or {})
    document = json.loads(metadata[METADATA_KEY])
    document["processing"] = [*document.get("processing", []), *steps]
    metadata[METADATA_KEY] = json.dumps(document, ensure_ascii=False).encode()
    return schema.with_metadata(metadata)


def document_of(schema: pa.Schema, names: Sequence[str]) -> dict[str, Any]:
    """Give the document of an Arrow schema with the columns of these names only.

    A schema without a document, such as another program's, gives names and types.
    """
    stored = (schema.metadata or {}).get(METADATA_KEY)
    document: dict[str, Any] = json.loads(stored) if stored else {"version": SCHEMA_VERSION}
    known = document.get("columns", {})
    described = {name: known.get(name, {"type": str(schema.field(name).type)}) for name in names}
    return {**document, "columns": described}


def _described_model(model: RecordedModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "version": model.version,
        "sha256": model.sha256,
        "heads": list(model.heads),
        "action_unit_thresholds": dict(model.action_unit_thresholds),
        "untrained": list(model.untrained),
    }


def _described(column: RecordColumn, thresholds: Mapping[str, float]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": str(column.type),
        "unit": column.unit,
        "range": None if column.range is None else list(column.range),
        "meaning": column.meaning,
    }
    if column.values:
        described["values"] = list(column.values)
    action_unit = column.name.removesuffix("_on")
    if action_unit != column.name and action_unit in thresholds:
        described["threshold"] = thresholds[action_unit]
    return described


def _software_version() -> str:
    try:
        return metadata.version("facebehavior")
    except metadata.PackageNotFoundError:  # run from the sources without an installation
        return "0+unknown"
