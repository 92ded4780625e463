"""Rows on their way into a file: complete segments in a folder beside it."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import explained_write_errors, writing

SEGMENT_ROWS = 500
"""Rows of a segment: the most that are lost when the computer fails."""

_WORK = "work"
_NAMES = "[0-9]" * 6 + ".arrow"


class Segments:
    """The segments of an unfinished file, `<name>.partial/000000.arrow` and so on.

    Each is an Arrow IPC file that appears under its name only when it is whole. What a run
    before has left is kept where it was of the same work, and else removed at the start.

    Args:
        path: the final file.
        schema: of the rows.
        work: tells what the rows are made of; empty never goes on with what is there.

    Raises:
        FaceBehaviorError: the folder cannot be made or written to, or holds something else.
    """

    def __init__(self, path: Path, schema: pa.Schema, work: str = "") -> None:
        self.folder = path.with_name(f"{path.name}.partial")
        self._schema = schema
        self._count = 0
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        fingerprint = hashlib.sha256(f"{work}\n{schema.to_string()}\n{schema.metadata}".encode())
        with explained_write_errors(path):
            if work and self._read_work() == fingerprint.hexdigest():
                self._count = len(list(self.folder.glob(_NAMES)))
            else:
                self._start_afresh()
                if work:
                    self._work_file.write_text(fingerprint.hexdigest())

    def add(self, batch: pa.RecordBatch) -> None:
        """Take rows; they are written as soon as there are enough for a segment.

        Raises:
            FaceBehaviorError: the disk is full or gone.
        """
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        if self._waiting_rows >= SEGMENT_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are still waiting.

        Raises:
            FaceBehaviorError: the disk is full or gone.
        """
        if self._waiting_rows == 0:
            return
        with (
            writing(self._path(self._count)) as unfinished,
            pa.OSFile(str(unfinished), "wb") as file,
            pa.ipc.new_file(file, self._schema) as writer,
        ):
            for batch in self._waiting:
                writer.write_batch(batch)
        self._count += 1
        self._waiting.clear()
        self._waiting_rows = 0

    def last_row(self) -> dict[str, object] | None:
        """Give the last row that a run before has left; None where there is none."""
        if self._count == 0:
            return None
        with pa.OSFile(str(self._path(self._count - 1)), "rb") as file:
            table = pa.ipc.open_file(file).read_all()
        last: dict[str, object] = table.slice(len(table) - 1).to_pylist()[0]
        return last

    @property
    def empty(self) -> bool:
        """Whether no segment has been written."""
        return self._count == 0

    def batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        """Go through all written rows in batches of `rows`, the last one smaller."""
        held: list[pa.RecordBatch] = []
        held_rows = 0
        for batch in self._stored():
            held.append(batch)
            held_rows += batch.num_rows
            while held_rows >= rows:
                table = pa.Table.from_batches(held)
                yield table.slice(0, rows).combine_chunks().to_batches()[0]
                held, held_rows = table.slice(rows).to_batches(), held_rows - rows
        if held_rows:
            yield pa.Table.from_batches(held).combine_chunks().to_batches()[0]

    def remove(self) -> None:
        """Remove the segments and their folder; the rows are elsewhere by now."""
        with suppress(OSError):  # what cannot be removed does no harm
            for number in range(self._count):
                self._path(number).unlink()
            self._work_file.unlink(missing_ok=True)
            self.folder.rmdir()

    def _stored(self) -> Iterator[pa.RecordBatch]:
        for number in range(self._count):
            with pa.OSFile(str(self._path(number)), "rb") as file:
                yield from pa.ipc.open_file(file).read_all().to_batches()

    @property
    def _work_file(self) -> Path:
        return self.folder / _WORK

    def _read_work(self) -> str | None:
        return self._work_file.read_text() if self._work_file.is_file() else None

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.arrow"

    def _start_afresh(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            known = path.match(_NAMES) or path.name in (_WORK,)
            if not known and not path.name.startswith(".unfinished-"):
                raise FaceBehaviorError(
                    f"the folder {self.folder} is for unfinished rows, found {path.name} in it; "
                    "move that elsewhere or give the output another name"
                )
        for path in self.folder.iterdir():
            path.unlink()
