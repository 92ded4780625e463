from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from facebehavior.analysis import AnalyzedFrame, open_overlay, overlay
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.face import Face
from facebehavior.model_file import Predictions


def frame_of(
    source: str = "a.png",
    index: int = 0,
    time_s: float | None = None,
    size: tuple[int, int] = (200, 160),
    faces: int = 1,
    affect: NDArray[np.float32] | None = None,
) -> AnalyzedFrame:
    found = [
        Face(box=np.array([20.0 + 90 * n, 60.0, 60.0, 60.0]), points=np.zeros((5, 2)))
        for n in range(faces)
    ]
    shares = np.array([0.1, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1], dtype=np.float32)
    expression = np.tile(shares, (faces, 1))
    return AnalyzedFrame(
        source,
        index,
        time_s,
        np.zeros((size[1], size[0], 3), dtype=np.uint8),
        found,
        np.zeros((faces, 8, 8, 1), dtype=np.uint8),
        Predictions(expression=expression, affect=affect),
    )


def test_each_face_is_drawn_in_its_own_colour_and_the_source_is_left_alone() -> None:
    frame = frame_of(faces=2)
    drawn = overlay(frame)
    assert drawn.shape == frame.image.shape
    assert not frame.image.any()
    # The lower left corner of each box, away from label and panel.
    colours = {tuple(drawn[119, 20 + 90 * number].tolist()) for number in range(2)}
    assert len(colours) == 2
    assert (0, 0, 0) not in colours
    assert not drawn[60 + 5 : 115, 25:75].any()


@pytest.mark.parametrize(("valence", "arousal"), [(0.8, 0.8), (-0.8, -0.8)])
def test_the_dot_lies_right_for_pleasant_and_up_for_excited(valence: float, arousal: float) -> None:
    without = overlay(frame_of(affect=np.zeros((1, 2), np.float32)))
    drawn = overlay(frame_of(affect=np.array([[valence, arousal]], np.float32)))
    y, x = np.nonzero((drawn.astype(int) - without).sum(axis=2) > 60)
    side = 0.34 * 60
    assert np.sign(x.mean() - (20 + side / 2)) == np.sign(valence)
    assert np.sign((120 + side / 2) - y.mean()) == np.sign(arousal)


def test_a_face_at_the_edge_is_drawn() -> None:
    frame = frame_of()
    frame.faces[0].box[:] = (-30, -20, 400, 300)
    assert overlay(frame).shape == frame.image.shape


@pytest.mark.parametrize(
    "box", [(20, 60, 60, 60), (20, 95, 60, 60), (150, 100, 80, 60), (-10, 0, 220, 170)]
)
def test_every_bar_is_seen_wherever_the_face_is(box: tuple[float, ...]) -> None:
    """Also where the face reaches beyond the bottom or a side of the picture."""
    frame = frame_of(affect=np.zeros((1, 2), np.float32))
    frame.faces[0].box[:] = box

    def drawn(shares: NDArray[np.float32]) -> NDArray[np.uint8]:
        predictions = replace(frame.predictions, action_units=shares[None])
        return overlay(replace(frame, predictions=predictions))

    without = drawn(np.zeros(17, np.float32))
    changed = [(drawn(shares) != without).any(axis=2) for shares in np.eye(17, dtype=np.float32)]
    heights = [int(one.any(axis=1).sum()) for one in changed]
    assert min(heights) >= 0.15 * box[2]
    assert len(set(heights)) == 1


def test_one_face_of_a_photograph_has_no_number() -> None:
    photograph, video = overlay(frame_of()), overlay(frame_of(time_s=0.0))
    assert (photograph != video)[:60].any()


def test_a_frame_without_faces_is_unchanged() -> None:
    frame = frame_of(faces=0)
    assert (overlay(frame) == frame.image).all()


