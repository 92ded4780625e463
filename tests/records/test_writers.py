import csv
import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.records import (
    FrameRecord,
    RecordedModel,
    RecordOptions,
    arrow_schema,
    read_records,
    record_batch,
    write_rows,
)
from facebehavior.records.schema import METADATA_KEY

THRESHOLDS = dict.fromkeys(ACTION_UNIT_COLUMNS, 0.5)
MODEL = RecordedModel("small", "3", "ab" * 32, ("expression",), THRESHOLDS)
SCHEMA = arrow_schema(RecordOptions(landmarks=True), MODEL)
ENDINGS = [".parquet", ".csv", ".jsonl"]
every_format = pytest.mark.parametrize("ending", ENDINGS)


def _write(path: Path, frames: list[FrameRecord], together: int = 7) -> None:
    starts = range(0, len(frames), together)
    write_rows(
        path, SCHEMA, (record_batch(frames[n : n + together], SCHEMA, THRESHOLDS) for n in starts)
    )


@contextmanager
def _files_of_at_most(size: int) -> Iterator[None]:
    """Let the system refuse to write more than `size` bytes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_three_formats_hold_the_same_values(tmp_path: Path, video: list[FrameRecord]) -> None:
    for ending in ENDINGS:
        _write(tmp_path / f"out{ending}", video)
    parquet, table, lines = (read_records(tmp_path / f"out{ending}") for ending in ENDINGS)
    expected = pa.Table.from_batches([record_batch(video, SCHEMA, THRESHOLDS)])
    assert expected.num_rows == 20 + 20 + 40
    assert parquet.equals(expected)
    assert lines.equals(expected)
    assert table.equals(expected.drop_columns(["landmarks"]))


@every_format
def test_nothing_but_file_and_schema_is_left(
    tmp_path: Path, ending: str, video: list[FrameRecord]
) -> None:
    path = tmp_path / "new folder" / f"out{ending}"
    _write(path, video)
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name, f"{path.name}.schema.json"]


@every_format
def test_the_schema_lies_beside_the_file(
    tmp_path: Path, ending: str, video: list[FrameRecord]
) -> None:
    path = tmp_path / f"out{ending}"
    _write(path, video)
    document = json.loads((tmp_path / f"out{ending}.schema.json").read_text(encoding="utf-8"))
    assert list(document["columns"]) == read_records(path).column_names
    assert ("landmarks" in document["columns"]) == (ending != ".csv")
    assert document["model"]["sha256"] == "ab" * 32
    assert document["columns"]["au01_on"]["threshold"] == 0.5


def test_a_parquet_file_describes_itself(tmp_path: Path, video: list[FrameRecord]) -> None:
    _write(tmp_path / "out.parquet", video)
    stored = pq.read_schema(tmp_path / "out.parquet").metadata[METADATA_KEY]
    beside = json.loads((tmp_path / "out.parquet.schema.json").read_text(encoding="utf-8"))
    assert json.loads(stored) == beside


@every_format
def test_the_same_rows_give_the_same_bytes(
    tmp_path: Path, ending: str, video: list[FrameRecord]
) -> None:
    for name, together in (("a", 1), ("b", 7), ("c", 60)):
        _write(tmp_path / f"{name}{ending}", video, together)
    contents = {(tmp_path / f"{name}{ending}").read_bytes() for name in "abc"}
    assert len(contents) == 1


@every_format
def test_many_rows_are_joined_in_order(tmp_path: Path, ending: str) -> None:
    frames = [FrameRecord("long.mp4", index, index / 30) for index in range(9001)]
    _write(tmp_path / f"out{ending}", frames, together=250)
    table = read_records(tmp_path / f"out{ending}")
    np.testing.assert_array_equal(table.column("frame").to_numpy(), np.arange(9001))
    np.testing.assert_array_equal(table.column("time_s").to_numpy(), np.arange(9001) / 30)
    if ending == ".parquet":
        groups = pq.ParquetFile(tmp_path / "out.parquet").metadata
        assert groups.num_row_groups == 3


@every_format
def test_no_rows_give_an_empty_table(tmp_path: Path, ending: str) -> None:
    _write(tmp_path / f"out{ending}", [])
    table = read_records(tmp_path / f"out{ending}")
    assert table.num_rows == 0
    assert "au26_on" in table.column_names


def test_csv_cells(tmp_path: Path, video: list[FrameRecord]) -> None:
    _write(tmp_path / "out.csv", video)
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = record_batch(video, SCHEMA, THRESHOLDS).to_pylist()
    for row, values in zip(rows, expected, strict=True):
        for name, cell in row.items():
            value = values[name]
            if value is None:
                assert cell == ""
            elif isinstance(value, bool):
                assert cell == ("true" if value else "false")
            elif isinstance(value, float) and name != "time_s":
                assert np.float32(cell) == np.float32(value)
            elif isinstance(value, float):
                assert float(cell) == value
            else:
                assert cell == str(value)


def test_json_lines(tmp_path: Path, video: list[FrameRecord]) -> None:
    _write(tmp_path / "out.jsonl", video)
    text = (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert "NaN" not in text
    rows = [json.loads(line) for line in text.splitlines()]
    assert all(list(row) == SCHEMA.names for row in rows)
    assert rows[0]["face"] is None
    assert rows[0]["detected"] is False
    assert rows[0]["landmarks"] is None
    assert len(rows[1]["landmarks"]) == 478 * 3
    assert rows[0]["source"] == 'Ünal, "take 2"\n.mp4'


def test_json_numbers_are_as_short_as_single_precision_allows(tmp_path: Path) -> None:
    schema = pa.schema([("x", pa.float32()), ("y", pa.list_(pa.float32()))])
    batch = pa.RecordBatch.from_pydict({"x": [0.1, None], "y": [[0.2, -3e-9], None]}, schema=schema)
    write_rows(tmp_path / "out.jsonl", schema, [batch])
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert lines == ['{"x":0.1,"y":[0.2,-3e-09]}', '{"x":null,"y":null}']


@every_format
@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyboardInterrupt()])
def test_an_error_makes_no_file_and_leaves_an_old_one_alone(
    tmp_path: Path, ending: str, error: BaseException, video: list[FrameRecord]
) -> None:
    path = tmp_path / f"out{ending}"

    def interrupted() -> Iterator[pa.RecordBatch]:
        yield record_batch(video * 60, SCHEMA, THRESHOLDS)
        raise error

    with pytest.raises(type(error)):
        write_rows(path, SCHEMA, interrupted())
    assert list(tmp_path.iterdir()) == []
    _write(path, video)
    before = {one: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(type(error)):
        write_rows(path, SCHEMA, interrupted())
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == before
    _write(path, video[:3])
    assert read_records(path).num_rows == 4


@pytest.mark.parametrize("name", ["out.xlsx", "out", "out.csv.gz", ".csv"])
def test_an_unknown_ending_names_the_three(tmp_path: Path, name: str) -> None:
    with pytest.raises(FaceBehaviorError, match=r"\.parquet, \.csv, \.jsonl.*" + name):
        write_rows(tmp_path / name, SCHEMA, [])
    assert list(tmp_path.iterdir()) == []


def test_endings_may_be_in_capitals(tmp_path: Path, video: list[FrameRecord]) -> None:
    _write(tmp_path / "OUT.CSV", video)
    assert read_records(tmp_path / "OUT.CSV").num_rows == 80


def test_a_folder_that_cannot_be_written_to_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    never = (pytest.fail("rows were asked for") for _ in range(1))
    with pytest.raises(FaceBehaviorError, match=r"cannot write .*out\.csv") as caught:
        write_rows(tmp_path / "file" / "out.csv", SCHEMA, never)
    assert "\n" not in str(caught.value)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FaceBehaviorError, match="found the folder"):
        write_rows(tmp_path / "folder.csv", SCHEMA, never)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_folder_is_named_at_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FaceBehaviorError, match=r"cannot write .*Permission denied"):
            write_rows(tmp_path / "out.csv", SCHEMA, [])
    finally:
        tmp_path.chmod(0o700)


@every_format
def test_a_disk_that_fills_up_is_one_line(
    tmp_path: Path, ending: str, video: list[FrameRecord]
) -> None:
    batch = record_batch(video * 10, SCHEMA, THRESHOLDS)
    with (
        _files_of_at_most(20_000),
        pytest.raises(FaceBehaviorError, match="cannot write") as caught,
    ):
        write_rows(tmp_path / f"out{ending}", SCHEMA, [batch])
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"x": [np.nan], "y": [[1.0]]}, "finite"),
        ({"x": [1.0], "y": [[1.0, np.inf]]}, "finite"),
        ({"z": [1]}, "expected rows with"),
    ],
)
def test_other_columns_and_infinite_numbers_are_refused(
    tmp_path: Path, rows: dict[str, list[object]], expected: str
) -> None:
    schema = pa.schema([("x", pa.float32()), ("y", pa.list_(pa.float32()))])
    given = schema if "x" in rows else None
    with pytest.raises(ValueError, match=expected):
        write_rows(tmp_path / "out.jsonl", schema, [pa.RecordBatch.from_pydict(rows, schema=given)])
    assert list(tmp_path.iterdir()) == []
