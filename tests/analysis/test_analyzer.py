import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facebehavior import Analyzer
from facebehavior.analysis import AnalyzedFrame
from facebehavior.analysis import analyzer as analyzer_module
from facebehavior.closing import Closing
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.faces.alignment import cut_face
from facebehavior.faces.face import Face
from facebehavior.faces.media import read_image, read_video
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, EXPRESSIONS


@pytest.fixture(scope="module")
def analyzer(tiny_model: Path) -> Iterator[Analyzer]:
    with Analyzer(tiny_model) as opened:
        yield opened


def test_a_photograph_gives_a_row_with_everything_the_model_knows(
    analyzer: Analyzer, astronaut: Path
) -> None:
    result = analyzer.analyze(astronaut)
    assert not result.problems
    (row,) = result.table.to_pylist()
    assert (row["source"], row["frame"], row["time_s"], row["face"]) == (str(astronaut), 0, None, 0)
    assert row["detected"]
    # Where the face is known to lie.
    assert row["box_x"] == pytest.approx(181, abs=5)
    assert row["box_y"] == pytest.approx(72, abs=5)
    assert row["box_w"] == pytest.approx(89, abs=6)
    assert row["box_h"] == pytest.approx(105, abs=6)
    assert sum(row[f"expr_{name}"] for name in EXPRESSIONS) == pytest.approx(1, abs=1e-5)
    best = max(EXPRESSIONS, key=lambda name: row[f"expr_{name}"])
    assert row["expr"] == best
    for unit in ACTION_UNIT_COLUMNS:
        assert row[f"{unit}_on"] == (row[unit] > 0.5)
    for name in AFFECT:
        assert -1 <= row[name] <= 1
    assert row["face_px"] > 30
    assert row["sharpness"] > 0


def test_the_network_sees_the_crop_that_prepare_would_make(
    analyzer: Analyzer, astronaut: Path
) -> None:
    (frame,) = analyzer.stream(astronaut)
    parameters = analyzer.model.metadata.crop
    expected = cut_face(read_image(astronaut), frame.faces[0].points, parameters)
    assert (frame.crops[0] == expected).all()
    predicted = analyzer.model.predict(expected[None])
    assert predicted.expression is not None
    assert frame.predictions.expression is not None
    np.testing.assert_allclose(frame.predictions.expression, predicted.expression, atol=1e-5)


