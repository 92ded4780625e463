"""From what a user names to the list of photographs and videos to read."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from facebehavior.errors import BadInput
from facebehavior.faces.media.frames import Frame, LostFrame
from facebehavior.faces.media.images import is_image, read_image
from facebehavior.faces.media.opening import checked_file
from facebehavior.faces.media.videos import is_video, read_every_frame

Kind = Literal["image", "video"]

IMAGE_ENDINGS = frozenset(
    {".bmp", ".dib", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)
"""What names of pictures end in, in lower case."""

VIDEO_ENDINGS = frozenset(
    {".3g2", ".3gp", ".asf", ".avi", ".divx", ".flv", ".m2ts", ".m2v", ".m4v", ".mkv", ".mov"}
    | {".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".vob", ".webm", ".wmv"}
)
"""What names of videos end in, in lower case; `.ts` is left out, as most such files are programs.

A file with another ending is recognised by its content where the user names it.
"""

LIST_ENDING = ".txt"
_EXPECTED = "a picture, a video, a folder of them or a .txt list"


@dataclass(frozen=True)
class Source:
    """A photograph or a video.

    Attributes:
        path: as the user would recognise it: as given, or below the folder as given.
        kind: `image` or `video`.
    """

    path: str
    kind: Kind


@dataclass(frozen=True)
class SourceList:
    """What was found, and what could not be.

    Attributes:
        sources: photographs and videos in the order of reading, each path once.
        problems: what is missing or of no use.
    """

    sources: list[Source] = field(default_factory=list)
    problems: list[BadInput] = field(default_factory=list)


def find_sources(inputs: Sequence[str | Path]) -> SourceList:
    """List the photographs and videos that a user names.

    Args:
        inputs: photographs and videos, told apart by their endings or else by their content;
            folders, searched through all levels in natural order (`2.jpg` before `10.jpg`),
            where hidden files, links to folders and files with unknown endings are left out; and
            `.txt` lists in UTF-8, one path a line, relative to the list's folder, where empty
            lines and lines that begin with `#` are passed over.

    Returns:
        The sources, and a problem for each input that is missing, of no use or an empty folder.
        A path that comes up twice is listed once, where it comes up first.
    """
    found = SourceList()
    for given in inputs:
        if not str(given):
            # As a path it would be the working folder.
            found.problems.append(BadInput('""', f"expected {_EXPECTED}, found an empty name"))
        elif Path(given).suffix.lower() == LIST_ENDING and not os.path.isdir(given):
            _add_list(Path(given), found)
        else:
            _add(Path(given), found)
    return SourceList(list(dict.fromkeys(found.sources)), found.problems)


def read_frames(source: Source) -> Iterator[Frame | LostFrame]:
    """Go through the frames of a source; a photograph is one frame without a time.

    Raises:
        BadInput: the source cannot be read; see `read_image` and `read_every_frame`.
    """
    if source.kind == "image":
        yield Frame(source.path, 0, None, read_image(source.path))
    else:
        yield from read_every_frame(source.path)


def _add(path: Path, found: SourceList) -> None:
    try:
        # os.path, since Path raises where a name is too long for any file.
        if os.path.isdir(path):
            _add_folder(path, found)
        else:
            checked_file(path, _EXPECTED)
            found.sources.append(Source(_readable_name(path), _kind(path)))
    except BadInput as problem:
        found.problems.append(problem)


def _add_list(path: Path, found: SourceList) -> None:
    try:
        lines = checked_file(path, "a list of paths").read_text("utf-8-sig").splitlines()
    except BadInput as problem:
        found.problems.append(problem)
        return
    except UnicodeDecodeError:
        found.problems.append(BadInput(path, "expected a list in UTF-8; save it with that coding"))
        return
    entries = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not entries:
        found.problems.append(BadInput(path, "expected one path a line, found none"))
    for entry in entries:
        if Path(entry).suffix.lower() == LIST_ENDING:
            found.problems.append(BadInput(entry, f"a list cannot name a list (in {path})"))
        else:
            _add(path.parent / entry, found)


def _add_folder(folder: Path, found: SourceList) -> None:
    before = len(found.sources) + len(found.problems)
    for path in sorted(_files_below(folder, found.problems), key=_natural_order):
        try:
            found.sources.append(Source(_readable_name(path), _kind(path)))
        except BadInput as problem:
            found.problems.append(problem)
    if len(found.sources) + len(found.problems) == before:
        found.problems.append(BadInput(folder, "there are no pictures or videos in it"))


def _files_below(folder: Path, problems: list[BadInput]) -> list[Path]:
    def unreadable(error: OSError) -> None:
        problems.append(BadInput(error.filename, f"cannot be read: {error.strerror}"))

    files = []
    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [
            Path(parent, name)
            for name in names
            if not name.startswith(".") and _kind_by_ending(Path(name)) is not None
        ]
    return files


def _natural_order(path: Path) -> list[tuple[list[tuple[bool, int, str]], str]]:
    """Give a key that sorts folder by folder, numbers in names by their value and before text."""
    return [(_pieces(name), name) for name in path.parts]


def _pieces(name: str) -> list[tuple[bool, int, str]]:
    pieces = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(False, int(p), "") if p[0] in "0123456789" else (True, 0, p) for p in pieces]


def _kind(path: Path) -> Kind:
    by_ending = _kind_by_ending(path)
    if by_ending is not None:
        return by_ending
    if is_image(path):
        return "image"
    if is_video(path):
        return "video"
    raise BadInput(path, f"expected {_EXPECTED}, found another kind of file")


def _kind_by_ending(path: Path) -> Kind | None:
    ending = path.suffix.lower()
    if ending in IMAGE_ENDINGS:
        return "image"
    return "video" if ending in VIDEO_ENDINGS else None


def _readable_name(path: Path) -> str:
    """Give the path as text that every table can hold.

    Raises:
        BadInput: the name is not in UTF-8.
    """
    name = str(path)
    try:
        name.encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode(errors="backslashreplace")
        raise BadInput(shown, "the name is not in UTF-8; rename the file") from error
    return name
