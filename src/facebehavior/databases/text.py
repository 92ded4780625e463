"""The lines of the databases' text files, with their numbers and whatever is wrong with them."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from facebehavior.databases.reading import ReadingReport
from facebehavior.errors import FaceBehaviorError


def numbered_rows(
    file: Path, report: ReadingReport, *, header: int = 0, delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """Go through the rows of a CSV file, one a line, with their line numbers from 1.

    Cells come without the blanks around them. Lines that are empty, or blanks alone, are left out.

    Args:
        file: UTF-8 text, with or without a byte order mark, with any line ends.
        report: counts the rows; a line that is not UTF-8 or no CSV is a problem and left out.
        header: number of lines before the first row.
        delimiter: what separates cells.

    Raises:
        FaceBehaviorError: the file cannot be read.
        BadInput: the first bad line, in strict reading.
    """
    for line, text in _numbered_lines(file, report, header):
        try:
            cells = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
        except csv.Error as error:
            report.problem(file, line, f"expected a row of a CSV file ({error})")
            continue
        yield line, [cell.strip() for cell in cells]


def numbered_fields(
    file: Path, report: ReadingReport, *, header: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Go through the rows of a text file whose fields are separated by blanks or tabs.

    Args and errors are those of `numbered_rows`.
    """
    for line, text in _numbered_lines(file, report, header):
        yield line, text.split()


def first_row(file: Path, *, delimiter: str = ",") -> list[str]:
    """Give the cells of a CSV file's first line without the blanks around them; [] if it is empty.

    Raises:
        FaceBehaviorError: the file cannot be read or its first line is not UTF-8.
    """
    try:
        # Decoded alone: a bad byte further down is the problem of its own line.
        with file.open("rb") as lines:
            text = next(lines, b"").decode("utf-8-sig")
        cells = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FaceBehaviorError(f"{file}: expected a CSV file in UTF-8 ({error})") from error
    return [cell.strip() for cell in cells]


def _numbered_lines(file: Path, report: ReadingReport, header: int) -> Iterator[tuple[int, str]]:
    try:
        with file.open("rb") as lines:
            for line, raw in islice(enumerate(lines, start=1), header, None):
                try:
                    text = raw.decode("utf-8-sig").strip("\r\n")
                except UnicodeDecodeError:
                    report.rows += 1
                    report.problem(file, line, "expected UTF-8 text, found other bytes")
                    continue
                if text.strip():
                    report.rows += 1
                    yield line, text
    except OSError as error:
        reason = error.strerror or error
        raise FaceBehaviorError(f"{file}: expected a text file ({reason})") from error
