"""People over gaps and files, overlays that hide or sound, and the page."""

import base64
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from PIL import Image
from tests.analysis.test_overlay import frame_of
from tests.conftest import Answer

from facebehavior.analysis import Analyzer, Gallery
from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.painting import Painter, hidden
from facebehavior.analysis.people import Names, read_gallery
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.face import Face
from facebehavior.labels import EMBEDDING_SIZE
from facebehavior.model_file import Predictions

Command = Callable[..., Answer]


def direction(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=32)
    return np.asarray(vector / np.linalg.norm(vector))


def test_a_person_keeps_the_name_over_tracks_and_videos() -> None:
    names = Names(Gallery(0.5))
    anne, ben = direction(1), direction(2)
    assert names.name("a.mp4", 0, anne) == "person_1"
    assert names.name("a.mp4", 1, ben) == "person_2"
    assert names.name("b.mp4", 0, ben) == "person_2"
    # A track keeps its name, whatever a later face of it looks like.
    assert names.name("a.mp4", 0, ben) == "person_1"


def embedded(source: str, embedding: np.ndarray, time_s: float | None) -> AnalyzedFrame:
    frame = frame_of(source, 0, time_s)
    shown = np.zeros((1, EMBEDDING_SIZE), dtype=np.float32)
    shown[0, :32] = embedding
    return replace(frame, predictions=Predictions(embedding=shown))


@pytest.mark.parametrize("time_s", [0.0, None])
def test_a_new_face_under_an_old_source_has_its_own_name(
    tiny_further_model: Path, time_s: float | None
) -> None:
    anne, ben = direction(1), direction(2)
    with Analyzer(tiny_further_model, gallery="") as analyzer:
        for embedding, name in ((anne, "person_1"), (ben, "person_2"), (anne, "person_1")):
            frame = embedded("0", embedding, time_s)
            assert analyzer.following().follow(frame).people == (name,)
        # Analyses that are gone through in turn do not take each other's names either.
        first, second = analyzer.following(), analyzer.following()
        assert first.follow(embedded("0", anne, time_s)).people == ("person_1",)
        assert second.follow(embedded("0", ben, time_s)).people == ("person_2",)
        assert first.follow(embedded("0", anne, time_s)).people == ("person_1",)


