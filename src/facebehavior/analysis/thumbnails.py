"""One small picture of every face of an analysis: the clearest."""

import base64
import io

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.painting import hidden
from facebehavior.analysis.series import names_of
from facebehavior.faces.quality import eye_distance

SIDE = 96
_AROUND = 0.25


def clearest(table: pa.Table) -> set[tuple[str, int]]:
    """Give the sources and frames that `Thumbnails` has to see of a record, and no more."""
    best: dict[tuple[str, str], tuple[float, int]] = {}
    columns = [table[name].to_pylist() for name in ("source", "frame", "face_px")]
    for source, frame, size, name in zip(*columns, names_of(table), strict=True):
        if size is not None and ((source, name) not in best or size > best[source, name][0]):
            best[source, name] = size, frame
    return {(source, frame) for (source, _), (_, frame) in best.items()}


class Thumbnails:
    """Keeps the picture of each face on which its eyes are widest apart.

    Args:
        anonymous: hide the faces.
    """

    def __init__(self, *, anonymous: bool = False) -> None:
        self._anonymous = anonymous
        self._best: dict[tuple[str, str], tuple[float, NDArray[np.uint8]]] = {}

    def see(self, frame: AnalyzedFrame) -> None:
        """Look at the next frame."""
        for number, face in enumerate(frame.faces):
            person = frame.people[number] if frame.people else None
            track = frame.tracks[number] if frame.tracks else None
            name = person or f"face {number if track is None else track}"
            size = eye_distance(face.points)
            key = frame.source, name
            if key not in self._best or size > self._best[key][0]:
                image = hidden(frame.image, frame.faces) if self._anonymous else frame.image
                self._best[key] = size, _cut(image, face.box)

    def as_data(self, source: str, name: str) -> str | None:
        """Give a face's picture as the address of an HTML image; None where there is none."""
        if (source, name) not in self._best:
            return None
        written = io.BytesIO()
        Image.fromarray(self._best[source, name][1]).save(written, "JPEG", quality=80)
        return f"data:image/jpeg;base64,{base64.b64encode(written.getvalue()).decode()}"


def _cut(image: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.uint8]:
    x, y, width, height = (float(value) for value in box)
    left, top = x - _AROUND * width, y - _AROUND * height
    right, bottom = x + (1 + _AROUND) * width, y + (1 + _AROUND) * height
    cut = Image.fromarray(image).crop((round(left), round(top), round(right), round(bottom)))
    return np.asarray(cut.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
