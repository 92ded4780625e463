"""The rows of an analysis on the disk, until all that was asked for has been made of them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from facebehavior.analysis.lots import FOLDER, Lot
from facebehavior.analysis.recording import Recorder
from facebehavior.analysis.working import Note, segments_of
from facebehavior.files import explained_write_errors
from facebehavior.records.segments import check_nothing_else, is_ours

GALLERY = "gallery"
"""What the names of files for the names of people begin with."""


class KeptRows:
    """All rows of an analysis, each lot's in a folder of its own.

    Rows of the same lots that an earlier run has left there are kept.

    Args:
        folder: for all of them.
        lots: of the analysis.
        recorder: makes the rows.

    Raises:
        FaceBehaviorError: the folder cannot be made or written to, or holds something else.

    Attributes:
        of_others: whether rows of other lots are there, as of other inputs or options.
    """

    def __init__(self, folder: Path, lots: Sequence[Lot], recorder: Recorder) -> None:
        self._folder = folder
        self._lots = lots
        self._recorder = recorder
        with explained_write_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            known = {lot.folder for lot in lots}
            self.of_others = bool(set(folder.glob(f"{FOLDER}*")) - known)
            check_nothing_else(folder, _is_known)

    def notes(self) -> list[tuple[Lot, Note]]:
        """Give the lots and where each has come to."""
        return [(lot, Note.of_text(segments_of(lot, self._recorder).note)) for lot in self._lots]

    def rows_of(self, lot: Lot) -> Iterator[pa.RecordBatch]:
        """Go through the rows of a lot, as the recorder has made them."""
        yield from segments_of(lot, self._recorder).stored()

    def rows(self) -> Iterator[pa.RecordBatch]:
        """Go through all rows."""
        for lot in self._lots:
            yield from self.rows_of(lot)

    def remove(self) -> None:
        """Remove the rows; all that was asked for has been made of them."""
        with suppress(OSError):  # what cannot be removed does no harm
            for path in self._folder.iterdir():
                if not path.is_dir():
                    path.unlink()
                    continue
                for segment in filter(is_ours, path.iterdir()):
                    segment.unlink()
                path.rmdir()
            self._folder.rmdir()


def _is_known(path: Path) -> bool:
    return path.name.startswith((FOLDER, GALLERY)) or is_ours(path)
