"""One small picture of each face that a report shows: the clearest."""

import base64
import io
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.painting import hidden
from facebehavior.analysis.series import names_of

SIDE = 96
_AROUND = 0.25

Place = tuple[str, int, int]
"""A source, a frame of it and a face in that."""


def clearest(table: pa.Table, most: int) -> dict[Place, str]:
    """Tell where the eyes of each face of a record are widest apart, and the face's name.

    Args:
        table: of records.
        most: how many faces, those that are there longest.
    """
    places = [table[name].to_pylist() for name in ("source", "frame", "face", "face_px")]
    best: dict[tuple[str, str], tuple[float, Place]] = {}
    rows: Counter[tuple[str, str]] = Counter()
    for source, frame, face, size, name in zip(*places, names_of(table), strict=True):
        if face is None:
            continue
        rows[source, name] += 1
        if size is not None and ((source, name) not in best or size > best[source, name][0]):
            best[source, name] = size, (source, frame, face)
    longest = [key for key, _ in rows.most_common(most)]
    return {best[key][1]: key[1] for key in longest if key in best}


class Thumbnails:
    """Cuts faces out of the pictures as they go by.

    Args:
        wanted: names of the faces by their places.
        anonymous: hide the faces.
    """

    def __init__(self, wanted: Mapping[Place, str], *, anonymous: bool = False) -> None:
        self._wanted = wanted
        self._anonymous = anonymous
        self._pictures: dict[tuple[str, str], NDArray[np.uint8]] = {}

    def see(self, frame: AnalyzedFrame) -> None:
        """Look at the next frame."""
        for number, face in enumerate(frame.faces):
            name = self._wanted.get((frame.source, frame.index, number))
            if name is not None:
                image = hidden(frame.image, frame.faces) if self._anonymous else frame.image
                self._pictures[frame.source, name] = _cut(image, face.box)

    def as_data(self, source: str, name: str) -> str | None:
        """Give a face's picture as the address of an HTML image; None where there is none."""
        if (source, name) not in self._pictures:
            return None
        written = io.BytesIO()
        Image.fromarray(self._pictures[source, name]).save(written, "JPEG", quality=80)
        return f"data:image/jpeg;base64,{base64.b64encode(written.getvalue()).decode()}"


def _cut(image: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.uint8]:
    x, y, width, height = (float(value) for value in box)
    left, top = x - _AROUND * width, y - _AROUND * height
    right, bottom = x + (1 + _AROUND) * width, y + (1 + _AROUND) * height
    cut = Image.fromarray(image).crop((round(left), round(top), round(right), round(bottom)))
    return np.asarray(cut.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
