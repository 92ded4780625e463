"""Pictures that the user has labelled, named in a CSV or Parquet file.

The column `image` holds paths, relative to the file's folder; the other columns have the names of
the manifest: `expression`, `au01` .. `au26`, `valence`, `arousal`, `split`, `subject` and so on. An
empty cell is a missing label.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from facebehavior.databases.reading import ReadingReport
from facebehavior.databases.text import first_row, numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    AFFECT,
    COMPOUND_EXPRESSIONS,
    EXPRESSIONS,
    MANIFEST_COLUMNS,
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


def read_table(root: Path, report: ReadingReport) -> Manifest:
    """Read a user's own table of labelled pictures.

    Args:
        root: a `.csv` or `.parquet` file.
        report: takes the counts and problems: a row whose picture is not there, or whose cell
            cannot be a label of its column, is left out.

    Raises:
        FaceBehaviorError: the file is missing or no such table, lacks the column `image` or every
            label, or has an unknown column.
        BadInput: the first malformed row, in strict reading.
    """
    lines = _parquet_rows(root, report) if root.suffix == ".parquet" else _csv_rows(root, report)
    rows = [row for line, cells in lines if (row := _row(root, line, cells, report)) is not None]
    if not rows:
        found = f"the first: {report.problems[0]}" if report.problems else "it has none"
        raise FaceBehaviorError(f"{root}: not one row can be used; {found}")
    return Manifest.from_rows(rows)


def _csv_rows(path: Path, report: ReadingReport) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Go through the rows of a CSV file with their line numbers, as text."""
    if not path.is_file():
        raise FaceBehaviorError(f"{path}: expected a CSV or Parquet file, found none")
    names = first_row(path)
    _check_columns(path, names)
    for line, cells in numbered_rows(path, report, header=1):
        if len(cells) == len(names):
            yield line, dict(zip(names, cells, strict=True))
        else:
            report.problem(path, line, f"expected {len(names)} cells, found {len(cells)}")


def _parquet_rows(path: Path, report: ReadingReport) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Go through the rows of a Parquet file with their numbers, from 1."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FaceBehaviorError(f"{path}: expected a Parquet table ({reason})") from error
    _check_columns(path, table.column_names)
    for number, cells in enumerate(table.to_pylist(), start=1):
        report.rows += 1
        yield number, cells


def _check_columns(path: Path, names: list[str]) -> None:
    if "image" not in names:
        raise FaceBehaviorError(
            f"{path}: expected a column 'image', found columns: {', '.join(names)}"
        )
    unknown = [name for name in names if name not in _SCALARS]
    if unknown:
        raise FaceBehaviorError(
            f"{path}: unknown column {unknown[0]!r}; labels are {', '.join(_LABELS)}"
        )
    if not set(names) & set(_LABELS):
        raise FaceBehaviorError(
            f"{path}: expected at least one column of labels ({', '.join(_LABELS)}), found none"
        )


def _row(
    path: Path, line: int, cells: Mapping[str, object], report: ReadingReport
) -> dict[str, object] | None:
    row: dict[str, object] = {"database": path.stem}
    for name, cell in cells.items():
        try:
            row[name] = _value(name, cell)
        except ValueError as error:
            report.problem(path, line, f"column {name}: {error}")
            return None
    picture = path.parent / str(row["image"])
    if row["image"] is None or not picture.is_file():
        report.problem(path, line, f"names a picture that is not there: {row['image']}")
        return None
    row["image"] = str(picture)
    return row


def _value(name: str, cell: object) -> object:
    """Turn one cell, whatever its type, into the type of its column; an empty one into None."""
    text = "" if cell is None else str(cell).strip()
    if not text or text.lower() == "nan":
        return None
    kind = MANIFEST_COLUMNS[name]
    if pa.types.is_boolean(kind):
        return _boolean(text)
    if pa.types.is_floating(kind):
        return _number(name, text)
    if pa.types.is_integer(kind):
        return int(float(text))
    if name in _NAMES and text.lower() not in _NAMES[name]:
        raise ValueError(f"expected one of {', '.join(_NAMES[name])}, found {text!r}")
    return text.lower() if name in _NAMES else text


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"expected 0 or 1, or nothing where the label is missing, found {text!r}")


def _number(name: str, text: str) -> float:
    value = float(text)
    if name in AFFECT and not -1.0 <= value <= 1.0:
        raise ValueError(f"expected -1 to 1, or nothing where the label is missing, found {text}")
    if name.endswith("_intensity") and not 0.0 <= value <= 1.0:
        raise ValueError(f"expected 0 to 1, or nothing where the label is missing, found {text}")
    return value