class Watched(Closing):
    """A detector that finds nothing, and notes what it is asked."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.calls, self.closed = 0, False

    def detect(self, _: object) -> Sequence[Face]:
        time.sleep(0.005)
        self.threads.add(threading.get_ident())
        self.calls += 1
        return []

    def follow(self, image: object, _: float) -> Sequence[Face]:
        return self.detect(image)

    def start_video(self) -> None: ...

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Watched]:
    """Collect the detectors that analysers open."""
    detectors: list[Watched] = []

    def another(*_: object) -> Watched:
        detectors.append(Watched())
        return detectors[-1]

    monkeypatch.setattr(analyzer_module, "open_detector", another)
    return detectors


def test_a_named_detector_has_its_own_thread_and_ones_own_has_not(
    tiny_model: Path, clips: Path, opened: list[Watched]
) -> None:
    own = Watched()
    with Analyzer(tiny_model, detector=own) as analyzer:
        analyzer.analyze(clips / "single_face.mp4")
    assert own.threads == {threading.get_ident()}
    assert (opened, own.closed) == ([], False)
    with Analyzer(tiny_model) as analyzer:
        analyzer.analyze(clips / "single_face.mp4")
    (named,) = opened
    assert len(named.threads) == 1
    assert threading.get_ident() not in named.threads
    assert named.closed


def test_two_videos_in_turn_are_followed_as_one_by_one(
    analyzer: Analyzer, tmp_path: Path, clips: Path
) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes((clips / "single_face.mp4").read_bytes())
    alone = list(analyzer.stream(other))
    begun = analyzer.stream(clips / "single_face.mp4")
    next(begun)
    beside = list(analyzer.stream(other))
    begun.close()  # type: ignore[attr-defined]
    assert len(beside) == len(alone) > 20
    for one, two in zip(beside, alone, strict=True):
        for face, same in zip(one.faces, two.faces, strict=True):
            np.testing.assert_array_equal(face.box, same.box)


@pytest.mark.parametrize("kept", [True, False])
def test_closing_ends_what_was_not_gone_through(
    tiny_model: Path, clips: Path, opened: list[Watched], kept: bool
) -> None:
    with Analyzer(tiny_model) as analyzer:
        begun = analyzer.groups(clips / "single_face.mp4")
        next(begun)
        if not kept:
            del begun
            at_once = opened[0].calls
            time.sleep(0.1)
            assert opened[0].calls == at_once
    before = opened[0].calls
    time.sleep(0.1)
    assert opened[0].calls == before
    assert opened[0].closed
    assert not [thread for thread in threading.enumerate() if thread.name == "reader"]
    if kept:
        assert list(begun) == []


def test_an_error_beside_the_detector_ends_its_work(
    tiny_model: Path, clips: Path, opened: list[Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no room")

    with Analyzer(tiny_model) as analyzer:
        monkeypatch.setattr(analyzer.model, "predict", fail)
        with pytest.raises(MemoryError, match="no room"):
            analyzer.analyze(clips / "single_face.mp4")
        before = opened[0].calls
        time.sleep(0.1)
        assert opened[0].calls == before


def test_a_model_file_goes_with_a_named_detector(tiny_model: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="a detector of your own has its own"):
        Analyzer(tiny_model, detector=Watched(), detector_model="faces.onnx")


def test_a_head_that_the_model_lacks_gives_nulls(
    tiny_expression_model: Path, astronaut: Path
) -> None:
    with Analyzer(tiny_expression_model) as analyzer:
        table = analyzer.analyze(astronaut).table
    assert table.column("expr").null_count == 0
    for name in (*ACTION_UNIT_COLUMNS, *AFFECT, *(f"{unit}_on" for unit in ACTION_UNIT_COLUMNS)):
        assert table.column(name).null_count == len(table)


def test_a_picture_without_a_face_is_a_row(analyzer: Analyzer, tmp_path: Path) -> None:
    Image.new("RGB", (200, 150), "navy").save(tmp_path / "sea.png")
    (row,) = analyzer.analyze(tmp_path / "sea.png").table.to_pylist()
    assert not row["detected"]
    assert row["face"] is None
    assert row["expr"] is None


def test_two_faces_get_two_different_rows_from_left_to_right(
    analyzer: Analyzer, astronaut: Path, tmp_path: Path
) -> None:
    picture = Image.open(astronaut)
    both = Image.new("RGB", (1024, 512))
    both.paste(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (512, 0))
    both.paste(picture, (0, 0))
    both.save(tmp_path / "both.png")
    rows = analyzer.analyze(tmp_path / "both.png").table.to_pylist()
    assert [row["face"] for row in rows] == [0, 1]
    assert rows[0]["box_x"] < 512 < rows[1]["box_x"]
    assert rows[0]["pose_yaw"] == pytest.approx(-rows[1]["pose_yaw"], abs=2)
    assert rows[0]["expr_fear"] != rows[1]["expr_fear"]


def test_every_frame_of_a_clip_has_its_rows_and_the_files_own_times(
    analyzer: Analyzer, clips: Path
) -> None:
    clip = clips / "single_face.mp4"
    table = analyzer.analyze(clip).table
    assert table.column("frame").to_pylist() == list(range(72))
    expected = [frame.time_s for frame in read_video(clip)]
    assert table.column("time_s").to_pylist() == pytest.approx(expected)
    assert table.column("detected").to_pylist() == [True] * 72
    # One batch or many: the network's answer to a face is the same.
    (whole,) = [table.column("expr_neutral").to_numpy()]
    again = [
        float(frame.predictions.expression[0, 0])
        for frame in analyzer.stream(clip)
        if frame.predictions.expression is not None
    ]
    np.testing.assert_allclose(whole, again, atol=1e-6)


def test_bad_inputs_are_reported_beside_the_rest(
    analyzer: Analyzer, astronaut: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    inputs = [tmp_path / "missing.png", astronaut, tmp_path / "text.jpg"]
    result = analyzer.analyze(inputs)
    assert len(result.table) == 1
    assert sorted(Path(problem.source).name for problem in result.problems) == [
        "missing.png",
        "text.jpg",
    ]


def test_nothing_usable_is_an_error(analyzer: Analyzer, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="missing"):
        analyzer.analyze(tmp_path / "missing.png")
    with pytest.raises(FaceBehaviorError, match="not one of the 2"):
        analyzer.analyze([tmp_path / "a.png", tmp_path / "b.png"])


def test_the_stream_gives_the_frames_before_the_damage_and_then_the_error(
    analyzer: Analyzer, astronaut: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    stream = analyzer.stream([astronaut, tmp_path / "text.jpg"])
    assert isinstance(next(stream), AnalyzedFrame)
    with pytest.raises(BadInput, match=r"text\.jpg"):
        next(stream)


def test_the_same_command_gives_the_same_numbers(analyzer: Analyzer, astronaut: Path) -> None:
    assert analyzer.analyze(astronaut).table.equals(analyzer.analyze(astronaut).table)


def test_a_program_that_closes_nothing_ends_quietly(
    astronaut: Path, clips: Path, tiny_model: Path
) -> None:
    code = (
        "import sys, facebehavior as fb\n"
        "analyzer = fb.Analyzer(sys.argv[1])\n"
        "print(len(analyzer.analyze(sys.argv[2]).table))\n"
        "next(analyzer.stream(sys.argv[3]))\n"
    )
    words = [tiny_model, astronaut, clips / "single_face.mp4"]
    command = [sys.executable, "-c", code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
