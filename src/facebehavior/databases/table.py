"""Table: pictures that you have labelled yourself, named in a CSV or Parquet file.

Labels: the columns that it has: `expression`, `au01` .. `au26`, `valence`, `arousal`, `compound`,
`identity`, `attr_smiling` and the other attributes; and, for tasks of your own, `label_ANYTHING`.
Size: any.
Where: nobody needs to be asked.
Terms: yours.
Citation: yours.
Metric: as its columns allow.

The column `image` holds paths, relative to the file's folder; `split`, `subject` and others are
those of the manifest. An empty cell is a missing label.

Options: `columns`, where the table names its columns otherwise: image=path,expression=emotion; then
all others are left aside. `values`, where it names its classes otherwise:
expression.happy=happiness,expression.sad=sadness.

Layout::

    pictures.csv                                     image,expression,au12,...
    first.jpg   folder/second.jpg
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from facebehavior.databases.codes import number, whole
from facebehavior.databases.reading import ReadingReport
from facebehavior.databases.text import first_row, numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    AFFECT,
    ATTRIBUTE_COLUMNS,
    COMPOUND_EXPRESSIONS,
    EXPRESSIONS,
    MANIFEST_COLUMNS,
    OWN_COLUMNS,
    Manifest,
)

_TRUE, _FALSE = ("1", "1.0", "true"), ("0", "0.0", "false")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "expression": EXPRESSIONS,
    "compound": tuple(COMPOUND_EXPRESSIONS),
}
_SCALARS = tuple(
    name
    for name, kind in MANIFEST_COLUMNS.items()
    if not (pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind))
)
_LABELS = ("expression", *ACTION_UNIT_COLUMNS, *AFFECT)
_ALL_LABELS = frozenset({*_LABELS, "compound", "identity", *ATTRIBUTE_COLUMNS})


@dataclass(frozen=True)
class Mapped:
    """How the names of a table become those of the manifest.

    Attributes:
        columns: our name of each of their columns; empty where theirs are ours.
        values: our word for each of their words, by our column and their word in lower case.
    """

    columns: Mapping[str, str]
    values: Mapping[tuple[str, str], str]

    def cell(self, name: str, value: object) -> object:
        """Give our word for one of theirs."""
        text = str(value).strip().lower()
        return self.values.get((name, text), value)


def read_table(
    root: Path, report: ReadingReport, *, columns: str = "", values: str = ""
) -> Manifest:
    """Read a user's own table of labelled pictures.

    Args:
        root: a `.csv` or `.parquet` file.
        report: takes the counts and problems: a row whose picture is not there, or whose cell
            cannot be a label of its column, is left out.
        columns: `ours=theirs,...` where the table names its columns otherwise; then all other
            columns are left aside.
        values: `column.their word=ours,...` where it names its classes otherwise.

    Raises:
        FaceBehaviorError: the file is missing or no such table, lacks the column `image` or every
            label, or has an unknown column.
        BadInput: the first malformed row, in strict reading.
    """
    mapped = Mapped(_columns(columns), _words(values))
    numbered = _parquet_rows if root.suffix == ".parquet" else _csv_rows
    # Read twice, so that only the manifest grows: a column of one's own has the type of all cells.
    own = _truths((row for _, row in numbered(root, ReadingReport(), mapped)), mapped)
    lines = numbered(root, report, mapped)
    read = ((line, _row(root, line, cells, own, mapped, report)) for line, cells in lines)
    manifest = Manifest.from_rows(_once(root, read, report))
    if not len(manifest):
        found = f"the first: {report.problems[0]}" if report.problems else "it has none"
        raise FaceBehaviorError(f"{root}: not one row can be used; {found}")
    return manifest


def _columns(text: str) -> dict[str, str]:
    found = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        ours, sign, theirs = (part.strip() for part in pair.partition("="))
        if not sign or not theirs or not (ours in _SCALARS or ours.startswith(OWN_COLUMNS)):
            raise FaceBehaviorError(
                f"columns: expected pairs such as image=path,expression=emotion, found {pair!r}; "
                f"labels are {', '.join(_LABELS)}"
            )
        found[theirs] = ours
    return found


def _words(text: str) -> dict[tuple[str, str], str]:
    found = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        place, sign, ours = (part.strip() for part in pair.partition("="))
        column, dot, theirs = place.partition(".")
        if not sign or not dot:
            raise FaceBehaviorError(
                f"values: expected pairs such as expression.happy=happiness, found {pair!r}"
            )
        found[column, theirs.lower()] = ours
    return found


def _truths(rows: Iterable[Mapping[str, object]], mapped: Mapped) -> dict[str, bool]:
    """Tell which of the columns of one's own hold nothing but true and false."""
    found: dict[str, bool] = {}
    for row in rows:
        for name, cell in row.items():
            if name.startswith(OWN_COLUMNS) and (text := _text(mapped.cell(name, cell))):
                found[name] = found.get(name, True) and text.lower() in (*_TRUE, *_FALSE)
    return found


