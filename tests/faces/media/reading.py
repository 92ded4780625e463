"""What the tests of videos share: reading to the end, or to the damage."""

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import ArrayLike

from facebehavior.errors import BadInput
from facebehavior.faces.media import Frame, LostFrame, read_every_frame, read_video

needs_x264 = pytest.mark.skipif(
    "libx264" not in av.codecs_available, reason="this PyAV has no H.264 encoder"
)


def assert_times(frames: Iterable[Frame | LostFrame], expected_s: ArrayLike) -> None:
    times = np.array([frame.time_s for frame in frames], dtype=np.float64)
    np.testing.assert_allclose(times, np.asarray(expected_s, dtype=np.float64), atol=1e-9)


def collect(path: Path) -> tuple[list[Frame], BadInput | None]:
    frames = []
    try:
        for frame in read_video(path):
            frames.append(frame)  # noqa: PERF402 - the frames before an error are wanted
    except BadInput as error:
        return frames, error
    return frames, None


def every_frame(path: Path) -> list[Frame | LostFrame]:
    found: list[Frame | LostFrame] = []
    with pytest.raises(BadInput):
        found.extend(read_every_frame(path))
    return found


def read_damaged(path: Path) -> tuple[list[Frame], BadInput]:
    frames, error = collect(path)
    assert error is not None
    assert error.source == str(path)
    assert "\n" not in error.reason
    return frames, error
