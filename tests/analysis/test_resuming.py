"""An analysis that was stopped goes on where it was."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import Answer

from facebehavior.analysis import AnalyzedFrame, Analyzer, Recorder
from facebehavior.records import RecordWriter


def written(
    analyzer: Analyzer, clips: list[Path], out: Path, stop_after: int | None = None
) -> tuple[str, int] | None:
    """Analyse into a file; give where an earlier run had come to."""
    recorder = Recorder(analyzer.model)
    writer = recorder.open(out, "the same work")
    done = writer.done
    frames = 0
    with suppress(KeyboardInterrupt), writer:
        for group in analyzer.groups(clips, done=done):
            found = [item for item in group if isinstance(item, AnalyzedFrame)]
            writer.write(recorder.rows(found))
            frames += len(found)
            if stop_after is not None and frames >= stop_after:
                raise KeyboardInterrupt
    return done


def test_nothing_is_done_twice_and_nothing_is_missing(
    tiny_model: Path, clips: Path, tmp_path: Path
) -> None:
    sources = [clips / "single_face.mp4", clips / "face_noface.mov"]
    with Analyzer(tiny_model) as analyzer:
        written(analyzer, sources, tmp_path / "whole.parquet")
        assert written(analyzer, sources, tmp_path / "r.parquet", stop_after=100) is None
        assert not (tmp_path / "r.parquet").exists()
        done = written(analyzer, sources, tmp_path / "r.parquet")
    assert done is not None
    assert done[0].endswith("face_noface.mov")
    assert 20 < done[1] < 100
    whole = pq.read_table(tmp_path / "whole.parquet").to_pylist()
    again = pq.read_table(tmp_path / "r.parquet").to_pylist()
    assert [(r["source"], r["frame"]) for r in again] == [(r["source"], r["frame"]) for r in whole]
    assert not (tmp_path / "r.parquet.partial").exists()


def test_several_files_at_the_same_time_give_the_same_rows(
    facebehavior: Callable[..., Answer],
    tiny_model: Path,
    clips: Path,
    astronaut: Path,
    tmp_path: Path,
) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    inputs = (astronaut, clips / "single_face.mp4", tmp_path / "broken.jpg", clips / "no_face.mp4")
    tables = []
    for workers in ("1", "2"):
        out = tmp_path / f"{workers}.parquet"
        words = ("analyze", *inputs, "-o", out, "--model", tiny_model, "--workers", workers)
        answer = facebehavior(*words)
        assert answer.code == 3
        assert "broken.jpg" in answer.errors
        tables.append(pq.read_table(out))
    assert tables[0].equals(tables[1])


def test_processes_that_were_stopped_go_on_too(
    facebehavior: Callable[..., Answer],
    tiny_model: Path,
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = [clips / "single_face.mp4", clips / "face_noface.mov"]
    common = ("--model", tiny_model, "--workers", "2")
    facebehavior("analyze", *sources, "-o", tmp_path / "whole.parquet", *common)
    whole = pq.read_table(tmp_path / "whole.parquet").to_pylist()

    write, seen = RecordWriter.write, 0

    def stopping(self: RecordWriter, batch: pa.RecordBatch) -> None:
        nonlocal seen
        seen += batch.num_rows
        if seen > len(whole) - 20:
            raise KeyboardInterrupt
        write(self, batch)

    out = tmp_path / "r.parquet"
    with monkeypatch.context() as patched:
        patched.setattr(RecordWriter, "write", stopping)
        assert facebehavior("analyze", *sources, "-o", out, *common).code != 0
    assert not out.exists()
    answer = facebehavior("analyze", *sources, "-o", out, *common)
    assert "going on behind frame" in answer.errors
    assert "face_noface.mov" in answer.errors
    again = pq.read_table(out).to_pylist()
    assert [(r["source"], r["frame"]) for r in again] == [(r["source"], r["frame"]) for r in whole]


@pytest.mark.parametrize("words", [("--workers", "0"), ("--workers", "2", "--report", "r.html")])
def test_what_does_not_go_with_processes_is_said(
    facebehavior: Callable[..., Answer], tiny_model: Path, astronaut: Path, words: tuple[str, ...]
) -> None:
    answer = facebehavior("analyze", astronaut, "--model", tiny_model, *words)
    assert answer.code == 2
    assert "--workers should be 1 or more" in answer.errors
