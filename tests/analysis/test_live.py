"""Live analysis: the newest picture first, never behind."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Answer

from facebehavior.analysis import Analyzer
from facebehavior.analysis.live import Newest, live
from facebehavior.errors import BadInput


def test_pictures_that_come_meanwhile_are_left_out(clips: Path) -> None:
    newest = Newest(str(clips / "single_face.mp4"))
    seen = []
    for picture in newest.pictures():
        seen.append(picture.index)
        time.sleep(0.15)
    newest.close()
    assert seen == sorted(set(seen))
    # The clip lasts 2.4 s: of its 72 pictures, a slow reader sees the newest alone.
    assert 5 < len(seen) < 30
    assert seen[-1] == 71


def test_a_stream_is_analysed_with_tracks_and_its_latency(tiny_model: Path, clips: Path) -> None:
    with Analyzer(tiny_model) as analyzer:
        found = list(live(analyzer, str(clips / "single_face.mp4")))
    assert found
    assert found[0].frame.tracks == (0,)
    # A machine that is busy may see so few pictures that a face is lost between them.
    assert all(len(one.frame.tracks) == 1 for one in found)
    assert all(one.latency_s >= 0 for one in found)
    assert sum(one.dropped + 1 for one in found) == found[-1].frame.index + 1


def test_the_command_prints_a_line_a_face(
    facebehavior: Callable[..., Answer], tiny_model: Path, clips: Path
) -> None:
    words = ("live", clips / "single_face.mp4", "--jsonl", "--seconds", "1.5")
    answer = facebehavior(*words, "--model", tiny_model)
    assert answer.code == 0
    rows = [json.loads(line) for line in answer.output.splitlines()]
    assert len(rows) > 2
    assert rows[0]["detected"] in (True, False)
    assert rows[-1]["latency_s"] >= 0
    assert "latency: first" in answer.errors


@pytest.mark.parametrize("source", ["missing.mp4", "17", "text"])
def test_what_is_no_stream_is_one_line(
    facebehavior: Callable[..., Answer], tiny_model: Path, tmp_path: Path, source: str
) -> None:
    if source == "text":
        path = tmp_path / "notes.mp4"
        path.write_text("no video")
        source = str(path)
    answer = facebehavior("live", source, "--jsonl", "--model", tiny_model)
    assert answer.code == 2
    assert answer.errors.count("\n") == 1
    with pytest.raises(BadInput):
        Newest(source)