def test_a_picture_takes_one_photograph(tmp_path: Path) -> None:
    with open_overlay(tmp_path / "out.png") as file:
        file.write(frame_of())
        with pytest.raises(FaceBehaviorError, match="name a folder"):
            file.write(frame_of("b.png"))
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (200, 160)


def test_a_video_keeps_size_and_times(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.1, 0.5]
    with open_overlay(tmp_path / "out.mp4") as file:
        for index, time_s in enumerate(times):
            file.write(frame_of("a.mp4", index, time_s, size=(201, 161)))
    with av.open(str(tmp_path / "out.mp4")) as container:
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx(times, abs=1e-3)
    # H.264 has even sides only: one line is added.
    assert (frames[0].width, frames[0].height) == (202, 162)


def test_a_folder_takes_any_number_of_sources(tmp_path: Path) -> None:
    with open_overlay(tmp_path / "out") as file:
        file.write(frame_of("x/a.png"))
        file.write(frame_of("y/a.png"))
        for index in range(3):
            file.write(frame_of("clip.mp4", index, index / 25))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a_overlay-2.jpg",
        "a_overlay.jpg",
        "clip_overlay.mp4",
    ]


def test_an_overlay_never_replaces_its_source(tmp_path: Path) -> None:
    for name, time_s in (("a.png", None), ("a.mp4", 0.0)):
        source = tmp_path / name
        source.write_bytes(b"the original")
        frame = frame_of(str(source), time_s=time_s)
        with open_overlay(tmp_path) as folder:
            folder.write(frame)
        file = open_overlay(source)
        with pytest.raises(FaceBehaviorError, match="another name"):
            file.write(frame)
        assert source.read_bytes() == b"the original"


def test_an_overlay_may_have_a_name_that_looks_like_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_overlay("12:30.mp4") as file:
        file.write(frame_of("a.mp4", 0, 0.0))
    with av.open("file:12:30.mp4") as container:
        assert len(list(container.decode(video=0))) == 1


def test_a_video_whose_frames_change_their_size_keeps_its_first(tmp_path: Path) -> None:
    with open_overlay(tmp_path / "out.mp4") as file:
        file.write(frame_of("a.mp4", 0, 0.0, size=(200, 160)))
        file.write(frame_of("a.mp4", 1, 0.1, size=(300, 100)))
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert [(f.width, f.height) for f in container.decode(video=0)] == [(200, 160)] * 2


def test_an_interrupted_video_leaves_no_file(tmp_path: Path) -> None:
    def interrupted() -> None:
        with open_overlay(tmp_path / "out.mp4") as file:
            file.write(frame_of("a.mp4", 0, 0.0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_ending_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match=r"\.mp4"):
        open_overlay(tmp_path / "out.gifv")


def test_a_place_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FaceBehaviorError, match="cannot write"):
        open_overlay(tmp_path / "file" / "out.png").write(frame_of())


def test_an_action_unit_that_is_not_known_has_no_bar() -> None:
    frame = frame_of()
    shares = np.full((1, 17), 0.5, np.float32)
    shares[0, 4] = np.nan
    unknown, zero, half = (
        overlay(replace(frame, predictions=replace(frame.predictions, action_units=each)))
        for each in (shares, np.nan_to_num(shares), np.full_like(shares, 0.5))
    )
    # Not even the line that a share of 0 has.
    assert (unknown != zero).any()
    without, with_zero = ((half != each).any(axis=(0, 2)) for each in (unknown, zero))
    np.testing.assert_array_equal(without, with_zero)


def test_the_time_stands_above_the_panel() -> None:
    """A face at the lower left leaves its panel where the time is written."""
    frame = frame_of(time_s=0.5, affect=np.zeros((1, 2), np.float32))
    without = overlay(frame_of(time_s=0.5, faces=0))
    frame.faces[0].box[:] = (0, 90, 70, 70)
    drawn = overlay(frame)
    white = (without > 200).all(axis=2)
    assert white.any()
    assert (drawn[white] > 200).all()
