"""From any table of faces to any other, a few thousand rows at a time."""

import csv
import logging
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa

from facebehavior.errors import FaceBehaviorError
from facebehavior.records.formats import format_of
from facebehavior.records.peers import PEERS, Peer
from facebehavior.records.reading import record_batches
from facebehavior.records.schema import arrow_schema
from facebehavior.records.writers import write_rows

_log = logging.getLogger(__name__)

ROWS_TOGETHER = 2048


def convert(source: str | Path, target: str | Path) -> int:
    """Read a table of faces, ours or another program's, and write it as the target's name says.

    Columns that the target has no place for are named in a warning.

    Args:
        source: a record (`.parquet`, `.csv`, `.jsonl`), or a CSV of OpenFace 2, py-feat or
            LibreFace, which is told by its columns.
        target: ends in `.parquet`, `.csv`, `.jsonl`, `.openface.csv`, `.feat.csv` or
            `.libreface.csv`.

    Returns:
        The number of rows.

    Raises:
        FaceBehaviorError: a file is not what its name says, or cannot be written.
    """
    schema, batches = any_batches(Path(source))
    target_format = format_of(Path(target))
    lacked = frozenset() if target_format is None else target_format.lacks
    # Every record has a column for people, and it is empty where nobody asked for them.
    left_out = [name for name in schema.names if name in lacked - {"person"}]
    if left_out:
        _log.warning("%s has no place for %s: left out", target, ", ".join(left_out))
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in batches:
            rows += batch.num_rows
            yield batch

    write_rows(target, schema, counted())
    return rows


def read_any_records(path: str | Path) -> pa.Table:
    """Read a table of faces, ours or another program's, into the record's columns.

    Raises:
        FaceBehaviorError: the file is missing, damaged, or no such table.
    """
    schema, batches = any_batches(Path(path))
    return pa.Table.from_batches(list(batches), schema)


def any_batches(path: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Go through the rows of any table of faces.

    Raises:
        FaceBehaviorError: at once where the file is no such table; later where a row is not.
    """
    peer = _peer_of(path) if path.suffix.lower() == ".csv" else None
    if peer is not None:
        schema = arrow_schema()
        return schema, _peer_batches(path, peer, schema)
    return record_batches(path, ROWS_TOGETHER)


def _peer_of(path: Path) -> Peer | None:
    """Tell by its first line whose table a file is; None where it is none of the known ones'."""
    try:
        with path.open("r", encoding="utf-8-sig", newline="") as lines:
            header = next(csv.reader(lines), [])
    except FileNotFoundError as error:
        raise FaceBehaviorError(f"{path}: expected a table of faces, found no such file") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FaceBehaviorError(f"{path}: expected a table in UTF-8 ({error})") from error
    names = {name.strip() for name in header}
    return next((peer for peer in PEERS if peer.marks <= names), None)


def _peer_batches(path: Path, peer: Peer, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    rows = _peer_rows(path, peer)
    while some := list(islice(rows, ROWS_TOGETHER)):
        yield pa.RecordBatch.from_pylist(some, schema=schema)


def _peer_rows(path: Path, peer: Peer) -> Iterator[dict[str, object]]:
    """Read its rows, and number the faces of a frame in their order."""
    frame: object = None
    faces = 0
    with path.open("r", encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        header = [name.strip() for name in next(reader, [])]
        try:
            twice = [name for name, times in Counter(header).items() if times > 1]
            if twice:
                raise ValueError(f"the column {twice[0]!r} stands there twice")
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise ValueError(f"expected {len(header)} cells, found {len(cells)}")
                row = peer.read(dict(zip(header, cells, strict=True)), path)
                faces = faces + 1 if (row["source"], row["frame"]) == frame else 0
                frame = (row["source"], row["frame"])
                if row["detected"]:
                    row["face"] = faces
                yield row
        except (ValueError, UnicodeDecodeError, csv.Error) as error:
            raise FaceBehaviorError(
                f"{path}:{reader.line_num}: expected a row of {peer.name} ({error})"
            ) from error
