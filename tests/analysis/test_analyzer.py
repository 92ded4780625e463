import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facebehavior import Analyzer
from facebehavior.analysis import AnalyzedFrame
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


class OneAtATime(Closing):
    """A detector that finds nothing, and notes whether it is called while it is at work."""

    def __init__(self) -> None:
        self.busy = self.disturbed = False
        self.seen = 0

    def detect(self, _: object) -> Sequence[Face]:
        self.disturbed |= self.busy
        self.busy = True
        time.sleep(0.005)
        self.busy = False
        self.seen += 1
        return []

    def follow(self, image: object, _: float) -> Sequence[Face]:
        return self.detect(image)

    def start_video(self) -> None: ...

    def close(self) -> None: ...


def test_two_analyses_in_turn_ask_the_detector_in_turn(
    tiny_model: Path, astronaut: Path, tmp_path: Path
) -> None:
    for number in range(20):
        (tmp_path / f"{number:02d}.png").write_bytes(astronaut.read_bytes())
    detector = OneAtATime()
    with Analyzer(tiny_model, detector=detector) as analyzer:
        pairs = list(zip(analyzer.stream(tmp_path), analyzer.stream(tmp_path), strict=True))
    assert all(first.source == second.source for first, second in pairs)
    assert (len(pairs), detector.seen) == (20, 40)
    assert not detector.disturbed


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
