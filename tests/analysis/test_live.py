"""Live analysis: the newest picture first, never behind."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.conftest import Answer

from facebehavior.analysis import Analyzer
from facebehavior.analysis import live as live_module
from facebehavior.analysis.live import Newest, live
from facebehavior.cli import live_output
from facebehavior.errors import BadInput
from facebehavior.faces.media import read_video


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


def write_clip(path: Path, picture: NDArray[np.uint8], start_s: float = 0.0, turn: int = 0) -> Path:
    """Three pictures, 25 a second, to be shown turned left by so many degrees."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.set_display_rotation(turn)
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index + round(25 * start_s), Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("turn", [-90, 0, 90, 180])
def test_videos_of_telephones_are_turned_upright_as_read_video_does(
    tmp_path: Path, turn: int
) -> None:
    picture = np.zeros((48, 64, 3), dtype=np.uint8)
    picture[:24, :32] = 255
    path = write_clip(tmp_path / "phone.mp4", picture, turn=turn)
    with closing(Newest(str(path))) as newest:
        seen = next(newest.pictures())
    expected = next(read_video(path)).image
    assert expected.shape == (64, 48, 3) if turn in (-90, 90) else (48, 64, 3)
    assert np.abs(seen.image.astype(int) - expected).mean() < 1


def test_a_file_whose_name_looks_like_an_address_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_clip(tmp_path / "12_30.mp4", np.zeros((48, 64, 3), dtype=np.uint8)).rename(
        tmp_path / "12:30.mp4"
    )
    monkeypatch.chdir(tmp_path)
    with closing(Newest("12:30.mp4")) as newest:
        assert next(newest.pictures()).image.shape == (48, 64, 3)


def test_a_file_whose_times_begin_late_is_played_at_once(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "late.mkv", np.zeros((48, 64, 3), dtype=np.uint8), start_s=20.0)
    assert (next(read_video(path)).time_s or 0.0) > 15
    begun = time.monotonic()
    with closing(Newest(str(path))) as newest:
        next(newest.pictures())
    assert time.monotonic() - begun < 5


def test_a_stream_is_analysed_with_tracks_and_its_latency(tiny_model: Path, clips: Path) -> None:
    with Analyzer(tiny_model) as analyzer:
        found = list(live(analyzer, str(clips / "single_face.mp4")))
    assert found
    assert found[0].frame.tracks == (0,)
    # A machine that is busy may see so few pictures that a face is lost between them.
    assert all(len(one.frame.tracks) == 1 for one in found)
    assert all(one.latency_s >= 0 for one in found)
    assert sum(one.dropped + 1 for one in found) == found[-1].frame.index + 1


def test_everything_is_loaded_before_the_stream_is_opened(
    tiny_model: Path, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []
    with Analyzer(tiny_model) as analyzer:
        follow, opened = analyzer.detector.follow, live_module.Newest

        def followed(*given: object) -> object:
            order.append("looked")
            return follow(*given)  # type: ignore[arg-type]

        def opening(source: str) -> Newest:
            order.append("opened")
            return opened(source)

        monkeypatch.setattr(analyzer.detector, "follow", followed)
        monkeypatch.setattr(live_module, "Newest", opening)
        next(live(analyzer, str(clips / "single_face.mp4")))
    assert order[:3] == ["looked", "opened", "looked"]


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


class FakeWindows:
    """Stands for the window calls of OpenCV: remembers what is shown, and is closed as told.

    Args:
        keys: what is pressed at each picture; nothing after them.
        visible: for how many pictures the window is there.
    """

    WINDOW_NORMAL, WND_PROP_VISIBLE = 0, 4

    def __init__(self, keys: Sequence[int] = (), visible: int = 1_000_000) -> None:
        self.keys, self.visible = list(keys), visible
        self.shown: list[np.ndarray] = []
        self.titles: list[str] = []
        self.opened, self.closed = 0, 0

    def namedWindow(self, *_: object) -> None:
        self.opened += 1

    def imshow(self, _: str, picture: np.ndarray) -> None:
        self.shown.append(picture)

    def setWindowTitle(self, _: str, title: str) -> None:
        self.titles.append(title)

    def waitKey(self, _: int) -> int:
        return self.keys.pop(0) if self.keys else -1

    def getWindowProperty(self, *_: object) -> float:
        return 1.0 if len(self.shown) < self.visible else -1.0

    def destroyAllWindows(self) -> None:
        self.closed += 1


@pytest.fixture
def open_windows(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeWindows], FakeWindows]:
    def put(windows: FakeWindows) -> FakeWindows:
        monkeypatch.setitem(sys.modules, "cv2", windows)
        monkeypatch.setattr(live_output, "check_screen", lambda: None)
        return windows

    return put


