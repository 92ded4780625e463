"""FER2013: grey faces of 48 pixels with one of 7 basic expressions.

Labels: one of 7 expressions, noisy; FER+ has ten raters' votes for the same pictures.
Size: 35,887 pictures (28,709 training, 3,589 public test, 3,589 private test).
Where: the challenge "Representation Learning: Facial Expression Recognition" on Kaggle.
Terms: the rights of the pictures, found by a search engine, are not cleared: research only.
Citation: Goodfellow and others, "Challenges in representation learning: a report on three machine
learning contests", ICONIP 2013.
Metric: accuracy on the private test part.

The pictures stand in the file itself.

Layout::

    fer2013.csv                                      emotion,pixels,Usage
"""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from facebehavior.databases.codes import Labels, named
from facebehavior.databases.reading import ReadingReport
from facebehavior.databases.text import first_row, numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "fer2013"
FILE = "fer2013.csv"
SIDE = 48
CLASSES: Mapping[int, str | None] = {
    0: "anger",
    1: "disgust",
    2: "fear",
    3: "happiness",
    4: "sadness",
    5: "surprise",
    6: "neutral",
}
USAGES: Mapping[str, str] = {
    "Training": "train",
    "PublicTest": "validation",
    "PrivateTest": "test",
}
_HEADER = ["emotion", "pixels", "Usage"]


def read_fer2013(root: Path, report: ReadingReport) -> Manifest:
    """Read all pictures.

    Args:
        root: the file `fer2013.csv`, or the folder that holds it.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: the file is missing or another.
        BadInput: the first malformed row, in strict reading.
    """
    file = root / FILE if root.is_dir() else root
    if not file.is_file():
        raise FaceBehaviorError(f"{file}: expected the file {FILE}, found none")
    return Manifest.from_rows(_rows(file, report))


def png_of(pixels: str) -> bytes:
    """Turn 2,304 grey values, separated by blanks, into a PNG file of 48 x 48 pixels.

    Raises:
        ValueError: there are not as many, or one is not from 0 to 255.
    """
    values = pixels.split()
    if len(values) != SIDE * SIDE:
        raise ValueError(f"expected {SIDE * SIDE} pixels, found {len(values)}")
    try:
        grey = np.array(values, dtype=np.uint8).reshape(SIDE, SIDE)
    except (ValueError, OverflowError) as error:
        raise ValueError("expected pixels from 0 to 255") from error
    written = io.BytesIO()
    Image.fromarray(grey).save(written, "PNG")
    return written.getvalue()


def numbered_pictures(file: Path, report: ReadingReport) -> Iterator[tuple[int, str, str]]:
    """Go through the pictures with their lines: line, usage and pixels.

    Raises:
        FaceBehaviorError: the file is another.
        BadInput: the first malformed row, in strict reading.
    """
    for line, _, pixels, usage in _numbered(file, report):
        yield line, usage, pixels


def _rows(file: Path, report: ReadingReport) -> Iterator[Labels]:
    for line, emotion, pixels, usage in _numbered(file, report):
        try:
            label, picture = named(emotion, CLASSES), png_of(pixels)
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        yield {
            "image": picture,
            "database": NAME,
            "split": USAGES[usage],
            "expression": label,
        }


def _numbered(file: Path, report: ReadingReport) -> Iterator[tuple[int, str, str, str]]:
    """Go through the rows: line, emotion, pixels and usage."""
    if first_row(file) != _HEADER:
        raise FaceBehaviorError(f"{file}: expected the header {','.join(_HEADER)}")
    for line, cells in numbered_rows(file, report, header=1):
        try:
            if len(cells) != len(_HEADER):
                raise ValueError(f"expected {len(_HEADER)} cells, found {len(cells)}")
            if cells[2] not in USAGES:
                raise ValueError(f"expected one of {', '.join(USAGES)}, found {cells[2]!r}")
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        yield line, cells[0], cells[1], cells[2]
