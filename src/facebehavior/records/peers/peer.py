"""What reading and writing any other program's table needs."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

_LARGEST = 3e38
_LARGEST_COUNT = 2**31 - 1


@dataclass(frozen=True)
class Peer:
    """Another program's table.

    Attributes:
        name: of the program.
        ending: of the names of files that are written for it.
        columns: in its order.
        marks: columns that tell its tables from all others.
        written: turns one row of the record into a row of it: text by column; what is left out is
            empty. None where the program has no row for it. It is not asked of damaged frames
            (`detected` is null), for which no program has a row.
        read: turns one row of it, text by column, into a row of the record; what is left out is
            null, and `face` is left to whom sees all rows of a frame. Its second argument is the
            path of the file.
        holds: columns that a record has where they are asked for, and that it has a place for.
        of_one: whether a table of it tells of one video or photograph, without its name.
    """

    name: str
    ending: str
    columns: tuple[str, ...]
    marks: frozenset[str]
    written: Callable[[Row], dict[str, str] | None]
    read: Callable[[Mapping[str, str], Path], dict[str, object]]
    holds: frozenset[str] = frozenset()
    of_one: bool = False


def number(row: Mapping[str, str], name: str) -> float | None:
    """Read a number; None where the column or the number is missing.

    Raises:
        ValueError: something else stands there.
    """
    text = row.get(name, "").strip()
    if not text or text.lower() in ("nan", "none", "null"):
        return None
    value = float(text)
    if math.isfinite(value) and abs(value) > _LARGEST:
        raise ValueError(f"expected a number of single precision in {name}, found {text}")
    return value if math.isfinite(value) else None


def counted(row: Mapping[str, str], name: str, first: int = 0) -> int:
    """Read a whole number that counts from `first`.

    Raises:
        ValueError: it is missing, or something else stands there.
    """
    value = number(row, name)
    if value is None or value < first or value > _LARGEST_COUNT or value != int(value):
        found = repr(row[name]) if name in row else "no such column"
        raise ValueError(f"expected a whole number from {first} in {name}, found {found}")
    return int(value)


def degrees(value: float | None, sign: int = 1) -> float | None:
    """Turn radians into degrees, and the direction if the sign is -1."""
    return None if value is None else sign * math.degrees(value)


def radians(value: float | None, sign: int = 1) -> float | None:
    """Turn degrees into radians, and the direction if the sign is -1."""
    return None if value is None else sign * math.radians(value)


def fixed(value: float | None, decimals: int) -> str:
    """Write a number with so many decimals; nothing where it is missing."""
    return "" if value is None else f"{value + 0.0:.{decimals}f}"


def numbered(pattern: str, count: int) -> Iterator[str]:
    """Give a pattern's names with the numbers from 0."""
    return (pattern.format(place) for place in range(count))


def filled(texts: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    """Put texts into the order of the columns."""
    return [texts.get(name, "") for name in columns]