def test_a_gallery_keeps_names_that_a_user_has_given(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    gallery = read_gallery(path, 0.5, 32)
    Names(gallery).name("a.mp4", 0, direction(1))
    gallery.save(path)
    table = pq.read_table(path).to_pylist()
    table[0]["person"] = "Anne"
    pq.write_table(pyarrow.Table.from_pylist(table, pq.read_schema(path)), path)
    again = Names(read_gallery(path, 0.5, 32))
    assert again.name("z.mp4", 5, direction(1)) == "Anne"
    assert again.name("z.mp4", 6, direction(9)) == "person_1"


@pytest.mark.parametrize("content", ["damaged", "columns", "size"])
def test_what_is_no_gallery_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "people.parquet"
    if content == "damaged":
        path.write_bytes(b"PAR1")
    elif content == "columns":
        pq.write_table(pyarrow.table({"person": ["a"]}), path)
    else:
        gallery = Gallery(0.5)
        Names(gallery).name("a", 0, direction(1))
        gallery.save(path)
    with pytest.raises(FaceBehaviorError, match=r"people\.parquet"):
        read_gallery(path, 0.5, 16)


def test_people_need_a_model_with_an_embedding(tiny_model: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="no embedding to tell people apart"):
        Analyzer(tiny_model, gallery="")


def test_tracks_are_stable_on_a_clip_of_one_face(
    facebehavior: Command, tiny_further_model: Path, clips: Path, tmp_path: Path
) -> None:
    out = tmp_path / "r.parquet"
    people = tmp_path / "people.parquet"
    words = ("analyze", clips / "single_face.mp4", "-o", out, "--model", tiny_further_model)
    assert facebehavior(*words, "--gallery", people).code == 0
    table = pq.read_table(out)
    assert len(table) == 72
    assert set(table["track"].to_pylist()) == {0}
    assert set(table["person"].to_pylist()) == {"person_1"}
    assert pq.read_table(people)["faces"].to_pylist() == [72]


def test_faces_that_leave_and_enter_are_on_tracks_and_no_frame_is_missing(
    tiny_model: Path, clips: Path
) -> None:
    with Analyzer(tiny_model) as analyzer:
        rows = analyzer.analyze([clips / "face_noface.mov", clips / "noface_face.mov"]).table
    for source in ("face_noface.mov", "noface_face.mov"):
        own = [row for row in rows.to_pylist() if row["source"].endswith(source)]
        assert sorted({row["frame"] for row in own}) == list(range(169))
        tracks = [row["track"] for row in own if row["detected"]]
        assert max(tracks.count(track) for track in set(tracks)) >= 0.9 * len(tracks)


def test_a_hidden_face_leaves_no_pixel_of_its_own() -> None:
    generator = np.random.default_rng(0)
    image = generator.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    face = Face(
        box=np.array([60.0, 60.0, 80.0, 80.0]),
        points=np.array([[80.0, 90], [120, 90], [100, 110], [85, 125], [115, 125]]),
    )
    found = hidden(image, [face])
    inside = found[70:130, 70:130].reshape(-1, 3)
    assert len(np.unique(inside, axis=0)) <= 3
    assert (found[:30] == image[:30]).all()
    assert (hidden(image, []) == image).all()


def test_a_painter_draws_where_affect_has_been() -> None:
    painter = Painter()
    for step in range(8):
        affect = np.array([[-0.9 + 0.2 * step, 0.5]], dtype=np.float32)
        frame = frame_of("a.mp4", step, step / 25, affect=affect)
        with_track = type(frame)(**{**vars(frame), "tracks": (0,)})
        drawn = painter.paint(with_track)
    alone = Painter().paint(with_track)
    assert (drawn != alone).any()


def write_sounding_clip(source: Path, path: Path) -> Path:
    """A package's clip with a second of a tone beside its pictures."""
    with av.open(str(source)) as opened, av.open(str(path), "w") as made:
        pictures = made.add_stream("mpeg4", rate=30)
        pictures.width, pictures.height, pictures.pix_fmt = 640, 360, "yuv420p"
        tone = made.add_stream("aac", rate=44100)
        for number, frame in enumerate(opened.decode(video=0)):
            if number == 24:
                break
            picture = frame.reformat(640, 360, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 30)
            made.mux(pictures.encode(picture))
        made.mux(pictures.encode())
        samples = np.sin(np.arange(44100) / 15).astype(np.float32)[None]
        for start in range(0, 44100, 1024):
            part = np.ascontiguousarray(samples[:, start : start + 1024])
            sound = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
            sound.sample_rate, sound.pts = 44100, start
            made.mux(tone.encode(sound))
        made.mux(tone.encode())
    return path


def test_an_overlay_keeps_all_frames_and_the_sound_unless_it_hides(
    facebehavior: Command, tiny_model: Path, clips: Path, tmp_path: Path
) -> None:
    clip = write_sounding_clip(clips / "single_face.mp4", tmp_path / "clip.mp4")
    for name, words in (("plain", ()), ("masked", ("--anonymize",))):
        out = tmp_path / f"{name}.mp4"
        answer = facebehavior("analyze", clip, "--overlay", out, "--model", tiny_model, *words)
        assert answer.code == 0
        with av.open(str(out)) as opened:
            assert bool(opened.streams.audio) == (name == "plain")
            assert sum(1 for _ in opened.decode(video=0)) == 24
        if name == "plain":
            with av.open(str(out)) as opened:
                seconds = sum(frame.samples / frame.sample_rate for frame in opened.decode(audio=0))
            assert seconds == pytest.approx(1.0, abs=0.1)


def test_damaged_sound_is_left_out_and_told_of(
    facebehavior: Command,
    tiny_model: Path,
    clips: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clip = write_sounding_clip(clips / "single_face.mp4", tmp_path / "clip.mp4")
    with av.open(str(clip)) as container:
        packets = [(one.pos, one.size) for one in container.demux(audio=0) if one.size]
    data = bytearray(clip.read_bytes())
    for place, size in packets[10:13]:
        assert place is not None
        data[place : place + size] = b"\xff" * size
    clip.write_bytes(data)
    out, record = tmp_path / "out.mp4", tmp_path / "record.csv"
    words = ("analyze", clip, "--overlay", out, "-o", record, "--model", tiny_model)
    assert facebehavior(*words).code == 0
    assert "damaged pieces of its sound" in caplog.text
    assert record.is_file()
    with av.open(str(out)) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == 24


def test_hidden_faces_are_hidden_on_the_page_too(
    facebehavior: Command, tiny_model: Path, clips: Path, tmp_path: Path
) -> None:
    pages = []
    for name, words in (("plain", ()), ("hidden", ("--anonymize",))):
        out = tmp_path / f"{name}.html"
        clip = clips / "single_face.mp4"
        answer = facebehavior("analyze", clip, "--report", out, "--model", tiny_model, *words)
        assert answer.code == 0, answer.errors
        pages.append(re.findall(r"data:image/jpeg;base64,([^\"' )]+)", out.read_text()))
    plain, masked = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(found[0])))).astype(float)
        for found in pages
    )
    middle = np.s_[30:66, 30:66]
    assert np.abs(masked[middle] - plain[middle]).mean() > 20


