import json

import pyarrow as pa

from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS
from facebehavior.records import (
    RecordedModel,
    RecordOptions,
    arrow_schema,
    record_columns,
    schema_document,
)
from facebehavior.records.schema import METADATA_KEY, document_of

MODEL = RecordedModel(
    name="small",
    version="3",
    sha256="ab" * 32,
    heads=("expression", "action_units"),
    action_unit_thresholds={name: 0.1 + n / 100 for n, name in enumerate(ACTION_UNIT_COLUMNS)},
    untrained=("au14",),
)


def test_the_document_describes_every_column() -> None:
    document = schema_document(RecordOptions(landmarks=True), MODEL)
    assert document["version"] == 2
    assert document["software"]["name"] == "facebehavior"
    assert document["software"]["version"]
    columns = document["columns"]
    assert list(columns) == [c.name for c in record_columns(RecordOptions(landmarks=True))]
    for described in columns.values():
        assert {"type", "unit", "range", "meaning"} <= set(described)
    assert columns["pose_yaw"]["unit"] == "degree"
    assert columns["time_s"]["unit"] == "s"
    assert columns["valence"]["range"] == [-1.0, 1.0]
    assert columns["sharpness"]["range"] == [0.0, None]
    assert columns["expr"]["values"] == list(EXPRESSIONS)


def test_the_document_tells_the_model_and_its_thresholds() -> None:
    document = schema_document(model=MODEL)
    assert document["model"]["sha256"] == "ab" * 32
    assert (document["model"]["name"], document["model"]["version"]) == ("small", "3")
    assert document["model"]["heads"] == ["expression", "action_units"]
    assert document["model"]["action_unit_thresholds"]["au01"] == 0.1
    assert document["model"]["untrained"] == ["au14"]
    assert document["columns"]["au02_on"]["threshold"] == 0.11
    assert "threshold" not in document["columns"]["au02"]


def test_without_a_model_there_is_none_in_the_document() -> None:
    document = schema_document()
    assert document["model"] is None
    assert "threshold" not in document["columns"]["au02_on"]


def test_the_document_travels_in_the_arrow_schema() -> None:
    schema = arrow_schema(RecordOptions(landmarks=True), MODEL)
    document = schema_document(RecordOptions(landmarks=True), MODEL)
    assert json.loads(schema.metadata[METADATA_KEY]) == document
    assert document_of(schema, schema.names) == document
    assert list(document_of(schema, ["source", "au01"])["columns"]) == ["source", "au01"]


def test_columns_without_a_document_give_their_types() -> None:
    described = document_of(pa.schema([("a", pa.int8())]), ["a"])
    assert described == {"version": 2, "columns": {"a": {"type": "int8"}}}
