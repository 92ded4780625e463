"""The table that `analyze` prints."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from tests.conftest import Answer

from facebehavior.analysis import Analyzer
from facebehavior.cli.table import OwnTask, PrintedTable, own_tasks
from facebehavior.records import RecordOptions, arrow_schema

DIGIT = OwnTask("digit", ("one", "two"), exclusive=True)
STROKES = OwnTask("strokes", ("top", "upper_left", "upper_right", "middle"), exclusive=False)


def printed(capsys: pytest.CaptureFixture[str], values: Mapping[str, object]) -> list[str]:
    """Print one row; give its cells under `digit` and `strokes`."""
    tasks = (DIGIT, STROKES)
    schema = arrow_schema(RecordOptions(own={task.name: task.labels for task in tasks}))
    row = {"source": "a.jpg", "frame": 0, "face": 0, "detected": True, "au12_on": True, **values}
    with PrintedTable(tasks) as table:
        table.write(pa.RecordBatch.from_pylist([row], schema=schema))
    header, line = capsys.readouterr().out.splitlines()
    places = [header.index(name) for name in ("digit", "strokes", "active")]
    assert header[places[0] :].split() == ["digit", "strokes", "active"]
    assert line[places[2] :] == "au12"
    return [line[places[0] : places[1]].rstrip(), line[places[1] : places[2]].rstrip()]


@pytest.mark.parametrize(
    ("values", "digit", "strokes"),
    [
        ({"digit_one": 0.25, "digit_two": 0.75}, "two 0.75", ""),
        ({"strokes_top": 0.5, "strokes_middle": 0.51}, "", "middle"),
        ({f"strokes_{name}": 0.9 for name in STROKES.labels}, "", "top upper_left +2"),
        ({"detected": False}, "", ""),
    ],
)
def test_a_task_of_ones_own_shows_its_label_or_those_that_are_present(
    capsys: pytest.CaptureFixture[str], values: Mapping[str, object], digit: str, strokes: str
) -> None:
    assert printed(capsys, values) == [digit, strokes]


def test_long_names_keep_the_columns_apart(capsys: pytest.CaptureFixture[str]) -> None:
    task = OwnTask("a_task_with_a_name_of_thirty_two", ("a_label_with_a_long_name", "b"), True)
    schema = arrow_schema(RecordOptions(own={task.name: task.labels}))
    row = {"source": "a.jpg", "frame": 0, "detected": True, f"{task.name}_{task.labels[0]}": 0.875}
    PrintedTable((task,)).write(pa.RecordBatch.from_pylist([row], schema=schema))
    header, line = capsys.readouterr().out.splitlines()
    place = header.index("active")
    assert "  " in header[place - 2 :]
    assert line.endswith("a_label_with_a... 0.88")
    assert len(line) <= place


def test_analyze_prints_the_heads_of_ones_own(
    facebehavior: Callable[..., Answer], tiny_further_model: Path, astronaut: Path
) -> None:
    with Analyzer(tiny_further_model) as analyzer:
        assert own_tasks(analyzer.model.metadata) == (
            OwnTask("shape", ("square", "circle"), exclusive=True),
        )
        (frame,) = analyzer.stream(astronaut)
    likely = frame.predictions.own["shape"][0]
    label = ("square", "circle")[int(likely.argmax())]
    header, row = facebehavior(
        "analyze", astronaut, "--model", tiny_further_model
    ).output.splitlines()
    assert row[header.index("shape") :].startswith(f"{label} {likely.max():.2f}")
