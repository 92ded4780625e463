"""Videos that are damaged, cut off, trimmed, or begin in the middle."""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.faces.media.reading import assert_times, every_frame, needs_x264, read_damaged

from facebehavior.faces.media import LostFrame, read_video

WriteVideo = Callable[..., Path]
MakePictures = Callable[..., list[NDArray[np.uint8]]]

KEY_FRAME_EVERY_TEN: Mapping[str, Any] = {
    "codec": "libx264",
    "pixel_format": "yuv420p",
    "codec_options": {"g": "10", "bf": "0", "sc_threshold": "0"},
}
"""How a video is written of which each frame that is no key frame needs those before it."""


def test_a_cut_off_avi_gives_its_frames_and_then_an_error(
    write_video: WriteVideo, noise: MakePictures
) -> None:
    path = write_video("clip.avi", noise(60), codec="mjpeg", pixel_format="yuvj420p")
    whole = list(read_video(path))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, error = read_damaged(path)
    assert 10 < len(frames) < 40
    assert "damaged after" in error.reason
    assert f"{len(frames)} frames" in error.reason
    for frame, expected in zip(frames, whole, strict=False):
        assert (frame.index, frame.time_s) == (expected.index, expected.time_s)
        np.testing.assert_array_equal(frame.image, expected.image)


@pytest.mark.parametrize("codec", ["ffv1", "mjpeg"])
def test_a_cut_off_matroska_file_is_noticed_by_its_duration(
    codec: str, write_video: WriteVideo, noise: MakePictures
) -> None:
    pixel_format = "bgr0" if codec == "ffv1" else "yuvj420p"
    path = write_video("clip.mkv", noise(60), codec=codec, pixel_format=pixel_format)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, error = read_damaged(path)
    assert 10 < len(frames) < 40
    assert error.reason.startswith("the video is cut off at 1.")
    assert "of 2.40 s" in error.reason


@needs_x264
@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov"])
def test_a_cut_off_mp4_gives_its_frames_and_then_an_error(
    flags: str, write_video: WriteVideo, noise: MakePictures
) -> None:
    path = write_video(
        "clip.mp4",
        noise(60),
        codec="libx264",
        pixel_format="yuv420p",
        codec_options={"g": "5", "bf": "2"},
        file_options={"movflags": flags},
    )
    assert len(list(read_video(path))) == 60
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, error = read_damaged(path)
    assert 20 < len(frames) < 40
    assert "damaged after" in error.reason


@needs_x264
def test_an_mp4_without_its_index_is_bad(write_video: WriteVideo, noise: MakePictures) -> None:
    path = write_video("clip.mp4", noise(20), codec="libx264", pixel_format="yuv420p")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, error = read_damaged(path)
    assert frames == []
    assert "broken off before its index was written" in error.reason


def test_after_damage_in_the_middle_reading_goes_on_and_then_tells(
    write_video: WriteVideo, noise: MakePictures
) -> None:
    path = write_video("clip.avi", noise(60), codec="mjpeg", pixel_format="yuvj420p")
    whole = list(read_video(path))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 10] = bytes(len(data) // 10)
    path.write_bytes(data)
    frames, error = read_damaged(path)
    assert 40 < len(frames) < 60
    assert "damaged after" in error.reason
    # Of what is not in the file any more nothing tells how much it was.
    numbers = [frame.index for frame in frames]
    assert numbers == sorted(set(numbers))
    assert len(frames) - 1 <= numbers[-1] <= 59
    originals = {frame.image.tobytes() for frame in whole}
    for frame, expected in zip(frames[:20], whole[:20], strict=True):
        np.testing.assert_array_equal(frame.image, expected.image)
    assert all(frame.image.tobytes() in originals for frame in frames[-10:])
    assert sum(frame.image.tobytes() in originals for frame in frames) >= len(frames) - 1


def overwrite_packet(path: Path, number: int) -> None:
    """Damage one packet of a video."""
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    place, size = packets[number]
    assert place is not None
    data = bytearray(path.read_bytes())
    data[place : place + size] = b"\xff" * size
    path.write_bytes(data)


@needs_x264
def test_after_damage_no_frame_depends_on_what_is_missing(
    write_video: WriteVideo, noise: MakePictures
) -> None:
    path = write_video("clip.mp4", noise(60), **KEY_FRAME_EVERY_TEN)
    whole = {round(frame.time_s or 0.0, 6): frame.image for frame in read_video(path)}
    overwrite_packet(path, 25)
    frames, _ = read_damaged(path)
    times = [round(25 * (frame.time_s or 0.0)) for frame in frames]
    assert times == [*range(25), *range(30, 60)]
    # Each has the number that it has in the whole file, so that labels find their frames.
    assert [frame.index for frame in frames] == times
    for frame in frames:
        np.testing.assert_array_equal(frame.image, whole[round(frame.time_s or 0.0, 6)])
    every = every_frame(path)
    assert [frame.index for frame in every] == list(range(60))
    assert [frame.index for frame in every if isinstance(frame, LostFrame)] == [*range(25, 30)]
    assert_times(every, np.arange(60) / 25)


@needs_x264
def test_what_is_damaged_up_to_the_end_is_lost_too(
    write_video: WriteVideo, noise: MakePictures
) -> None:
    path = write_video("clip.mp4", noise(40), **KEY_FRAME_EVERY_TEN)
    overwrite_packet(path, 33)
    every = every_frame(path)
    assert [frame.index for frame in every if isinstance(frame, LostFrame)] == [*range(33, 40)]
    assert_times(every, np.arange(40) / 25)


@needs_x264
def test_a_recording_that_begins_in_the_middle_is_no_damage(
    write_video: WriteVideo, noise: MakePictures
) -> None:
    path = write_video("clip.ts", noise(40), **KEY_FRAME_EVERY_TEN)
    data = path.read_bytes()
    path.write_bytes(data[len(data) // 8 // 188 * 188 :])
    frames = list(read_video(path))
    assert 25 <= len(frames) < 40


@needs_x264
def test_a_trimmed_mp4_is_whole(write_video: WriteVideo, noise: MakePictures) -> None:
    """An edit list shows only a part of the frames that are stored."""
    path = write_video(
        "clip.mp4",
        noise(60),
        codec="libx264",
        pixel_format="yuv420p",
        codec_options={"bf": "0"},
    )
    data = bytearray(path.read_bytes())
    place = data.index(b"elst") + 12
    data[place : place + 4] = struct.pack(">I", 1200)  # of 2400 ms
    path.write_bytes(data)
    frames = list(read_video(path))
    assert len(frames) == 30
    assert frames[-1].time_s == pytest.approx(29 / 25)


def test_dropped_frames_of_an_avi_leave_gaps_in_time(
    write_video: WriteVideo, greys: MakePictures, tmp_path: Path
) -> None:
    whole = write_video("whole.avi", greys(40), codec="mjpeg", pixel_format="yuvj420p")
    gaps = tmp_path / "gaps.avi"
    with av.open(str(whole)) as container, av.open(str(gaps), "w") as copy:
        stream = copy.add_stream_from_template(container.streams.video[0])
        for packet in container.demux(video=0):
            if packet.size and not 10 <= (packet.pts or 0) < 20:
                packet.stream = stream
                copy.mux(packet)
    assert_times(read_video(gaps), np.array([*range(10), *range(20, 40)]) / 25)
