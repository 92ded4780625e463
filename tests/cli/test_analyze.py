import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pyarrow.csv
import pytest
from PIL import Image
from tests.conftest import Answer

from facebehavior.analysis import Analyzer
from facebehavior.records import read_records

Run = Callable[..., Answer]


@pytest.fixture
def analyze(facebehavior: Run, tiny_model: Path) -> Run:
    """`facebehavior analyze` with the tiny model."""
    return lambda *words: facebehavior("analyze", *words, "--model", tiny_model)


def test_a_table_is_printed(analyze: Run, astronaut: Path) -> None:
    answer = analyze(astronaut)
    assert answer.code == 0
    header, row = answer.output.splitlines()
    assert header.split()[:4] == ["source", "frame", "time", "face"]
    assert row.startswith("astronaut.jpg")
    assert "frames: 1, faces: 1" in answer.errors


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_records_and_their_schema_are_written(
    analyze: Run, astronaut: Path, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"out.{ending}"
    assert analyze(astronaut, "-o", path).code == 0
    assert read_records(path).column("detected").to_pylist() == [True]
    document = json.loads((tmp_path / f"out.{ending}.schema.json").read_text())
    assert document["columns"]["valence"]["range"] == [-1, 1]
    assert document["model"]["name"] == "tiny"
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, f"{path.name}.schema.json"]


def test_an_overlay_is_drawn(analyze: Run, astronaut: Path, tmp_path: Path) -> None:
    assert analyze(astronaut, "--overlay", tmp_path / "over.png").code == 0
    with Image.open(tmp_path / "over.png") as drawn, Image.open(astronaut) as source:
        difference = np.abs(np.asarray(drawn).astype(int) - np.asarray(source))
    _, x = np.nonzero(difference.sum(axis=2) > 90)
    assert 150 < x.min() < x.max() < 300


def test_a_real_clip_becomes_a_table_and_an_overlay(
    analyze: Run, clips: Path, tmp_path: Path
) -> None:
    words = (clips / "single_face.mp4", "-o", tmp_path / "a.csv", "--overlay", tmp_path / "a.mp4")
    assert analyze(*words).code == 0
    table = read_records(tmp_path / "a.csv")
    assert table.column("frame").to_pylist() == list(range(72))
    assert table.column("detected").to_pylist() == [True] * 72
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 72


def test_faces_of_a_group_are_numbered_from_left_to_right(
    analyze: Run, clips: Path, tmp_path: Path
) -> None:
    assert analyze(clips / "multi_face.jpg", "-o", tmp_path / "a.csv").code == 0
    table = read_records(tmp_path / "a.csv")
    assert table.column("face").to_pylist() == [0, 1, 2, 3, 4]
    left = table.column("box_x").to_pylist()
    assert left == sorted(left)


