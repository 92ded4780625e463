"""Overlays as files: one picture, one video, or a folder with one of them for each source."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.painting import Painter
from facebehavior.analysis.sound import Sound
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.media import Source
from facebehavior.files import (
    REPEATABLE_X264,
    check_not_read,
    check_writable,
    explained_write_errors,
    writing,
)

PICTURE_ENDINGS = (".jpg", ".jpeg", ".png")
VIDEO_ENDINGS = (".mp4", ".mkv", ".mov")

_SUFFIX = "_overlay"

_TIME_BASE = Fraction(1, 90_000)
"""Fine enough that the presentation times of any source are kept."""

_ENCODER = {"crf": "20", "preset": "veryfast", **REPEATABLE_X264}


class OverlayFile(Protocol):
    """Takes analysed frames and writes them with their overlays; a context manager."""

    def write(self, frame: AnalyzedFrame) -> None:
        """Draw and write one frame."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


def open_overlay(path: str | Path, *, anonymous: bool = False) -> OverlayFile:
    """Open what overlays are written to, by the path's ending.

    Args:
        path: `.jpg` or `.png` for one photograph, `.mp4`, `.mkv` or `.mov` for one video, or a
            folder (no ending) for any number of both.
        anonymous: hide the faces; a video then has no sound either.

    Raises:
        FaceBehaviorError: the ending is another.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending in PICTURE_ENDINGS:
        return OverlayPicture(path, anonymous)
    if ending in VIDEO_ENDINGS:
        return OverlayVideo(path, anonymous)
    _check_folder(path)
    return OverlayFolder(path, anonymous)


def _check_folder(path: Path) -> None:
    if path.suffix and not path.is_dir():
        raise FaceBehaviorError(
            f"{path}: expected an overlay ending in "
            f"{', '.join(PICTURE_ENDINGS + VIDEO_ENDINGS)}, or a folder for several"
        )


def check_overlay(path: str | Path, sources: Sequence[Source]) -> None:
    """Check, before any work, that an overlay of this name can show these sources.

    Raises:
        FaceBehaviorError: a picture cannot show several sources or a video, a video not several;
            or the ending is another, or the folder cannot be written to, or overlays of before,
            in that folder, would be taken for inputs.
    """
    ending = Path(path).suffix.lower()
    if ending not in PICTURE_ENDINGS + VIDEO_ENDINGS:
        _check_folder(Path(path))
        check_writable(Path(path) / "overlay")
        _check_no_overlay_among(sources, Path(path))
        return
    holds_one = len(sources) <= 1
    if ending in PICTURE_ENDINGS and any(source.kind == "video" for source in sources):
        holds_one = False
    if not holds_one:
        raise FaceBehaviorError(
            f"{path}: one file can show one photograph (.jpg, .png) or one video (.mp4), found "
            f"{len(sources)} inputs, {sum(s.kind == 'video' for s in sources)} of them videos; "
            "name a folder (without an ending)"
        )
    check_not_read(path, [source.path for source in sources])


def _check_no_overlay_among(sources: Sequence[Source], folder: Path) -> None:
    for path in (Path(source.path) for source in sources):
        if _SUFFIX in path.stem and path.resolve().parent == folder.resolve():
            raise FaceBehaviorError(
                f"{path}: expected a photograph or video, found an overlay of before; remove it, "
                "or name a folder for overlays that is not among the inputs"
            )


class _Unfinished:
    """Closes what was opened, telling it of the error if there was one."""

    def __init__(self) -> None:
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, traceback)


class OverlayPicture(_Unfinished):
    """One photograph with its overlay.

    Args:
        path: of the picture.
        anonymous: hide the faces.
    """

    def __init__(self, path: Path, anonymous: bool = False) -> None:
        super().__init__()
        self._path = path
        self._painter = Painter(anonymous=anonymous)
        self._source: str | None = None

    def write(self, frame: AnalyzedFrame) -> None:
        """Draw and write the photograph.

        Raises:
            FaceBehaviorError: it is a second picture, or the file cannot be written.
        """
        if self._source is not None:
            raise FaceBehaviorError(
                f"{self._path}: one picture can show one photograph, found {self._source} and "
                f"{frame.source}; name a folder, or for a video a name ending in .mp4"
            )
        self._source = frame.source
        check_not_read(self._path, [frame.source])
        with writing(self._path) as unfinished:
            Image.fromarray(self._painter.paint(frame)).save(unfinished, quality=92)


class OverlayVideo(_Unfinished):
    """One video with its overlay, each frame at its own time, and with its sound.

    Args:
        path: of the video.
        anonymous: hide the faces, and leave the voices out.
    """

    def __init__(self, path: Path, anonymous: bool = False) -> None:
        super().__init__()
        self._path = path
        self._anonymous = anonymous
        self._painter = Painter(anonymous=anonymous)
        self._source: str | None = None
        self._encode: Callable[[NDArray[np.uint8], float], None] | None = None

    def write(self, frame: AnalyzedFrame) -> None:
        """Draw and write the next frame.

        Raises:
            FaceBehaviorError: it belongs to another source, or the file cannot be written.
        """
        if self._encode is None:
            self._source = frame.source
            check_not_read(self._path, [frame.source])
            self._encode = self._opened(frame)
        if frame.source != self._source:
            raise FaceBehaviorError(
                f"{self._path}: one video can show one source, found {self._source} and "
                f"{frame.source}; name a folder"
            )
        with explained_write_errors(self._path):
            self._encode(self._painter.paint(frame), frame.time_s or 0.0)

    def _opened(self, frame: AnalyzedFrame) -> Callable[[NDArray[np.uint8], float], None]:
        height, width = frame.image.shape[:2]
        unfinished = self._open.enter_context(writing(self._path))
        container = self._open.enter_context(av.open(f"file:{unfinished}", "w"))
        stream = container.add_stream("libx264", options=_ENCODER)
        # H.264 in its most widely shown form has even sides only.
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = _TIME_BASE
        sound = None if self._anonymous else Sound.of(frame.source, container)
        last = -1

        def encode(image: NDArray[np.uint8], time_s: float) -> None:
            nonlocal last
            if image.shape[:2] != (height, width):  # some streams change their size on the way
                image = np.asarray(Image.fromarray(image).resize((width, height)))
            margins = ((0, stream.height - height), (0, stream.width - width), (0, 0))
            padded = np.pad(image, margins, mode="edge")
            picture = av.VideoFrame.from_ndarray(padded, format="rgb24")
            last = max(last + 1, round(time_s / _TIME_BASE))
            picture.pts, picture.time_base = last, _TIME_BASE
            container.mux(stream.encode(picture))

        def finish() -> None:
            container.mux(stream.encode(None))
            if sound is not None:
                sound.copy()

        self._open.callback(finish)
        return encode


class OverlayFolder(_Unfinished):
    """An overlay for each source, under the source's own name.

    Args:
        folder: for the overlays, named `<source>_overlay`; a second source of the same name gets a
            number.
        anonymous: hide the faces.
    """

    def __init__(self, folder: Path, anonymous: bool = False) -> None:
        super().__init__()
        self._folder = folder
        self._anonymous = anonymous
        self._names: set[str] = set()
        self._source: str | None = None
        self._current: OverlayFile | None = None

    def write(self, frame: AnalyzedFrame) -> None:
        """Draw and write the next frame of this source, or the first of the next.

        Raises:
            FaceBehaviorError: a file cannot be written.
        """
        if self._current is None or frame.source != self._source:
            self._open.close()
            self._source = frame.source
            ending = ".jpg" if frame.time_s is None else ".mp4"
            path = self._folder / self._free_name(f"{Path(frame.source).stem}{_SUFFIX}", ending)
            self._current = self._open.enter_context(open_overlay(path, anonymous=self._anonymous))
        self._current.write(frame)

    def _free_name(self, stem: str, ending: str) -> str:
        name, number = f"{stem}{ending}", 2
        while name in self._names:
            name, number = f"{stem}-{number}{ending}", number + 1
        self._names.add(name)
        return name