@pytest.mark.parametrize(
    ("windows", "pictures"),
    [
        (FakeWindows(keys=[-1, -1, ord("q")]), 3),
        (FakeWindows(keys=[-1, 27]), 2),
        (FakeWindows(visible=4), 4),
    ],
    ids=["q", "escape", "button"],
)
def test_the_window_is_closed_by_key_and_by_its_button(
    facebehavior: Callable[..., Answer],
    open_windows: Callable[[FakeWindows], FakeWindows],
    tiny_model: Path,
    clips: Path,
    windows: FakeWindows,
    pictures: int,
) -> None:
    open_windows(windows)
    answer = facebehavior("live", clips / "single_face.mp4", "--model", tiny_model)
    assert answer.code == 0
    assert f"pictures: {pictures}," in answer.errors
    assert len(windows.shown) == pictures
    assert (windows.opened, windows.closed) == (1, 1)
    # The overlay is drawn onto the picture, and OpenCV takes blue first.
    with av.open(str(clips / "single_face.mp4")) as opened:
        first = next(opened.decode(video=0)).to_ndarray(format="bgr24")
    assert windows.shown[0].shape == first.shape
    assert (windows.shown[0] != first).any()
    assert np.abs(windows.shown[0].astype(int) - first).mean() < 40
    assert all(title.startswith("facebehavior: ") for title in windows.titles)


def test_a_stream_that_stops_closes_the_window(
    facebehavior: Callable[..., Answer],
    open_windows: Callable[[FakeWindows], FakeWindows],
    tiny_model: Path,
    clips: Path,
) -> None:
    windows = open_windows(FakeWindows())
    answer = facebehavior("live", clips / "single_face.mp4", "--model", tiny_model)
    assert answer.code == 0
    assert "latency: first" in answer.errors
    assert windows.shown
    assert windows.closed == 1


def test_a_stream_that_breaks_is_one_line_after_what_was_shown(
    facebehavior: Callable[..., Answer],
    open_windows: Callable[[FakeWindows], FakeWindows],
    tiny_model: Path,
    clips: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pictures = Newest.pictures

    def breaking(self: Newest) -> Iterator[object]:
        yield from islice(pictures(self), 2)
        raise BadInput("camera", "the stream is damaged (unplugged)")

    monkeypatch.setattr(Newest, "pictures", breaking)
    windows = open_windows(FakeWindows())
    answer = facebehavior("live", clips / "single_face.mp4", "--model", tiny_model)
    assert answer.code == 2
    assert "unplugged" in answer.errors
    assert answer.errors.count("\n") == 1
    assert len(windows.shown) == 2
    assert windows.closed == 1


def test_a_camera_that_is_missing_closes_the_window_and_is_one_line(
    facebehavior: Callable[..., Answer],
    open_windows: Callable[[FakeWindows], FakeWindows],
    tiny_model: Path,
) -> None:
    windows = open_windows(FakeWindows())
    answer = facebehavior("live", "17", "--model", tiny_model)
    assert answer.code == 2
    assert "expected a camera" in answer.errors
    assert answer.errors.count("\n") == 1
    assert windows.closed == windows.opened


def test_without_a_screen_the_way_out_is_named(
    facebehavior: Callable[..., Answer],
    tiny_model: Path,
    clips: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if sys.platform != "linux":
        pytest.skip("other systems have a screen without a variable that names it")
    answer = facebehavior("live", clips / "single_face.mp4", "--model", tiny_model)
    assert answer.code == 2
    assert "--jsonl" in answer.errors
    assert answer.errors.count("\n") == 1


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