def _csv_rows(
    path: Path, report: ReadingReport, mapped: Mapped
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Go through the rows of a CSV file with their line numbers, as text."""
    if not path.is_file():
        raise FaceBehaviorError(f"{path}: expected a CSV or Parquet file, found none")
    theirs = first_row(path)
    names = _named(path, theirs, mapped)
    for line, cells in numbered_rows(path, report, header=1):
        if len(cells) == len(names):
            yield line, {n: c for n, c in zip(names, cells, strict=True) if n is not None}
        else:
            report.problem(path, line, f"expected {len(names)} cells, found {len(cells)}")


def _parquet_rows(
    path: Path, report: ReadingReport, mapped: Mapped
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Go through the rows of a Parquet file with their numbers, from 1."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FaceBehaviorError(f"{path}: expected a Parquet table ({reason})") from error
    names = _named(path, table.column_names, mapped)
    batches = table.to_batches(max_chunksize=1024)
    rows = (row for batch in batches for row in batch.to_pylist())
    for line, cells in enumerate(rows, start=1):
        report.rows += 1
        values = zip(names, cells.values(), strict=True)
        yield line, {name: cell for name, cell in values if name is not None}


def _named(path: Path, theirs: list[str], mapped: Mapped) -> list[str | None]:
    """Give our name of each of a table's columns; None for one that is left aside."""
    if missing := [name for name in mapped.columns if name not in theirs]:
        raise FaceBehaviorError(
            f"{path}: expected a column {missing[0]!r}, found columns: {', '.join(theirs)}"
        )
    names: list[str | None] = [*theirs]
    if mapped.columns:
        names = [mapped.columns.get(name) for name in theirs]
    known = [name for name in names if name is not None]
    if "image" not in known:
        raise FaceBehaviorError(
            f"{path}: expected a column 'image', found columns: {', '.join(theirs)}; where they "
            "have other names, give the option columns=image=THEIRS,..."
        )
    if twice := [name for name in known if known.count(name) > 1]:
        raise FaceBehaviorError(f"{path}: expected one column {twice[0]!r}, found two")
    unknown = [n for n in known if n not in _SCALARS and not n.startswith(OWN_COLUMNS)]
    if unknown:
        raise FaceBehaviorError(
            f"{path}: unknown column {unknown[0]!r}; labels are {', '.join(_LABELS)}"
        )
    if not any(name in _ALL_LABELS or name.startswith(OWN_COLUMNS) for name in known):
        raise FaceBehaviorError(
            f"{path}: expected at least one column of labels ({', '.join(_LABELS)}), found none"
        )
    return names


def _row(
    path: Path,
    line: int,
    cells: Mapping[str, object],
    own: Mapping[str, bool],
    mapped: Mapped,
    report: ReadingReport,
) -> dict[str, object] | None:
    row: dict[str, object] = {"database": path.stem}
    for name, cell in cells.items():
        try:
            row[name] = _value(name, mapped.cell(name, cell), own)
        except ValueError as error:
            report.problem(path, line, f"column {name}: {error}")
            return None
    picture = path.parent / str(row.get("image"))
    try:
        there = row.get("image") is not None and picture.is_file()
    except OSError as error:
        # Such as a name that is longer than the file system allows.
        report.problem(path, line, f"column image: {error.strerror}")
        return None
    if not there:
        report.problem(path, line, f"names a picture that is not there: {row['image']}")
        return None
    row["image"] = str(picture)
    return row


def _once(
    path: Path, rows: Iterable[tuple[int, dict[str, object] | None]], report: ReadingReport
) -> Iterator[dict[str, object]]:
    """Leave out rows whose picture, or frame of a video, has been labelled before."""
    seen: dict[object, int] = {}
    for line, row in rows:
        if row is None:
            continue
        first = seen.setdefault((row["image"], row.get("frame")), line)
        if first == line:
            yield row
        else:
            report.problem(path, line, f"{row['image']} is labelled twice, first in row {first}")


def _value(name: str, cell: object, own: Mapping[str, bool]) -> object:
    """Turn one cell, whatever its type, into the type of its column; an empty one into None."""
    text = _text(cell)
    if not text:
        return None
    if name.startswith(OWN_COLUMNS):
        return _boolean(text) if own[name] else text
    kind = MANIFEST_COLUMNS[name]
    if pa.types.is_boolean(kind):
        return _boolean(text)
    if pa.types.is_floating(kind):
        return _number(name, text)
    if pa.types.is_integer(kind):
        return whole(text)
    if name in _NAMES and text.lower() not in _NAMES[name]:
        raise ValueError(f"expected one of {', '.join(_NAMES[name])}, found {text!r}")
    return text.lower() if name in _NAMES else text


def _text(cell: object) -> str:
    """Write a cell as text; empty where it is missing."""
    text = "" if cell is None else str(cell).strip()
    return "" if text.lower() == "nan" else text


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"expected 0 or 1, or nothing where the label is missing, found {text!r}")


def _number(name: str, text: str) -> float:
    value = number(text)
    if name in AFFECT and not -1.0 <= value <= 1.0:
        raise ValueError(f"expected -1 to 1, or nothing where the label is missing, found {text}")
    if name.endswith("_intensity") and not 0.0 <= value <= 1.0:
        raise ValueError(f"expected 0 to 1, or nothing where the label is missing, found {text}")
    return value
