"""Reading records back from their files."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from facebehavior.errors import FaceBehaviorError
from facebehavior.records.columns import RecordOptions, record_columns

_BLOCK_BYTES = 1 << 24
"""More than the longest row, which holds a face's landmarks as text."""


def read_records(path: str | Path) -> pa.Table:
    """Read a record of any of the three formats, with the columns' right types.

    Columns that a record does not have, such as a user's own, are read as they come.

    Args:
        path: ends in `.parquet`, `.csv` or `.jsonl`.

    Raises:
        FaceBehaviorError: the file is missing, of another kind, damaged or no record.
    """
    path = Path(path)
    read = _reader(path)
    with _explained(path):
        table = read(path)
        _check_columns(table.column_names, path)
    return table


def record_batches(path: Path, rows: int) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Go through a record, at most so many rows at a time; only Parquet stays on the disk.

    Raises:
        FaceBehaviorError: as for `read_records`; where Parquet is damaged within, on the way.
    """
    if path.suffix.lower() != ".parquet" or not path.is_file():
        table = read_records(path)
        return table.schema, iter(table.to_batches(max_chunksize=rows))
    with _explained(path):
        file = pq.ParquetFile(path)
        _check_columns(file.schema_arrow.names, path)
    return file.schema_arrow, _parquet_batches(file, path, rows)


def _parquet_batches(file: pq.ParquetFile, path: Path, rows: int) -> Iterator[pa.RecordBatch]:
    with file, _explained(path):
        yield from file.iter_batches(batch_size=rows)


def _reader(path: Path) -> Callable[[Path], pa.Table]:
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise FaceBehaviorError(f"expected a file that ends in {', '.join(_READERS)}, found {path}")
    if not path.is_file():
        raise FaceBehaviorError(f"{path}: expected a table of records, found no such file")
    return read


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise FaceBehaviorError(
            f"{path}: expected a table of records, found another or a damaged file "
            f"({str(error).splitlines()[0]})"
        ) from error


def _check_columns(names: Sequence[str], path: Path) -> None:
    missing = [name for name in ("source", "frame", "detected") if name not in names]
    if missing:
        raise FaceBehaviorError(
            f"{path}: expected a table of records, found a table without the column {missing[0]!r}"
        )


def _types() -> dict[str, pa.DataType]:
    options = RecordOptions(landmarks=True, attributes=True)
    return {column.name: column.type for column in record_columns(options)}


def _read_parquet(path: Path) -> pa.Table:
    return pq.read_table(path)


def _read_csv(path: Path) -> pa.Table:
    return pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=_types(),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _read_json_lines(path: Path) -> pa.Table:
    with path.open("rb") as lines:
        first = lines.readline()
    if not first:
        return pa.schema([(c.name, c.type) for c in record_columns()]).empty_table()
    names = list(json.loads(first))
    types = _types()
    schema = pa.schema([(name, types[name]) for name in names if name in types])
    table = pyarrow.json.read_json(
        path,
        read_options=pyarrow.json.ReadOptions(block_size=_BLOCK_BYTES),
        parse_options=pyarrow.json.ParseOptions(explicit_schema=schema),
    )
    return table.select(names)


_READERS: Mapping[str, Callable[[Path], pa.Table]] = {
    ".parquet": _read_parquet,
    ".csv": _read_csv,
    ".jsonl": _read_json_lines,
}
