"""What is checked of every file before a decoder sees it, and how FFmpeg opens it."""

import os
from pathlib import Path

import av
from av.container import InputContainer

from facebehavior.errors import BadInput

PIXEL_LIMIT = 100_000_000
"""The most pixels (width x height) of a picture or video frame that is decoded."""


def checked_file(path: str | Path, expected: str) -> Path:
    """Give the path if it is a file with something in it that can be read.

    Args:
        path: as the user named it.
        expected: what the file should be, for the error: `a picture`.

    Raises:
        BadInput: nothing is there, it is a folder or a device, empty, or not to be read.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise BadInput(path, f"expected {expected}, found a folder; name the files in it")
        if not os.path.lexists(file):
            raise BadInput(path, f"expected {expected}, found no such file; check the path")
        # Opening a pipe or a device could wait for ever.
        if not file.is_file():
            raise BadInput(path, f"expected {expected}, found neither a file nor a folder")
        with file.open("rb") as opened:
            empty = not opened.read(1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInput(path, f"cannot be read: {reason}; check the path and its rights") from error
    if empty:
        raise BadInput(path, f"expected {expected}, found an empty file (0 bytes)")
    return file


def opened_media(path: str | Path) -> InputContainer:
    """Open a file of moving pictures or sound.

    It is given to FFmpeg as the address of a file, because FFmpeg takes `12:30.mp4` for an address
    of its own, and with no other protocol, so that a playlist cannot make it load something from
    the network.

    Raises:
        FFmpegError: FFmpeg cannot open it.
        ValueError: its name or what it says of itself makes no sense.
    """
    return av.open(
        f"file:{path}", options={"protocol_whitelist": "file"}, metadata_errors="replace"
    )


def check_pixels(source: str | Path, width: int, height: int) -> None:
    """Refuse a picture that would fill the memory.

    Raises:
        BadInput: it has more than `PIXEL_LIMIT` pixels.
    """
    if width * height > PIXEL_LIMIT:
        raise too_large(
            source, f"{width} x {height} = {round(width * height / 1e6, 2):g} megapixels"
        )


def too_large(source: str | Path, found: str) -> BadInput:
    """Say that a picture is too large, and what to do."""
    return BadInput(
        source,
        f"expected at most {PIXEL_LIMIT // 1_000_000} megapixels, found {found}; "
        "save a smaller copy and give that",
    )
