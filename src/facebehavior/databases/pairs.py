"""Pairs of pictures that a release compares, and the file that keeps them beside the shards."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing

FILE = "pairs.csv"
_HEADER = ["first", "second", "same", "fold"]


@dataclass(frozen=True)
class Pair:
    """Two pictures that a release compares.

    Attributes:
        first: path of one picture, as the manifest has it; it need not be there.
        second: path of the other.
        same: whether they show the same person.
        fold: from 0.
    """

    first: str
    second: str
    same: bool
    fold: int


def keep_pairs(folder: Path, pairs: Sequence[Pair]) -> None:
    """Write pairs into a folder of shards.

    Raises:
        FaceBehaviorError: the file cannot be written.
    """
    path = folder / FILE
    with writing(path) as new, new.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows((one.first, one.second, int(one.same), one.fold) for one in pairs)


def kept_pairs(folder: Path) -> tuple[Pair, ...]:
    """Read the pairs of a folder of shards; none where it keeps none.

    Raises:
        FaceBehaviorError: the file is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        if header != _HEADER or not all(len(row) == 4 and row[2] in ("0", "1") for row in rows):
            raise ValueError(f"expected the columns {','.join(_HEADER)}")
        return tuple(Pair(row[0], row[1], row[2] == "1", int(row[3])) for row in rows)
    except (OSError, ValueError, csv.Error) as error:
        raise FaceBehaviorError(
            f"{path}: expected the pairs that prepare has written ({error}); prepare again"
        ) from error
