"""What every reader of a database shares: its interface and the report of what it read."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.labels import Manifest


@dataclass
class ReadingReport:
    """What became of the rows of a database.

    Attributes:
        rows: label rows read, malformed ones included.
        dropped: rows left out on purpose, counted by reason.
        problems: malformed or unusable rows, each with its file and line.
        strict: raise the first problem instead of collecting it.
    """

    strict: bool = False
    rows: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    problems: list[BadInput] = field(default_factory=list)

    def problem(self, file: Path, line: int, reason: str) -> None:
        """Note a row that cannot be used.

        Raises:
            BadInput: in strict reading.
        """
        found = BadInput(f"{file}:{line}", reason)
        if self.strict:
            raise found
        self.problems.append(found)


class Reader(Protocol):
    """Reads the official release of one database."""

    def __call__(self, root: Path, report: ReadingReport) -> Manifest:
        """Read the labels below `root`, the folder as released, into a manifest.

        Raises:
            FaceBehaviorError: the folder is not this database.
            BadInput: the first malformed row, in strict reading.
        """


def required_folder(root: Path, what: str) -> Path:
    """Give `root` if it is a folder.

    Raises:
        FaceBehaviorError: it is missing, or a file such as an archive not yet unpacked.
    """
    if root.is_dir():
        return root
    found = "a file (unpack the archive first)" if root.exists() else "nothing there"
    raise FaceBehaviorError(f"{root}: expected the folder of {what}, found {found}")


def numbered_rows(file: Path, report: ReadingReport) -> Iterator[tuple[int, list[str]]]:
    """Go through the rows of a CSV file with their line numbers, from 1; empty rows are left out.

    Raises:
        FaceBehaviorError: the file cannot be read as UTF-8 text.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.reader(lines)
            for row in reader:
                if row:
                    report.rows += 1
                    yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FaceBehaviorError(f"{file}: expected a CSV file in UTF-8 ({error})") from error
