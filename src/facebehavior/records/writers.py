"""Writing records to files that are either whole or not there."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.records.formats import FORMATS, FileFormat, format_of
from facebehavior.records.schema import document_of
from facebehavior.records.segments import in_batches

_BATCH_ROWS = 4096
"""Rows that are in memory at once while they are written; a row group of Parquet."""


def write_rows(path: str | Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write the rows of a record as they come; the file appears when it is whole.

    Its schema is written beside it as `<name>.schema.json`. A few thousand rows are in memory at
    once. Where an error ends the rows, no file appears, and one that is there stays as it is.

    Args:
        path: ends in `.parquet`, `.csv` or `.jsonl`, or as another program's tables do; a file
            that is there is replaced.
        schema: of the rows, from `arrow_schema`; columns that the format cannot hold are left out.
        batches: of the rows; the same rows give the same bytes, however they are cut.

    Raises:
        FaceBehaviorError: another ending, or nothing can be written there.
        ValueError: the rows have another schema, or hold a number that is not finite.
    """
    file_format = checked_format(path)
    held = _held(schema, file_format)
    kept = in_batches(_checked(batches, schema, held.names), _BATCH_ROWS)
    with ExitStack() as opened:
        if file_format.own:
            text = json.dumps(document_of(held, held.names), ensure_ascii=False, indent=2)
            described = Path(path).with_name(f"{Path(path).name}.schema.json")
            description = opened.enter_context(writing(described))
            description.write_text(text + "\n", encoding="utf-8")
        unfinished = opened.enter_context(writing(path))
        file_format.write(unfinished, held, kept)


def checked_format(path: str | Path) -> FileFormat:
    """Give the format of a file's name.

    Raises:
        FaceBehaviorError: it has another ending, or is a folder's.
    """
    file_format = format_of(Path(path))
    if file_format is None:
        raise FaceBehaviorError(
            f"expected an output file that ends in {', '.join(FORMATS)}, found {path}"
        )
    if Path(path).is_dir():
        raise FaceBehaviorError(f"expected a file to write to, found the folder {path}")
    return file_format


def _held(schema: pa.Schema, file_format: FileFormat) -> pa.Schema:
    """Leave out the columns that a format cannot hold."""
    fields = [field for field in schema if field.name not in file_format.lacks]
    return pa.schema(fields, schema.metadata)


def _holds_lists(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind))


def _checked(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, names: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Give the columns of some names, of rows that are as they should be."""
    for batch in batches:
        if not batch.schema.equals(schema):
            raise ValueError(f"expected rows with {schema}, found {batch.schema}")
        kept = batch.select(names)
        _check_finite(kept)
        yield kept


def _check_finite(batch: pa.RecordBatch) -> None:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        values = column.flatten() if _holds_lists(column.type) else column
        if pa.types.is_floating(values.type) and pc.all(pc.is_finite(values)).as_py() is False:
            raise ValueError(f"expected finite numbers or null in {name}, found others")
