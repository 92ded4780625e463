"""Rows as Parquet, CSV and JSON lines: the same values in each."""

import csv
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from facebehavior.errors import FaceBehaviorError
from facebehavior.records.peers import PEERS, Peer
from facebehavior.records.peers.peer import filled

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class FileFormat:
    """How rows become a file.

    Attributes:
        write: writes the batches, all of one schema, to a path.
        lacks: the columns that a record may have and the file has no place for.
        own: whether the columns are the record's, so that its schema describes them.
        of_one: whether a file can tell of one video or photograph alone.
    """

    write: Callable[[Path, pa.Schema, Batches], None]
    lacks: frozenset[str] = frozenset()
    own: bool = True
    of_one: bool = False


def _write_parquet(path: Path, schema: pa.Schema, batches: Batches) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _write_csv(path: Path, schema: pa.Schema, batches: Batches) -> None:
    # Arrow writes the shortest digits that give the same float32 back, and nothing for null.
    options = pyarrow.csv.WriteOptions(include_header=True, quoting_style="needed")
    with pyarrow.csv.CSVWriter(path, schema, write_options=options) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _write_json_lines(path: Path, schema: pa.Schema, batches: Batches) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for batch in batches:
            columns = {
                field.name: _with_short_floats(batch.column(field.name)).to_pylist()
                for field in schema
            }
            for values in zip(*columns.values(), strict=True):
                row: dict[str, Any] = dict(zip(columns, values, strict=True))
                line = json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
                file.write(line + "\n")


def _with_short_floats(array: pa.Array) -> pa.Array:
    """Turn single into double precision so that 0.1 stays 0.1 and not 0.10000000149011612."""
    if pa.types.is_float32(array.type):
        return array.cast(pa.string()).cast(pa.float64())
    if pa.types.is_fixed_size_list(array.type):
        array = array.cast(pa.list_(array.type.value_type))
    if pa.types.is_list(array.type) and pa.types.is_float32(array.type.value_type):
        return array.cast(pa.list_(pa.string())).cast(pa.list_(pa.float64()))
    return array


def _write_peer(peer: Peer, path: Path, _: pa.Schema, batches: Batches) -> None:
    """Write another program's table; a row that it would not have is left out.

    Raises:
        FaceBehaviorError: the rows are of several sources, and the table cannot name them.
    """
    source = None
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(peer.columns)
        for batch in batches:
            for row in batch.to_pylist():
                if peer.of_one and source not in (None, row["source"]):
                    raise _of_one(f"a table of {peer.name}", f"{source} and {row['source']}")
                source = row["source"]
                texts = None if row["detected"] is None else peer.written(row)
                if texts is not None:
                    lines.writerow(filled(texts, peer.columns))


LISTS = frozenset({"landmarks", "embedding"})
OPTIONAL = LISTS | {"compound", "person"}
"""The columns that are filled where they are asked for; of these, those that hold lists."""

FORMATS: Mapping[str, FileFormat] = {
    ".parquet": FileFormat(_write_parquet),
    ".csv": FileFormat(_write_csv, lacks=LISTS),
    ".jsonl": FileFormat(_write_json_lines),
    **{
        peer.ending: FileFormat(
            partial(_write_peer, peer), OPTIONAL - peer.holds, own=False, of_one=peer.of_one
        )
        for peer in PEERS
    },
}
"""The formats of a record, and of other programs, by the ending of the file's name."""


def check_held(path: str | Path | None, asked: Collection[str]) -> None:
    """Check that a file can hold the columns that are asked for.

    Args:
        path: of the file; None for the table on the terminal.
        asked: some of `OPTIONAL`.

    Raises:
        FaceBehaviorError: it has no place for one of them.
    """
    known = None if path is None else format_of(Path(path))
    lacks = frozenset() if known is None else known.lacks
    for name in sorted((LISTS if path is None else lacks) & set(asked)):
        place = "the printed table" if path is None else str(path)
        raise FaceBehaviorError(
            f"{place} has no place for the column {name}, which is asked for: write .parquet or "
            ".jsonl with -o, or leave the option out"
        )


def check_sources(path: str | Path, count: int) -> None:
    """Check that a file can tell of so many videos and photographs.

    Raises:
        FaceBehaviorError: it can tell of one alone.
    """
    known = format_of(Path(path))
    if known is not None and known.of_one and count > 1:
        raise _of_one(str(path), str(count))


def _of_one(table: str, found: str) -> FaceBehaviorError:
    return FaceBehaviorError(
        f"{table} tells of one video or photograph, without its name, found {found}: write .csv, "
        ".parquet or .feat.csv, or a table for each"
    )


def format_of(path: Path) -> FileFormat | None:
    """Give the format of the longest ending that a file's name has; None where it has none."""
    name = path.name.lower()
    endings = [ending for ending in FORMATS if name.endswith(ending) and name != ending]
    return FORMATS[max(endings, key=len)] if endings else None
