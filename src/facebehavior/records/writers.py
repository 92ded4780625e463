"""Writing records to files that are either whole or not there."""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.records.formats import FORMATS, FileFormat, format_of
from facebehavior.records.schema import document_of
from facebehavior.records.segments import Segments, in_batches

_BATCH_ROWS = 4096
"""Rows that are in memory at once while the segments are joined; a row group of Parquet."""


class RecordWriter:
    """Writes the rows of a record as they come; a context manager.

    Rows go to segments in `<name>.partial/` first. When the block ends well they are joined into
    the file, its schema is written beside it as `<name>.schema.json`, and the folder is removed.
    When it ends in an error, all rows so far stay in the folder, and no file appears. The same
    rows give the same bytes, however they were handed over.

    Args:
        path: the final file.
        schema: of the rows; columns that the format cannot hold are left out.
        file_format: of the file.

    Raises:
        FaceBehaviorError: the path is a folder, or nothing can be written there.
    """

    def __init__(self, path: Path, schema: pa.Schema, file_format: FileFormat) -> None:
        self.path = path
        self._rows_schema = schema
        self._schema = _held(schema, file_format)
        self._format = file_format
        self._segments = Segments(path.with_name(f"{path.name}.partial"), self._schema)

    def write(self, batch: pa.RecordBatch) -> None:
        """Take the next rows.

        Raises:
            FaceBehaviorError: the disk is full or gone.
            ValueError: the rows have another schema, or hold a number that is not finite.
        """
        if not batch.schema.equals(self._rows_schema):
            raise ValueError(f"expected rows with {self._rows_schema}, found {batch.schema}")
        kept = batch.select(self._schema.names)
        _check_finite(kept)
        self._segments.add(kept)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._segments.flush()
            batches = self._segments.batches(_BATCH_ROWS)
            _write(self.path, self._schema, self._format, batches)
            self._segments.remove()
        else:
            # What went wrong first is what the user has to know.
            with suppress(FaceBehaviorError):
                self._segments.flush()
            if self._segments.empty:
                self._segments.remove()


def open_writer(path: str | Path, schema: pa.Schema) -> RecordWriter:
    """Open a writer for the format that the file's ending names.

    Args:
        path: ends in `.parquet`, `.csv` or `.jsonl`; a file that is there is replaced at the end.
        schema: of the rows, from `arrow_schema`.

    Raises:
        FaceBehaviorError: another ending, or nothing can be written there.
    """
    return RecordWriter(Path(path), schema, checked_format(path))


def write_rows(path: str | Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write rows that are kept elsewhere until the file is whole.

    Args:
        path: as for `open_writer`.
        schema: of the rows, from `arrow_schema`.
        batches: of the rows; the same rows give the same bytes, however they are cut.

    Raises:
        FaceBehaviorError: another ending, or nothing can be written there.
        ValueError: the rows hold a number that is not finite.
    """
    file_format = checked_format(path)
    held = _held(schema, file_format)
    kept = (batch.select(held.names) for batch in batches)
    _write(Path(path), held, file_format, in_batches(_finite(kept), _BATCH_ROWS))


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


def _write(
    path: Path, schema: pa.Schema, file_format: FileFormat, batches: Iterator[pa.RecordBatch]
) -> None:
    with ExitStack() as opened:
        if file_format.own:
            text = json.dumps(document_of(schema, schema.names), ensure_ascii=False, indent=2)
            described = path.with_name(f"{path.name}.schema.json")
            description = opened.enter_context(writing(described))
            description.write_text(text + "\n", encoding="utf-8")
        unfinished = opened.enter_context(writing(path))
        file_format.write(unfinished, schema, batches)


def _held(schema: pa.Schema, file_format: FileFormat) -> pa.Schema:
    """Leave out the columns that a format cannot hold."""
    fields = [field for field in schema if field.name not in file_format.lacks]
    return pa.schema(fields, schema.metadata)


def _holds_lists(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind))


def _finite(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        _check_finite(batch)
        yield batch


def _check_finite(batch: pa.RecordBatch) -> None:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        values = column.flatten() if _holds_lists(column.type) else column
        if pa.types.is_floating(values.type) and pc.all(pc.is_finite(values)).as_py() is False:
            raise ValueError(f"expected finite numbers or null in {name}, found others")
