"""Writing records to files that are either whole or not there."""

import json
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
from facebehavior.records.segments import Segments

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
        work: tells what the rows are made of; a run of the same work that was stopped goes on.

    Raises:
        FaceBehaviorError: the path is a folder, or nothing can be written there.
    """

    def __init__(
        self, path: Path, schema: pa.Schema, file_format: FileFormat, work: str = ""
    ) -> None:
        if path.is_dir():
            raise FaceBehaviorError(f"expected a file to write to, found the folder {path}")
        names = [f.name for f in schema if f.name not in file_format.lacks]
        self.path = path
        self.schema_path = path.with_name(f"{path.name}.schema.json")
        self._rows_schema = schema
        self._schema = pa.schema([schema.field(name) for name in names], schema.metadata)
        self._format = file_format
        self._segments = Segments(path, self._schema, work)

    @property
    def done(self) -> tuple[str, int] | None:
        """Source and frame of the last row that a stopped run has left; None at the beginning."""
        last = self._segments.last_row()
        return None if last is None else (str(last["source"]), int(str(last["frame"])))

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
            self._finish()
        else:
            # What went wrong first is what the user has to know.
            with suppress(FaceBehaviorError):
                self._segments.flush()
            if self._segments.empty:
                self._segments.remove()

    def _finish(self) -> None:
        with ExitStack() as opened:
            if self._format.own:
                document = document_of(self._schema, self._schema.names)
                text = json.dumps(document, ensure_ascii=False, indent=2)
                description = opened.enter_context(writing(self.schema_path))
                description.write_text(text + "\n", encoding="utf-8")
            unfinished = opened.enter_context(writing(self.path))
            self._format.write(unfinished, self._schema, self._segments.batches(_BATCH_ROWS))
        self._segments.remove()


def open_writer(path: str | Path, schema: pa.Schema, work: str = "") -> RecordWriter:
    """Open a writer for the format that the file's ending names.

    Args:
        path: ends in `.parquet`, `.csv` or `.jsonl`; a file that is there is replaced at the end.
        schema: of the rows, from `arrow_schema`.
        work: tells what the rows are made of; a run of the same work that was stopped goes on.

    Raises:
        FaceBehaviorError: another ending, or nothing can be written there.
    """
    path = Path(path)
    file_format = format_of(path)
    if file_format is None:
        raise FaceBehaviorError(
            f"expected an output file that ends in {', '.join(FORMATS)}, found {path}"
        )
    return RecordWriter(path, schema, file_format, work)


def _holds_lists(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind))


def _check_finite(batch: pa.RecordBatch) -> None:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        values = column.flatten() if _holds_lists(column.type) else column
        if pa.types.is_floating(values.type) and pc.all(pc.is_finite(values)).as_py() is False:
            raise ValueError(f"expected finite numbers or null in {name}, found others")
