"""Videos as streams of frames, through PyAV."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from facebehavior.errors import BadInput
from facebehavior.faces.media.clock import Clock
from facebehavior.faces.media.decoding import Decoding, LostPicture
from facebehavior.faces.media.frames import Frame, LostFrame
from facebehavior.faces.media.opening import check_pixels, checked_file, opened_media
from facebehavior.faces.media.orientation import DisplayMatrix, upright

_TEXT_FORMATS = frozenset({"tty"})
"""What FFmpeg draws as pictures of letters."""


@dataclass(frozen=True)
class VideoInformation:
    """What a video file says about itself.

    Attributes:
        width: of the upright frames, in pixels.
        height: of the upright frames, in pixels.
        frames: how many there are; None where the file does not say.
        average_rate: frames per second; None where unknown.
        duration_s: in seconds; None where unknown.
        has_audio: whether there is sound.
    """

    width: int
    height: int
    frames: int | None
    average_rate: float | None
    duration_s: float | None
    has_audio: bool


def read_video(path: str | Path) -> Iterator[Frame]:
    """Go through the frames of a video, one in memory at a time.

    Times are the presentation times of the file, also where the frame rate varies, and start
    where the file starts, which need not be 0. They always increase: a frame that has no time, or
    none later than that of the frame before, is given the time one average frame after it.
    Frames are turned upright by the file's display matrix. Their pixels are those stored: a
    sample aspect ratio is not applied and interlaced lines are not mixed. Of several video
    streams the best is read; cover pictures of sound files are none. Decoding uses one thread.
    The file is closed when the iterator is finished, fails, or is closed or dropped.

    Args:
        path: a video file in any format that FFmpeg reads, with frames of at most `PIXEL_LIMIT`
            pixels.

    Yields:
        The frames in order.

    Raises:
        BadInput: before the first frame if there is no such file, it cannot be read, or is no
            video; after the last frame that can be decoded if the video is damaged or cut off.
            After damage in the middle, frames go on at the next key frame, with the numbers that
            they have in the whole file (as far as its packets are a frame each), at the times
            that the file gives them; an AVI file gives none but counts, so that the times of
            its later frames can come out too early.
    """
    for frame in read_every_frame(path):
        if isinstance(frame, Frame):
            yield frame


def read_every_frame(path: str | Path) -> Iterator[Frame | LostFrame]:
    """Go through the frames of a video as `read_video` does, and through those that are lost.

    Yields:
        The frames in order; in the place of one that damage has taken out a `LostFrame`, as far
        as the packets of the file tell of it.

    Raises:
        BadInput: as for `read_video`.
    """
    source = str(path)
    with _opened(path) as (container, stream):
        clock = Clock(stream.time_base, stream.average_rate)
        display = DisplayMatrix()
        last_s = 0.0
        for index, frame in enumerate(Decoding(container, stream, source).frames()):
            if isinstance(frame, LostPicture):
                yield LostFrame(source, index, _time_after(last_s, frame, stream))
                continue
            last_s = clock.time_s(frame.pts)
            yield Frame(source, index, last_s, upright(_pixels(frame, source), display.of(frame)))


def _time_after(last_s: float, lost: LostPicture, stream: VideoStream) -> float | None:
    """Give when a lost picture should be shown; None where that is unknown or long past."""
    if lost.stamp is None or stream.time_base is None:
        return None
    time_s = float(lost.stamp * stream.time_base)
    return time_s if time_s > last_s else None


def video_information(path: str | Path) -> VideoInformation:
    """Read what a video says about itself; its first frame is decoded to be sure of its size.

    Raises:
        BadInput: there is no such file, it cannot be read, or no frame of it can be decoded.
    """
    with _opened(path) as (container, stream):
        frames = Decoding(container, stream, str(path)).frames()
        first = next(frame for frame in frames if isinstance(frame, VideoFrame))
        image = upright(_pixels(first, str(path)), DisplayMatrix().of(first))
        if stream.duration is not None and stream.time_base is not None:
            duration_s: float | None = float(stream.duration * stream.time_base)
        else:
            duration_s = container.duration / 1e6 if container.duration else None
        return VideoInformation(
            width=image.shape[1],
            height=image.shape[0],
            frames=stream.frames or None,
            average_rate=float(stream.average_rate) if stream.average_rate else None,
            duration_s=duration_s,
            has_audio=bool(container.streams.audio),
        )


def count_frames(path: str | Path) -> int:
    """Count the frames of a video by its packets, without decoding them.

    It takes the time to read the file. The count is that of `read_video` where every packet is a
    frame, as in nearly all files; packets behind damage that cannot be passed are not counted.

    Raises:
        BadInput: there is no such file, or it cannot be read.
    """
    count = 0
    with _opened(path) as (container, stream), suppress(FFmpegError):
        for packet in container.demux(stream):
            count += packet.size > 0
    return count


def is_video(path: str | Path) -> bool:
    """Tell from its content whether a file is a video."""
    try:
        with _opened(path):
            return True
    except BadInput:
        return False


@contextmanager
def _opened(path: str | Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    file = checked_file(path, "a video")
    try:
        container = opened_media(file)
    except (FFmpegError, ValueError) as error:
        raise BadInput(
            path,
            "expected a video, found another kind of file or a recording that was broken off "
            "before its index was written",
        ) from error
    with container:
        stream = _video_stream(container, path)
        check_pixels(path, stream.width, stream.height)
        # Measured on two cores: more threads decode hardly faster and take them from the models.
        stream.codec_context.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        yield container, stream


def _video_stream(container: InputContainer, path: str | Path) -> VideoStream:
    if container.format.name in _TEXT_FORMATS:
        raise BadInput(path, "expected a video, found a text file")
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        kinds = ", ".join(sorted({stream.type for stream in container.streams}))
        raise BadInput(
            path, f"expected a video, found a file without moving pictures (only {kinds or 'none'})"
        )
    best = container.streams.best("video")
    stream = next((s for s in moving if best is not None and s.index == best.index), moving[0])
    if stream.codec_context is None:
        raise BadInput(path, "no decoder is there for this video; convert it to H.264")
    return stream


def _pixels(frame: VideoFrame, source: str) -> NDArray[np.uint8]:
    check_pixels(source, frame.width, frame.height)
    try:
        return np.asarray(frame.to_ndarray(format="rgb24", threads=1), dtype=np.uint8)
    except (FFmpegError, ValueError) as error:
        raise BadInput(
            source, f"frames of the pixel format {frame.format.name} cannot be read; convert it"
        ) from error
