"""From faces and predictions to the rows of the record."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.faces.face import Face
from facebehavior.faces.quality import Eyes
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, EXPRESSIONS
from facebehavior.records.columns import BOX_COLUMNS

Predicted = NDArray[np.floating]
Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class FaceRecord:
    """What is known of one face; what is None becomes null.

    Attributes:
        face: as the detector found it.
        track: the same number for one face over a video.
        person: the same name for one person over tracks and videos.
        face_px: distance between the eyes in pixels.
        sharpness: variance of the Laplacian of the crop.
        eyes: gaze and blinks.
        expression: (7,) probabilities.
        action_units: (17,) probabilities.
        affect: (2,) valence and arousal, -1 to 1.
        compound: score of each compound expression.
        further: probabilities by column: attributes, and labels of tasks of one's own.
        embedding: (512,) of length 1.
    """

    face: Face
    track: int | None = None
    person: str | None = None
    face_px: float | None = None
    sharpness: float | None = None
    eyes: Eyes | None = None
    expression: Predicted | None = None
    action_units: Predicted | None = None
    affect: Predicted | None = None
    compound: Mapping[str, float] | None = None
    further: Mapping[str, float] | None = None
    embedding: Predicted | None = None


@dataclass(frozen=True, eq=False)
class FrameRecord:
    """One frame of a source with all its faces.

    Attributes:
        source: path of the picture or video, as given.
        frame: 0-based index in the source; 0 for a photograph.
        time_s: presentation time in seconds; None for a photograph.
        faces: in any order; none gives one row with `detected` false, and None, for a frame that
            could not be read, one with `detected` null.
    """

    source: str
    frame: int
    time_s: float | None
    faces: Sequence[FaceRecord] | None = ()


def record_batch(
    frames: Iterable[FrameRecord], schema: pa.Schema, thresholds: Mapping[str, float]
) -> pa.RecordBatch:
    """Make the rows of some frames, in the order of the frames, faces left to right.

    Faces are numbered by the centres of their boxes. Predictions of a head that gave none are
    null, and so are action units, affect, attributes and other numbers that are not finite;
    expression, compound scores and embedding are null as a whole where one number is not. Where two
    expressions are equally probable the first in their order is named.

    Args:
        frames: frames with their faces.
        schema: of the record, from `arrow_schema`; it decides which columns there are.
        thresholds: the probability above which each action unit (`au01`) counts as active; one
            that is left out has null in its `_on` column.

    Returns:
        One row for each face, and one for each frame without a face or that could not be read.

    Raises:
        ValueError: predictions of another shape than their head's.
    """
    rows = [row for frame in frames for row in _rows_of(frame, thresholds)]
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def _rows_of(frame: FrameRecord, thresholds: Mapping[str, float]) -> list[Row]:
    place: Row = {
        "source": frame.source,
        "frame": frame.frame,
        "time_s": _finite(frame.time_s),
        "detected": None if frame.faces is None else bool(frame.faces),
    }
    if not frame.faces:
        return [place]
    ordered = sorted(frame.faces, key=lambda record: _centre(record.face))
    return [
        {**place, "face": number, **_found(record), **_predicted(record, thresholds)}
        for number, record in enumerate(ordered)
    ]


def _centre(face: Face) -> tuple[float, float]:
    x, y, width, height = (float(value) for value in face.box)
    return x + width / 2, y + height / 2


def _found(record: FaceRecord) -> Row:
    face, eyes = record.face, record.eyes
    row: Row = {
        "track": record.track,
        "person": record.person,
        "confidence": _finite(face.confidence),
        "face_px": _finite(record.face_px),
        "sharpness": _finite(record.sharpness),
        **_named(BOX_COLUMNS, face.box),
        **_named(("pose_pitch", "pose_yaw", "pose_roll"), face.pose),
    }
    if face.mesh is not None and np.isfinite(face.mesh).all():
        row["landmarks"] = face.mesh.astype(np.float32).ravel()
    if np.isfinite(face.points).all():
        row["points"] = face.points.astype(np.float32).ravel()
    if eyes is not None:
        gaze_and_blink = (eyes.gaze_yaw, eyes.gaze_pitch, eyes.blink_left, eyes.blink_right)
        names = ("gaze_yaw", "gaze_pitch", "blink_left", "blink_right")
        row.update({name: _finite(v) for name, v in zip(names, gaze_and_blink, strict=True)})
    return row


def _predicted(record: FaceRecord, thresholds: Mapping[str, float]) -> Row:
    expression = _named(EXPRESSIONS, record.expression)
    action_units = _known(ACTION_UNIT_COLUMNS, record.action_units)
    row: Row = {f"expr_{name}": value for name, value in expression.items()}
    if expression:
        row["expr"] = max(expression, key=expression.__getitem__)
    row.update(_known(AFFECT, record.affect))
    row.update(action_units)
    for name, probability in action_units.items():
        if name in thresholds:
            row[f"{name}_on"] = probability > thresholds[name]
    scores = record.compound or {}
    if scores and all(math.isfinite(score) for score in scores.values()):
        row.update({f"cexpr_{name}": float(score) for name, score in scores.items()})
        row["compound"] = max(scores, key=scores.__getitem__)
    row.update({name: _finite(value) for name, value in (record.further or {}).items()})
    if record.embedding is not None and np.isfinite(record.embedding).all():
        row["embedding"] = record.embedding.astype(np.float32)
    return row


def _known(names: Sequence[str], values: Predicted | None) -> dict[str, float]:
    """Give those numbers by their names that are finite.

    Raises:
        ValueError: there are not as many numbers as names.
    """
    if values is None:
        return {}
    if np.shape(values) != (len(names),):
        raise ValueError(
            f"expected {len(names)} numbers ({names[0]} ... {names[-1]}), "
            f"found shape {np.shape(values)}"
        )
    listed = zip(names, map(float, values), strict=True)
    return {name: value for name, value in listed if math.isfinite(value)}


def _named(names: Sequence[str], values: Predicted | None) -> dict[str, float]:
    """Give numbers by their names, or nothing where they are missing or not all finite.

    Raises:
        ValueError: there are not as many numbers as names.
    """
    known = _known(names, values)
    return known if len(known) == len(names) else {}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