@pytest.mark.parametrize("option", ["-o", "--summary", "--events", "--gallery"])
def test_no_output_replaces_a_photograph(
    facebehavior: Command, tiny_further_model: Path, astronaut: Path, tmp_path: Path, option: str
) -> None:
    # Photographs are known by their content, whatever they are called.
    photograph = tmp_path / "me.parquet"
    shutil.copy(astronaut, photograph)
    answer = facebehavior("analyze", photograph, option, photograph, "--model", tiny_further_model)
    assert answer.code == 2
    assert "would replace what is read" in answer.errors
    assert photograph.read_bytes() == astronaut.read_bytes()


@pytest.mark.parametrize("option", ["--report", "--summary", "--events"])
def test_a_place_that_cannot_be_written_to_is_told_before_the_analysis(
    facebehavior: Command, tiny_model: Path, astronaut: Path, tmp_path: Path, option: str
) -> None:
    (tmp_path / "file").write_text("not a folder")
    ending = "html" if option == "--report" else "csv"
    record = tmp_path / "record.csv"
    words = ("analyze", astronaut, "-o", record, "--model", tiny_model)
    answer = facebehavior(*words, option, tmp_path / "file" / f"x.{ending}")
    assert answer.code != 0
    assert "cannot write" in answer.errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_hiding_without_a_picture_is_refused(
    facebehavior: Command, tiny_model: Path, astronaut: Path, tmp_path: Path
) -> None:
    words = ("analyze", astronaut, "-o", tmp_path / "r.csv", "--model", tiny_model, "--anonymize")
    answer = facebehavior(*words)
    assert answer.code == 2
    assert "--overlay and --report" in answer.errors


@pytest.fixture(scope="module")
def page(tiny_model: Path, clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from facebehavior.cli.main import main

    out = tmp_path_factory.mktemp("page")
    clip = clips / "single_face.mp4"
    names = ("--report", "r.html", "--events", "e.csv", "--summary", "s.parquet")
    words = [str(out / name) if "." in name else name for name in names]
    code = main(["analyze", str(clip), "-o", str(out / "r.csv"), "--smooth", "one-euro",
                 "--baseline", "--model", str(tiny_model), *words])  # fmt: skip
    assert code == 0
    return out


def test_the_page_needs_nothing_else(page: Path) -> None:
    pytest.importorskip("plotly", reason="plotly is not installed")
    text = (page / "r.html").read_text(encoding="utf-8")
    body = text[text.index("</script>") :]
    assert 'src="http' not in body
    assert 'href="http' not in body
    assert "data:image/jpeg;base64," in body
    assert body.count('class="plotly-graph-div"') == 2
    assert "face 0" in body


def test_what_was_done_is_in_the_schema_and_beside_it(page: Path) -> None:
    document = json.loads((page / "r.csv.schema.json").read_text())
    assert document["processing"] == [
        "smoothing: one-euro",
        "baseline: each face's own neutral subtracted",
    ]
    assert pyarrow.csv.read_csv(page / "e.csv").column_names[:3] == ["source", "name", "kind"]
    assert pq.read_table(page / "s.parquet")["frames"].to_pylist() == [72]


def test_the_page_is_drawn_by_a_browser_without_an_error(page: Path, tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("there is no chromium to look at the page with")
    picture = tmp_path / "page.png"
    words = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--enable-logging=stderr", "--v=0", f"--user-data-dir={tmp_path / 'profile'}",
        "--virtual-time-budget=8000", "--window-size=1200,1600", f"--screenshot={picture}",
        f"file://{page / 'r.html'}",
    ]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert picture.is_file(), done.stderr[-500:]
    assert "CONSOLE" not in done.stderr, done.stderr
    with Image.open(picture) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    # Curves have colours; an empty page has black, white and greys alone.
    coloured = (pixels.max(axis=2).astype(int) - pixels.min(axis=2)) > 60
    assert coloured.mean() > 0.01


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--smooth", "median"), "expected one of"),
        (("--events", "e.txt"), "ending in .csv or .parquet"),
        (("--report", "r.pdf"), "ending in .html"),
        (("--min-confidence", "3"), "min_confidence from 0 to 1"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused_before_any_work(
    facebehavior: Command, tiny_model: Path, astronaut: Path, words: tuple[str, ...], said: str
) -> None:
    answer = facebehavior("analyze", astronaut, "--model", tiny_model, *words)
    assert answer.code == 2
    assert said in answer.errors
