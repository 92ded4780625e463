"""An analysis that was stopped goes on where it was."""

from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq

from facebehavior.analysis import AnalyzedFrame, Analyzer, Recorder


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
