"""Pictures that the user has labelled, named in a CSV or Parquet file.

The column `image` holds paths, relative to the file's folder; the other columns have the names of
the manifest: `expression`, `au01` .. `au26`, `valence`, `arousal`, `split`, `subject` and so on. An
empty cell is a missing label.
"""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from facebehavior.databases.reading import ReadingReport
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
    table = _open(root)
    _check_columns(root, table.column_names)
    rows = []
    for line, cells in enumerate(table.to_pylist(), start=2):
        report.rows += 1
        row = _row(root, line, cells, report)
        if row is not None:
            rows.append(row)
    if not rows:
        raise FaceBehaviorError(f"{root}: not one row can be used; the first: {report.problems[0]}")
    return Manifest.from_rows(rows)


def _open(path: Path) -> pa.Table:
    if not path.is_file():
        raise FaceBehaviorError(f"{path}: expected a CSV or Parquet file, found none")
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        names = pacsv.open_csv(path).schema.names
        as_text = pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True
        )
        return pacsv.read_csv(path, convert_options=as_text)
    except pa.ArrowInvalid as error:
        reason = str(error).splitlines()[0]
        raise FaceBehaviorError(f"{path}: expected a CSV or Parquet table ({reason})") from error


def _check_columns(path: Path, names: list[str]) -> None:
    if "image" not in names:
        raise FaceBehaviorError(
            f"{path}: expected a column 'image', found columns: {', '.join(names)}"
        )
    unknown = [name for name in names if name not in MANIFEST_COLUMNS]
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
    """Turn one cell into the type of its column; an empty one into None."""
    if cell is None or not isinstance(cell, str):
        return cell
    text = cell.strip()
    if not text:
        return None
    kind = MANIFEST_COLUMNS[name]
    if pa.types.is_boolean(kind):
        return _boolean(text)
    if pa.types.is_floating(kind):
        return _number(name, text)
    if pa.types.is_integer(kind):
        return int(text)
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
