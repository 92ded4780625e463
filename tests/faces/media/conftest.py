"""Videos made for the tests."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from numpy.typing import NDArray

WriteVideo = Callable[..., Path]


@pytest.fixture
def write_video(tmp_path: Path) -> WriteVideo:
    """Give a function that writes pictures (H, W, 3) uint8 as a video and returns its path."""

    def write(
        name: str,
        pictures: Sequence[NDArray[np.uint8]],
        *,
        codec: str = "ffv1",
        pixel_format: str = "bgr0",
        rate: int = 25,
        stamps_ms: Sequence[int] | None = None,
        codec_options: dict[str, str] | None = None,
        file_options: dict[str, str] | None = None,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", options=file_options or {}) as container:
            stream = container.add_stream(codec, rate=rate, options=codec_options or {})
            assert isinstance(stream, VideoStream)
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt = pixel_format
            if stamps_ms is not None:
                stream.codec_context.time_base = Fraction(1, 1000)
            for index, picture in enumerate(pictures):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts = index if stamps_ms is None else stamps_ms[index]
                frame.time_base = Fraction(1, rate if stamps_ms is None else 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture
def greys() -> Callable[..., list[NDArray[np.uint8]]]:
    """Give a function that makes plain pictures, each a grey of its own."""

    def make(count: int, height: int = 32, width: int = 48) -> list[NDArray[np.uint8]]:
        levels = np.linspace(20, 230, count).round().astype(np.uint8)
        return [np.full((height, width, 3), level, np.uint8) for level in levels]

    return make


@pytest.fixture
def noise() -> Callable[..., list[NDArray[np.uint8]]]:
    """Give a function that makes pictures of noise, so that every frame takes room in the file."""

    def make(count: int, height: int = 48, width: int = 64) -> list[NDArray[np.uint8]]:
        generator = np.random.default_rng(0)
        return list(generator.integers(0, 256, (count, height, width, 3)).astype(np.uint8))

    return make


@pytest.fixture
def audio_file(tmp_path: Path) -> Path:
    """A file with sound only, under the name of a video."""
    path = tmp_path / "sound.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 8000), np.int16), format="s16", layout="mono"
        )
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
