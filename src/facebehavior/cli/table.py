"""Records as a table on the terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from facebehavior.closing import Closing
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.model_file import ModelMetadata
from facebehavior.records import own_column

MOST_ROWS = 200
"""Further rows are counted, not printed: a table of thousands is for a file."""
PRESENT = 0.5
"""Probability above which a label of a binary task of one's own is printed."""

_COLUMNS: Mapping[str, int] = {
    "source": 28,
    "frame": 6,
    "time": 8,
    "face": 4,
    "expression": 10,
    "prob": 5,
    "valence": 7,
    "arousal": 7,
}
"""The columns that are always there, with their widths."""
_FURTHER_WIDTH = 22

Row = Mapping[str, object]


@dataclass(frozen=True)
class OwnTask:
    """A task of one's own that the model has a head for.

    Attributes:
        name: of the task.
        labels: the probable one is printed, or those above `PRESENT`.
        exclusive: whether its labels exclude one another.
    """

    name: str
    labels: tuple[str, ...]
    exclusive: bool


def own_tasks(metadata: ModelMetadata) -> tuple[OwnTask, ...]:
    """Give the tasks of one's own that a model has heads for."""
    heads = metadata.network.get("own_heads", {})
    assert isinstance(heads, Mapping)
    return tuple(
        OwnTask(name, tuple(metadata.heads[name]), head["kind"] == "exclusive")
        for name, head in heads.items()
        if name in metadata.heads
    )


class PrintedTable(Closing):
    """Prints the main columns of records as they come; a context manager, as writers are.

    Compound expressions have a column where they were asked for, and so has every task of one's
    own.

    Args:
        tasks: those of one's own, see `own_tasks`.
    """

    def __init__(self, tasks: Sequence[OwnTask] = ()) -> None:
        self._tasks = tasks
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Print the rows of a batch."""
        for row in batch.to_pylist():
            if self._rows == 0:
                further = ["compound"] if "compound" in row else []
                further += [_shortened(task.name, _FURTHER_WIDTH) for task in self._tasks]
                print(_line([*_COLUMNS, *further, "active"]))
            if self._rows < MOST_ROWS:
                print(_line(self._cells(row)))
            elif self._rows == MOST_ROWS:
                print("... more rows; write them to a file with -o out.csv")
            self._rows += 1

    def _cells(self, row: Row) -> list[str]:
        further = [str(row["compound"] or "")] if "compound" in row else []
        further += [_shown(row, task) for task in self._tasks]
        active = [unit for unit in ACTION_UNIT_COLUMNS if row[f"{unit}_on"]]
        return [*_place(row), *_behaviour(row), *further, " ".join(active)]


def _line(cells: Sequence[str]) -> str:
    """Put cells under one another: the usual ones, further ones, and the last as wide as it is."""
    widths = [*_COLUMNS.values()]
    widths += [_FURTHER_WIDTH] * (len(cells) - len(widths) - 1) + [0]
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _place(row: Row) -> tuple[str, str, str]:
    name = Path(str(row["source"])).name
    time = row["time_s"]
    return (
        name if len(name) <= 28 else f"{name[:12]}...{name[-13:]}",
        str(row["frame"]),
        "" if not isinstance(time, float) else f"{time:.2f} s",
    )


def _behaviour(row: Row) -> tuple[str, str, str, str, str]:
    if not row["detected"]:
        reason = "damaged" if row["detected"] is None else "no face"
        return ("", reason, "", "", "")
    expression = row["expr"]
    return (
        str(row["face"]),
        "" if expression is None else str(expression),
        _number(row.get(f"expr_{expression}"), "0.2f"),
        _number(row["valence"], "+.2f"),
        _number(row["arousal"], "+.2f"),
    )


def _shown(row: Row, task: OwnTask) -> str:
    """Give the probable label of an exclusive task with its probability, or those that are present.

    What does not fit is counted, as in `top upper_left +3`.
    """
    values = {label: row[own_column(task.name, label)] for label in task.labels}
    known = {label: value for label, value in values.items() if isinstance(value, float)}
    if not known:
        return ""
    if task.exclusive:
        label = max(known, key=lambda one: known[one])
        return f"{_shortened(label, _FURTHER_WIDTH - 5)} {known[label]:.2f}"
    present = [label for label, value in known.items() if value > PRESENT]
    for count in range(len(present), 0, -1):
        more = [f"+{len(present) - count}"] if count < len(present) else []
        text = " ".join([*present[:count], *more])
        if len(text) <= _FURTHER_WIDTH:
            return text
    return _shortened(" ".join(present), _FURTHER_WIDTH)


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _number(value: object, form: str) -> str:
    return format(value, form) if isinstance(value, float) else ""
