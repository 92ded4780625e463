"""Records as a table on the terminal."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from facebehavior.closing import Closing
from facebehavior.labels import ACTION_UNIT_COLUMNS

MOST_ROWS = 200
"""Further rows are counted, not printed: a table of thousands is for a file."""

_HEADER = ("source", "frame", "time", "face", "expression", "prob", "valence", "arousal", "active")


class PrintedTable(Closing):
    """Prints the main columns of records as they come; a context manager, as writers are.

    Compound expressions have a column where they were asked for.
    """

    def __init__(self) -> None:
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Print the rows of a batch."""
        for row in batch.to_pylist():
            if self._rows == 0:
                print(_line(_HEADER, "compound" if "compound" in row else None))
            if self._rows < MOST_ROWS:
                print(_line(_cells(row), _compound(row)))
            elif self._rows == MOST_ROWS:
                print("... more rows; write them to a file with -o out.csv")
            self._rows += 1


def _line(cells: Sequence[str], compound: str | None) -> str:
    """Put cells under one another, with the compound expression before the action units."""
    widths = [28, 6, 8, 4, 10, 5, 7, 7, 0]
    listed = list(cells)
    if compound is not None:
        widths.insert(-1, 22)
        listed.insert(-1, compound)
    return "  ".join(cell.ljust(width) for cell, width in zip(listed, widths, strict=True)).rstrip()


def _compound(row: Mapping[str, object]) -> str | None:
    return str(row["compound"] or "") if "compound" in row else None


def _cells(row: Mapping[str, object]) -> tuple[str, ...]:
    name = Path(str(row["source"])).name
    time = row["time_s"]
    place = (
        name if len(name) <= 28 else f"{name[:12]}...{name[-13:]}",
        str(row["frame"]),
        "" if not isinstance(time, float) else f"{time:.2f} s",
    )
    if not row["detected"]:
        return (*place, "", "no face", "", "", "", "")
    active = [unit for unit in ACTION_UNIT_COLUMNS if row[f"{unit}_on"]]
    expression = row["expr"]
    return (
        *place,
        str(row["face"]),
        "" if expression is None else str(expression),
        _number(row.get(f"expr_{expression}"), "0.2f"),
        _number(row["valence"], "+.2f"),
        _number(row["arousal"], "+.2f"),
        " ".join(active),
    )


def _number(value: object, form: str) -> str:
    return format(value, form) if isinstance(value, float) else ""