def bad_files(folder: Path, astronaut: Path) -> dict[str, Path]:
    """One file of each kind that cannot be analysed."""
    content = astronaut.read_bytes()
    files = {
        "text": (folder / "text.jpg", b"no picture at all"),
        "empty": (folder / "empty.png", b""),
        "truncated": (folder / "truncated.jpg", content[: len(content) // 2]),
        "not a video": (folder / "clip.mp4", b"no video at all"),
    }
    for path, data in files.values():
        path.write_bytes(data)
    Image.new("1", (20_000, 20_000)).save(folder / "huge.png")
    with av.open(str(folder / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    paths = {name: path for name, (path, _) in files.items()}
    return paths | {"huge": folder / "huge.png", "no frames": folder / "sound.mp4"}


@pytest.mark.parametrize(
    "kind", ["text", "empty", "truncated", "not a video", "huge", "no frames", "missing"]
)
def test_a_bad_file_is_one_line_and_loses_nothing_else(
    analyze: Run, astronaut: Path, tmp_path: Path, kind: str
) -> None:
    bad = (bad_files(tmp_path, astronaut) | {"missing": tmp_path / "missing.png"})[kind]
    alone = analyze(bad, "-o", tmp_path / "alone.csv")
    assert alone.code == 2
    assert len(alone.errors.strip().splitlines()) == 1
    assert str(bad) in alone.errors
    assert not (tmp_path / "alone.csv").exists()
    assert not (tmp_path / "alone.csv.partial").exists()

    both = analyze(bad, astronaut, "-o", tmp_path / "both.csv")
    assert both.code == 3
    assert str(bad) in both.errors
    assert "1 bad input was skipped" in both.errors
    assert read_records(tmp_path / "both.csv").num_rows == 1


def test_frames_lost_to_damage_are_marked_and_no_faceless_frames(
    analyze: Run, clips: Path, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("mpeg4", rate=25, options={"g": "10"})
        stream.height, stream.width = 180, 320
        with av.open(str(clips / "single_face.mp4")) as source:
            for number, frame in enumerate(source.decode(video=0)):
                picture = frame.reformat(320, 180, "yuv420p")
                picture.pts, picture.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(picture))
        container.mux(stream.encode())
    with av.open(str(clip)) as container:
        packets = [(one.pos, one.size) for one in container.demux(video=0) if one.size]
    data = bytearray(clip.read_bytes())
    place, size = packets[25]
    data[place or 0 : (place or 0) + size] = b"\xff" * size
    clip.write_bytes(data)
    out = tmp_path / "rows.csv"
    words = ("--summary", tmp_path / "s.csv", "--report", tmp_path / "r.html")
    answer = analyze(clip, "-o", out, "--overlay", tmp_path / "over.mp4", *words)
    assert answer.code == 3
    assert "damaged after" in answer.errors
    assert "frames: 67, faces: 67, lost to damage: 5" in answer.errors
    rows = read_records(out).to_pylist()
    assert [row["frame"] for row in rows] == list(range(72))
    lost = [row for row in rows if row["detected"] is None]
    assert [row["frame"] for row in lost] == [25, 26, 27, 28, 29]
    for row in lost:
        assert row["time_s"] == pytest.approx(row["frame"] / 25)
        assert {row[name] for name in row if name not in ("source", "frame", "time_s")} == {None}
    assert {row["track"] for row in rows} == {0, None}
    assert "5 frames are lost to damage" in (tmp_path / "r.html").read_text()
    assert pyarrow.csv.read_csv(tmp_path / "s.csv")["frames"].to_pylist() == [67]
    with av.open(str(tmp_path / "over.mp4")) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == 67
    printed = analyze(clip)
    assert printed.output.count("damaged") == 5
    assert "no face" not in printed.output


def test_an_empty_folder_is_an_error(analyze: Run, tmp_path: Path) -> None:
    answer = analyze(tmp_path)
    assert answer.code == 2
    assert "no pictures or videos" in answer.errors


def test_a_picture_of_one_pixel_has_no_face(analyze: Run, tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    answer = analyze(tmp_path / "dot.png", "-o", tmp_path / "dot.csv")
    assert answer.code == 0
    assert read_records(tmp_path / "dot.csv").column("detected").to_pylist() == [False]


def test_a_truncated_video_keeps_its_rows_up_to_the_damage(
    analyze: Run, clips: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole.avi"
    with av.open(str(whole), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for number in range(40):
            noise = np.random.default_rng(number).integers(0, 255, (48, 64, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        container.mux(stream.encode(None))
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    answer = analyze(cut, "-o", tmp_path / "cut.csv")
    assert answer.code == 3
    assert "cut.avi" in answer.errors
    rows = read_records(tmp_path / "cut.csv")
    assert 10 <= rows.num_rows < 40
    assert rows.column("frame").to_pylist() == list(range(rows.num_rows))


def test_a_face_is_found_where_it_is_in_frames_of_8k(
    analyze: Run, astronaut: Path, tmp_path: Path
) -> None:
    """The picture of 512 pixels is shown at 2048 in the lower right of 7680 x 4320."""
    with Image.open(astronaut) as opened:
        face = opened.convert("RGB").resize((2048, 2048))
    canvas = Image.new("RGB", (7680, 4320), (90, 110, 130))
    canvas.paste(face, (5000, 2100))
    clip = tmp_path / "large.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("mpeg4", rate=10, options={"qscale": "3"})
        stream.width, stream.height, stream.pix_fmt = 7680, 4320, "yuv420p"
        for _ in range(2):
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.asarray(canvas), format="rgb24"))
            )
        container.mux(stream.encode(None))
    assert analyze(clip, "-o", tmp_path / "large.csv").code == 0
    assert analyze(astronaut, "-o", tmp_path / "small.csv").code == 0
    small = read_records(tmp_path / "small.csv").to_pylist()[0]
    rows = read_records(tmp_path / "large.csv").to_pylist()
    assert [row["frame"] for row in rows] == [0, 1]
    for row in rows:
        assert row["detected"]
        middle = [row["box_x"] + row["box_w"] / 2, row["box_y"] + row["box_h"] / 2]
        expected = [
            5000 + 4 * (small["box_x"] + small["box_w"] / 2),
            2100 + 4 * (small["box_y"] + small["box_h"] / 2),
        ]
        assert np.abs(np.subtract(middle, expected)).max() < 100


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be an error of the program to look at a picture."""

    def work(*_: object) -> None:
        raise AssertionError("expected no work")

    monkeypatch.setattr(Analyzer, "looked_at", work)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("option", ["-o", "--overlay"])
def test_an_unknown_ending_is_refused_before_any_work(
    analyze: Run, astronaut: Path, tmp_path: Path, option: str
) -> None:
    answer = analyze(astronaut, option, tmp_path / "out.xlsx")
    assert answer.code == 2
    assert "out.xlsx" in answer.errors
    assert ".csv" in answer.errors or ".mp4" in answer.errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "a.csv", "--events", "a.csv"), "two outputs"),
        (("-o", "a.parquet", "--people", "--gallery", "./a.parquet"), "two outputs"),
        (("--overlay", "file/overlays"), "cannot write"),
        (("b.png", "-o", "a.openface.csv"), "one video or photograph, without its name, found 2"),
        (("b.png", "-o", "a.libreface.csv"), "one video or photograph, without its name, found 2"),
    ],
)
def test_outputs_that_cannot_be_are_refused_before_any_work(
    analyze: Run,
    astronaut: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    said: str,
) -> None:
    Image.new("RGB", (40, 40)).save(tmp_path / "b.png")
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    answer = analyze(astronaut, *words)
    assert answer.code == 2
    assert said in answer.errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.png", "file"]


def test_overlays_of_before_are_not_analysed(analyze: Run, astronaut: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(astronaut.read_bytes())
    words = (tmp_path, "-o", tmp_path / "rows.csv", "--overlay", tmp_path / "drawn")
    assert analyze(*words).code == 0
    answer = analyze(*words)
    assert answer.code == 2
    assert "a_overlay.jpg: expected a photograph or video, found an overlay" in answer.errors
    (tmp_path / "drawn" / "a_overlay.jpg").unlink()
    assert analyze(*words).code == 0
    assert read_records(tmp_path / "rows.csv").num_rows == 1


def test_overlays_may_go_into_the_folder_where_one_is(
    analyze: Run, astronaut: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert analyze(astronaut, "--overlay", ".").code == 0
    assert [path.name for path in folder.iterdir()] == ["astronaut_overlay.jpg"]
    assert list(tmp_path.iterdir()) == [folder]


def test_an_output_folder_that_cannot_be_made_is_an_error(
    analyze: Run, astronaut: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    answer = analyze(astronaut, "-o", tmp_path / "file" / "out.csv")
    assert answer.code == 2
    assert "cannot write" in answer.errors


def test_an_overlay_that_cannot_show_all_inputs_is_refused_before_any_work(
    analyze: Run, astronaut: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (40, 40)).save(tmp_path / "b.png")
    words = (astronaut, tmp_path / "b.png", "-o", tmp_path / "a.csv")
    answer = analyze(*words, "--overlay", tmp_path / "over.jpg")
    assert answer.code == 2
    assert "2 inputs" in answer.errors
    assert not answer.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.png"]


FULL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
from facebehavior.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk_is_one_clear_line(astronaut: Path, tiny_model: Path, tmp_path: Path) -> None:
    """A limit on the size of files makes writing fail as a full disk does."""
    words = ["analyze", astronaut, "-o", tmp_path / "out.csv", "--model", tiny_model]
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *map(str, words)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "cannot write" in done.stderr
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "damaged"), (b"no model", "damaged"), (None, "no such file"), ("cut", "damaged")],
)
def test_a_bad_model_file_is_one_clear_line(
    facebehavior: Run,
    astronaut: Path,
    tiny_model: Path,
    tmp_path: Path,
    content: bytes | str | None,
    reason: str,
) -> None:
    path = tmp_path / "model.onnx"
    if isinstance(content, str):
        path.write_bytes(tiny_model.read_bytes()[:5000])
    elif content is not None:
        path.write_bytes(content)
    answer = facebehavior("analyze", astronaut, "--model", path)
    assert answer.code == 2
    assert len(answer.errors.strip().splitlines()) == 1
    assert "model.onnx" in answer.errors
    assert reason in answer.errors


def test_an_unknown_detector_names_the_nearest(analyze: Run, astronaut: Path) -> None:
    answer = analyze(astronaut, "--detector", "landmark")
    assert answer.code == 2
    assert "'landmarker'" in answer.errors
