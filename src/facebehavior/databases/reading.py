"""What every reader of a database shares: its interface and the report of what it read."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.labels import Manifest


@dataclass
class ReadingReport:
    """What became of the rows of a database.

    Attributes:
        rows: label rows read, malformed ones included.
        dropped: rows left out on purpose, counted by reason.
        problems: malformed or unusable rows, each with its file and line.
        warnings: what looks wrong with the database as a whole, such as a missing archive or
            frames that are off by one; every row can still be used.
        strict: raise the first problem or mismatch instead of collecting it.
    """

    strict: bool = False
    rows: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    problems: list[BadInput] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def problem(self, file: Path, line: int | str, reason: str) -> None:
        """Note a row that cannot be used.

        Args:
            file: where it stands.
            line: the number of its line from 1, or its key in a file that has no lines.
            reason: what was expected and what was found.

        Raises:
            BadInput: in strict reading.
        """
        found = BadInput(f"{file}:{line}", reason)
        if self.strict:
            raise found
        self.problems.append(found)

    def warn(self, place: Path, reason: str) -> None:
        """Note what looks wrong without making a row unusable."""
        self.warnings.append(f"{place}: {reason}")

    def mismatch(self, place: Path, reason: str) -> None:
        """Note rows that are too few, too many or one off for what they are about.

        Rows that fit can be used.

        Raises:
            BadInput: in strict reading.
        """
        if self.strict:
            raise BadInput(place, reason)
        self.warn(place, reason)

    def faces_asked_for(self, given: int) -> int:
        """Count the faces that were asked for: those that are given, and those of malformed rows.

        Only where every row is about a face of its own does a malformed one cost a face. Where a
        face has a row in each of several files, the malformed ones leave it the others.

        Args:
            given: faces in the manifest that was read with this report.
        """
        a_row_a_face = self.rows == given + self.dropped.total() + len(self.problems)
        return given + len(self.problems) if a_row_a_face else given


Reader = Callable[..., Manifest]
"""Reads the official release of one database.

It is called as `read(root, report)`: `root` is the folder as released (or the file, where the
release is one), `report` a `ReadingReport`. Further keyword arguments, each with a default, are
the reader's options, such as the threshold from which an intensity counts as active.

It raises FaceBehaviorError where the folder is not this database, and BadInput for the first
malformed row in strict reading.
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
