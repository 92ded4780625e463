"""The databases: a reader each, and their preparation into shards."""

from collections.abc import Mapping
from difflib import get_close_matches

from facebehavior.databases.ferplus import read_ferplus
from facebehavior.databases.preparation import PreparationReport, is_prepared, prepare
from facebehavior.databases.reading import Reader, ReadingReport
from facebehavior.databases.shards import Shards
from facebehavior.databases.synthetic import read_synthetic
from facebehavior.databases.table import read_table
from facebehavior.errors import FaceBehaviorError

READERS: Mapping[str, Reader] = {
    "ferplus": read_ferplus,
    "synthetic": read_synthetic,
    "table": read_table,
}
"""Name of each database and what reads it; `table` is the user's own CSV or Parquet file."""


def find_reader(name: str) -> Reader:
    """Give the reader of a database.

    Raises:
        FaceBehaviorError: there is none of that name.
    """
    if name not in READERS:
        nearest = get_close_matches(name, READERS, n=1, cutoff=0.0)[0]
        raise FaceBehaviorError(
            f"unknown database {name!r}; did you mean {nearest!r}? known: {', '.join(READERS)}"
        )
    return READERS[name]


__all__ = [
    "READERS",
    "PreparationReport",
    "Reader",
    "ReadingReport",
    "Shards",
    "find_reader",
    "is_prepared",
    "prepare",
    "read_table",
]
