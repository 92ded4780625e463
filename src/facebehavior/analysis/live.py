"""Live: the newest picture of a camera or stream, as soon as the last one is done."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from facebehavior.analysis.analyzed import AnalyzedFrame, FrameWithFaces, analyzed_frame
from facebehavior.analysis.analyzer import Analyzer
from facebehavior.errors import BadInput
from facebehavior.faces.face import Detector
from facebehavior.faces.media import Frame
from facebehavior.faces.media.opening import opened_media
from facebehavior.faces.media.orientation import DisplayMatrix, upright

_OPEN_S = 10.0
_BLANK = (240, 320)


@dataclass(frozen=True, eq=False)
class LiveFrame:
    """One analysed picture of a stream.

    Attributes:
        frame: the picture, its faces and what the model says.
        latency_s: from when it was received to now.
        dropped: pictures since the last one that were not looked at.
    """

    frame: AnalyzedFrame
    latency_s: float
    dropped: int


@dataclass(frozen=True, eq=False)
class _Picture:
    image: NDArray[np.uint8]
    index: int
    received_s: float


class Newest:
    """Reads a stream in its own thread, and keeps the newest picture alone.

    Args:
        source: a camera such as `/dev/video0` or `0`, an address, or a file, which is played at
            its own speed, turned upright by its display matrix.

    Raises:
        BadInput: it cannot be opened.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._container = _opened(source)
        self._plays = os.path.isfile(source)
        self._changed = threading.Condition()
        self._newest: _Picture | None = None
        self._ended = False
        self._error: BadInput | None = None
        self._thread = threading.Thread(target=self._read, daemon=True, name="camera")
        self._thread.start()

    def pictures(self) -> Iterator[_Picture]:
        """Go through the newest pictures; those that come meanwhile are left out.

        Raises:
            BadInput: the stream is damaged.
        """
        last = -1
        while True:
            with self._changed:
                while not self._ended and not self._is_new(last):
                    self._changed.wait()
                picture = self._newest
                if picture is None or picture.index == last:
                    if self._error is not None:
                        raise self._error
                    return
            last = picture.index
            yield picture

    def close(self) -> None:
        """Stop reading."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join(timeout=2.0)

    def _is_new(self, last: int) -> bool:
        return self._newest is not None and self._newest.index != last

    def _read(self) -> None:
        display = DisplayMatrix()
        begun: float | None = None
        try:
            for index, frame in enumerate(self._container.decode(video=0)):
                if self._plays and frame.time is not None:
                    now = time.monotonic()
                    # The times of a file may begin anywhere: they are counted from its first frame.
                    begun = now - frame.time if begun is None else begun
                    time.sleep(max(0.0, begun + frame.time - now))
                pixels = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
                image = upright(pixels, display.of(frame))
                picture = _Picture(image, index, time.monotonic())
                with self._changed:
                    if self._ended:
                        break
                    self._newest = picture
                    self._changed.notify_all()
        except av.FFmpegError as error:
            self._error = BadInput(self._source, f"the stream is damaged ({error})")
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
            self._container.close()


def live(analyzer: Analyzer, source: str) -> Iterator[LiveFrame]:
    """Analyse a stream: always its newest picture, so that the answer never falls behind.

    Args:
        analyzer: with its model and detector.
        source: see `Newest`.

    Raises:
        BadInput: the stream cannot be opened, or is damaged.
    """
    with analyzer.borrowed_detector() as detector:
        _make_ready(analyzer, detector)
        following = analyzer.following()
        detector.start_video()
        with closing(Newest(source)) as newest:
            begun, last = time.monotonic(), -1
            for picture in newest.pictures():
                time_s = picture.received_s - begun
                faces = detector.follow(picture.image, time_s)
                found = FrameWithFaces(Frame(source, picture.index, time_s, picture.image), faces)
                crops = analyzer.cut([found])
                frame = analyzed_frame(found, crops, analyzer.model.predict(crops))
                frame = following.follow(frame)
                dropped, last = picture.index - last - 1, picture.index
                yield LiveFrame(frame, time.monotonic() - picture.received_s, dropped)


def _make_ready(analyzer: Analyzer, detector: Detector) -> None:
    """Show detector and network a blank picture.

    What they load when it is first needed takes seconds, in which a stream that is open already
    would go by unseen.
    """
    detector.start_video()
    detector.follow(np.zeros((*_BLANK, 3), dtype=np.uint8), 0.0)
    crop = analyzer.model.metadata.crop
    analyzer.model.predict(np.zeros((1, crop.size, crop.size, crop.channels), dtype=np.uint8))


def _opened(source: str) -> av.container.InputContainer:
    """Open a camera by its number or device, or anything that FFmpeg can."""
    try:
        if source.isdecimal() or source.startswith("/dev/video"):
            device = f"/dev/video{source}" if source.isdecimal() else source
            container = av.open(device, format="v4l2", timeout=_OPEN_S)
        elif os.path.isfile(source):
            container = opened_media(source)
        else:
            container = av.open(source, timeout=_OPEN_S)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise BadInput(source, f"expected a camera, a stream or a video ({error})") from error
    if not container.streams.video:
        container.close()
        raise BadInput(source, "expected pictures, found a stream without any")
    return container
