import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.records import (
    FrameRecord,
    RecordOptions,
    arrow_schema,
    read_records,
    record_batch,
    write_rows,
)

THRESHOLDS = dict.fromkeys(ACTION_UNIT_COLUMNS, 0.5)
ENDINGS = [".parquet", ".csv", ".jsonl"]
every_format = pytest.mark.parametrize("ending", ENDINGS)


@every_format
@pytest.mark.parametrize("landmarks", [False, True])
def test_types_come_back_even_where_all_is_null(
    tmp_path: Path, ending: str, landmarks: bool
) -> None:
    schema = arrow_schema(RecordOptions(landmarks=landmarks))
    write_rows(
        tmp_path / f"out{ending}",
        schema,
        [record_batch([FrameRecord("1", 0, None)], schema, THRESHOLDS)],
    )
    table = read_records(tmp_path / f"out{ending}")
    names = [name for name in schema.names if ending != ".csv" or name != "landmarks"]
    assert table.column_names == names
    assert table.schema.types == [schema.field(name).type for name in names]
    assert table.column("source").to_pylist() == ["1"]


@every_format
@pytest.mark.parametrize("text", ["007", "true", "", "NA", "nan", "null", " a ", "a,b\r\nc"])
def test_texts_come_back_as_texts(tmp_path: Path, ending: str, text: str) -> None:
    schema = arrow_schema()
    write_rows(
        tmp_path / f"out{ending}",
        schema,
        [record_batch([FrameRecord(text, 0, None)], schema, THRESHOLDS)],
    )
    table = read_records(tmp_path / f"out{ending}")
    assert table.column("source").to_pylist() == [text]
    assert table.column("person").to_pylist() == [None]


def test_columns_of_a_users_own_are_read_as_they_come(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(
        "group,source,frame,detected,au01\nA,1.jpg,0,true,1\nB,2.jpg,0,false,\n"
    )
    table = read_records(tmp_path / "own.csv")
    assert table.column("group").to_pylist() == ["A", "B"]
    assert table.column("source").to_pylist() == ["1.jpg", "2.jpg"]
    assert table.column("detected").to_pylist() == [True, False]
    assert table.schema.field("au01").type == pa.float32()
    row = {"detected": True, "frame": 3, "source": "5", "score": 1.5}
    (tmp_path / "own.jsonl").write_text(json.dumps(row) + "\n")
    table = read_records(tmp_path / "own.jsonl")
    assert table.column_names == list(row)
    assert table.to_pylist() == [row]


@every_format
def test_what_is_no_record_is_named(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    with pytest.raises(FaceBehaviorError, match="no such file"):
        read_records(path)
    path.write_bytes(b"\x00\xff{]\n" * 30)
    with pytest.raises(FaceBehaviorError, match="expected a table of records") as caught:
        read_records(path)
    assert "\n" not in str(caught.value)


def test_other_tables_are_no_records(tmp_path: Path) -> None:
    pq.write_table(pa.table({"source": ["a"], "frame": [1]}), tmp_path / "other.parquet")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "other.jsonl").write_text('{"a": 1}\n')
    (tmp_path / "list.jsonl").write_text("[1, 2]\n")
    for name in ("other.parquet", "other.csv", "other.jsonl", "list.jsonl"):
        with pytest.raises(FaceBehaviorError, match="expected a table of records"):
            read_records(tmp_path / name)
    with pytest.raises(FaceBehaviorError, match=r"\.parquet, \.csv, \.jsonl"):
        read_records(tmp_path / "table.xlsx")


def test_values_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("source,frame,detected,valence\na,0,true,high\n")
    with pytest.raises(FaceBehaviorError, match=r"valence|high"):
        read_records(tmp_path / "odd.csv")
