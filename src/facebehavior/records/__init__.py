"""The record, one row per face and frame: its columns, its rows, its files."""

from facebehavior.records.columns import (
    BOX_COLUMNS,
    CompoundWay,
    RecordColumn,
    RecordOptions,
    own_column,
    record_columns,
)
from facebehavior.records.converting import convert, read_any_records
from facebehavior.records.formats import check_held, check_sources
from facebehavior.records.reading import read_records
from facebehavior.records.rows import FaceRecord, FrameRecord, record_batch
from facebehavior.records.schema import (
    RecordedModel,
    arrow_schema,
    schema_document,
    with_processing,
)
from facebehavior.records.writers import checked_format, write_rows

__all__ = [
    "BOX_COLUMNS",
    "CompoundWay",
    "FaceRecord",
    "FrameRecord",
    "RecordColumn",
    "RecordOptions",
    "RecordedModel",
    "arrow_schema",
    "check_held",
    "check_sources",
    "checked_format",
    "convert",
    "own_column",
    "read_any_records",
    "read_records",
    "record_batch",
    "record_columns",
    "schema_document",
    "with_processing",
    "write_rows",
]
