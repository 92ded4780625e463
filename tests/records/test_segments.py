from pathlib import Path

import pyarrow as pa
import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.records.segments import SEGMENT_ROWS, Segments, in_batches

SCHEMA = pa.schema([("n", pa.int64())])


def _batch(start: int, count: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"n": list(range(start, start + count))}, schema=SCHEMA)


def _numbers(batches: list[pa.RecordBatch]) -> list[int]:
    return [n for batch in batches for n in batch.column("n").to_pylist()]


def test_rows_go_to_disk_as_they_come(tmp_path: Path) -> None:
    segments = Segments(tmp_path / "out.csv.partial", SCHEMA, "clip")
    held, count = 0, 0
    for start in range(0, 10 * SEGMENT_ROWS, 40):
        segments.add(_batch(start, 40))
        stored = sum(batch.num_rows for batch in segments.stored())
        count += 40
        held = max(held, count - stored)
    assert held < SEGMENT_ROWS
    files = sorted(segments.folder.glob("*.arrow"))
    assert [path.name for path in files[:2]] == ["000000.arrow", "000001.arrow"]
    for path in files:  # each is whole by itself
        assert pa.ipc.open_file(path).read_all().num_rows >= SEGMENT_ROWS


@pytest.mark.parametrize("rows", [1, 7, 500, 501, 4096])
def test_joined_batches_have_the_asked_size_in_order(tmp_path: Path, rows: int) -> None:
    segments = Segments(tmp_path / "out.csv.partial", SCHEMA, "clip")
    start = 0
    for count in (300, 300, 1, 0, 1500, 2):
        segments.add(_batch(start, count))
        start += count
    segments.flush()
    batches = list(in_batches(segments.stored(), rows))
    assert _numbers(batches) == list(range(start))
    assert {batch.num_rows for batch in batches[:-1]} <= {rows}
    assert batches[-1].num_rows <= rows


def test_a_run_of_other_work_starts_afresh(tmp_path: Path) -> None:
    first = Segments(tmp_path / "rows", SCHEMA, "clip")
    first.add(_batch(0, 3 * SEGMENT_ROWS))
    first.flush("all")
    (first.folder / ".unfinished-000001.arrow").write_text("half")
    second = Segments(tmp_path / "rows", SCHEMA, "another clip")
    assert second.note is None
    assert [path.name for path in second.folder.iterdir()] == ["work"]
    second.add(_batch(5, 2))
    second.flush()
    assert _numbers(list(second.stored())) == [5, 6]


def test_what_is_not_ours_is_never_removed(tmp_path: Path) -> None:
    folder = tmp_path / "out.csv.partial"
    folder.mkdir()
    (folder / "000000.arrow").write_text("a segment")
    (folder / "thesis.docx").write_text("years of work")
    with pytest.raises(FaceBehaviorError, match=r"thesis\.docx"):
        Segments(tmp_path / "out.csv.partial", SCHEMA, "clip")
    assert (folder / "thesis.docx").read_text() == "years of work"
    assert (folder / "000000.arrow").exists()


def test_a_second_run_of_the_same_work_goes_on_behind_the_last_note(tmp_path: Path) -> None:
    first = Segments(tmp_path / "rows", SCHEMA, "clip")
    assert first.note is None
    first.add(_batch(0, 3))
    first.flush()
    first.add(_batch(3, 1))
    first.flush("four")
    first.flush("still four")
    first.add(_batch(4, 9))
    first.flush()
    (first.folder / ".unfinished-000004.arrow").write_text("half")
    second = Segments(tmp_path / "rows", SCHEMA, "clip")
    assert second.note == "still four"
    assert _numbers(list(second.stored())) == [0, 1, 2, 3]
    second.add(_batch(4, 2))
    second.flush()
    assert second.note == "still four"
    assert _numbers(list(second.stored())) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_nothing_behind_a_missing_or_broken_segment_is_kept(tmp_path: Path, damage: str) -> None:
    """A computer that fails can leave files without their content, a stop while removing gaps."""
    first = Segments(tmp_path / "rows", SCHEMA, "clip")
    for number in range(3):
        first.add(_batch(number, 1))
        first.flush(f"{number} is done")
    broken = first.folder / "000001.arrow"
    content = broken.read_bytes()
    broken.unlink()
    if damage != "missing":
        broken.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    second = Segments(tmp_path / "rows", SCHEMA, "clip")
    assert second.note == "0 is done"
    assert _numbers(list(second.stored())) == [0]
    assert [path.name for path in second.folder.glob("*.arrow")] == ["000000.arrow"]


def test_rows_without_a_note_are_done_again(tmp_path: Path) -> None:
    first = Segments(tmp_path / "rows", SCHEMA, "clip")
    first.add(_batch(0, 3))
    first.flush()
    second = Segments(tmp_path / "rows", SCHEMA, "clip")
    assert list(second.folder.glob("*.arrow")) == []


def test_notes_do_not_change_the_rows_schema(tmp_path: Path) -> None:
    described = SCHEMA.with_metadata({"unit": "apples"})
    segments = Segments(tmp_path / "rows", described, "clip")
    segments.add(pa.RecordBatch.from_pydict({"n": [1]}, schema=described))
    segments.flush("one")
    (batch,) = segments.stored()
    assert batch.schema.equals(described, check_metadata=True)
