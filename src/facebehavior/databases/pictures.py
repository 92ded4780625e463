"""Finding the pictures of a database on disk: once a folder, not once a row."""

import os
import re
from pathlib import Path

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
VIDEOS = frozenset({".mp4", ".avi", ".mov", ".mkv", ".wmv", ".mpg", ".webm", ".m4v"})

_NUMBER = re.compile(r"(\d+)\.[A-Za-z]+$")


def names_in(folder: Path) -> frozenset[str]:
    """List the names in a folder; none where it is not there. Hidden ones are left out."""
    try:
        return frozenset(name for name in os.listdir(folder) if not name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()


def numbered_pictures(folder: Path) -> dict[int, str]:
    """Give the pictures of a folder by the number at the end of their names, whatever its padding.

    Of two pictures with one number the first by name is taken.
    """
    found: dict[int, str] = {}
    for name in sorted(names_in(folder)):
        number = picture_number(name)
        if number is not None:
            found.setdefault(number, name)
    return found


def picture_number(name: str) -> int | None:
    """Give the number at the end of a picture's name; None where it has none, or is no picture."""
    number = _NUMBER.search(name)
    is_picture = os.path.splitext(name)[1].lower() in PICTURES
    return int(number.group(1)) if number and is_picture else None


def is_video_name(path: str) -> bool:
    """Tell from its ending whether a path names a video, of which a row means one frame."""
    return os.path.splitext(path)[1].lower() in VIDEOS


def find_video(folder: Path, stem: str) -> Path | None:
    """Give the video of this name, whatever its ending; None where there is none."""
    endings = sorted(VIDEOS, key=lambda ending: (ending != ".mp4", ending != ".avi", ending))
    names = names_in(folder)
    return next((folder / f"{stem}{e}" for e in endings if f"{stem}{e}" in names), None)
