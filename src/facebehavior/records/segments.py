"""Rows on their way into a file: complete segments in a folder."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path

import pyarrow as pa

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import explained_write_errors, writing

SEGMENT_ROWS = 500
"""Rows of a segment: the most that are lost when the computer fails."""

_WORK = "work"
_NAMES = "[0-9]" * 6 + ".arrow"
_NOTE = b"note"


class Segments:
    """The segments of an unfinished file, `000000.arrow` and so on, in a folder.

    Each is an Arrow IPC file that appears under its name only when it is whole. A segment can
    bear a note, from which a later run of the same work can go on: all that stands up to the last
    note is kept then, and everything else is removed at the start.

    Args:
        folder: for the segments.
        schema: of the rows.
        work: tells what the rows are made of.

    Raises:
        FaceBehaviorError: the folder cannot be made or written to, or holds something else.

    Attributes:
        folder: of the segments.
        note: the last one; None where there is none.
    """

    def __init__(self, folder: Path, schema: pa.Schema, work: str) -> None:
        self.folder = folder
        self.note: str | None = None
        self._schema = schema
        self._count = 0
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        fingerprint = hashlib.sha256(f"{work}\n{schema.to_string()}\n{schema.metadata}".encode())
        with explained_write_errors(folder):
            if self._read_work() == fingerprint.hexdigest():
                self._go_on()
            else:
                self._start_afresh()
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

    def flush(self, note: str | None = None) -> None:
        """Write the rows that are still waiting.

        Args:
            note: for who goes on behind these rows.

        Raises:
            FaceBehaviorError: the disk is full or gone.
        """
        if self._waiting_rows == 0 and note is None:
            return
        self.note = note if note is not None else self.note
        noted = {_NOTE: note.encode()} if note is not None else {}
        with (
            writing(self._path(self._count)) as unfinished,
            pa.OSFile(str(unfinished), "wb") as file,
            pa.ipc.new_file(file, self._schema.with_metadata(noted)) as writer,
        ):
            for batch in self._waiting:
                writer.write_batch(batch)
        self._count += 1
        self._waiting.clear()
        self._waiting_rows = 0

    def stored(self) -> Iterator[pa.RecordBatch]:
        """Go through all written rows as they were taken."""
        for number in range(self._count):
            with pa.OSFile(str(self._path(number)), "rb") as file:
                table = pa.ipc.open_file(file).read_all()
            yield from table.replace_schema_metadata(self._schema.metadata).to_batches()

    @property
    def _work_file(self) -> Path:
        return self.folder / _WORK

    def _go_on(self) -> None:
        """Keep what stands up to the last note."""
        notes = list(self._notes())
        self._count = max((n for n, note in enumerate(notes, 1) if note is not None), default=0)
        self.note = notes[self._count - 1] if self._count else None
        keep = {self._work_file, *map(self._path, range(self._count))}
        for path in self.folder.iterdir():
            if path not in keep and is_ours(path):
                path.unlink()

    def _notes(self) -> Iterator[str | None]:
        """Go through the notes of the segments, up to where one is missing or broken."""
        for number in count():
            if not self._path(number).is_file():
                return
            try:
                note = _note_of(self._path(number))
            except (pa.ArrowInvalid, OSError):
                return  # the computer has failed before all of it was on the disk
            yield note

    def _read_work(self) -> str | None:
        return self._work_file.read_text() if self._work_file.is_file() else None

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.arrow"

    def _start_afresh(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        check_nothing_else(self.folder, is_ours)
        for path in self.folder.iterdir():
            path.unlink()


def is_ours(path: Path) -> bool:
    """Tell whether a path is named as what `Segments` puts into its folder."""
    known = path.match(_NAMES) or path.name == _WORK
    return known or path.name.startswith(".unfinished-")


def check_nothing_else(folder: Path, known: Callable[[Path], bool]) -> None:
    """Check that a folder for unfinished rows holds nothing that could be a user's.

    Args:
        folder: that is there.
        known: tells whether a path in it may be removed.

    Raises:
        FaceBehaviorError: it holds something else.
    """
    for path in folder.iterdir():
        if not known(path):
            raise FaceBehaviorError(
                f"the folder {folder} is for unfinished rows, found {path.name} in it; "
                "move that elsewhere or give the output another name"
            )


def in_batches(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Cut rows anew, into batches of `rows`, the last one smaller."""
    held: list[pa.RecordBatch] = []
    held_rows = 0
    for batch in batches:
        held.append(batch)
        held_rows += batch.num_rows
        while held_rows >= rows:
            table = pa.Table.from_batches(held)
            yield table.slice(0, rows).combine_chunks().to_batches()[0]
            held, held_rows = table.slice(rows).to_batches(), held_rows - rows
    if held_rows:
        yield pa.Table.from_batches(held).combine_chunks().to_batches()[0]


def _note_of(path: Path) -> str | None:
    with pa.OSFile(str(path), "rb") as file:
        note = (pa.ipc.open_file(file).schema.metadata or {}).get(_NOTE)
    return None if note is None else note.decode()
