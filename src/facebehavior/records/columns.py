"""The columns of the record, in order, with their types, units, ranges and meanings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    ACTION_UNIT_NAMES,
    ATTRIBUTE_COLUMNS,
    EXPRESSIONS,
)

Range = tuple[float | None, float | None]
CompoundWay = Literal["score", "posterior", "head"]
"""How compound expressions are told: by the zero-shot score; as probabilities, by Bayes' rule from
the action units; or as probabilities of the model's own head."""


@dataclass(frozen=True)
class RecordColumn:
    """One column of the record.

    Attributes:
        name: as it stands in every file.
        type: its Arrow type.
        unit: None for texts, truth values, numbers of things and numbers without a unit.
        range: lowest and highest value, None for an open end; None for what is no number.
        meaning: one sentence.
        values: the texts that occur, where these are few.
    """

    name: str
    type: pa.DataType
    unit: str | None
    range: Range | None
    meaning: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordOptions:
    """Which optional columns a record has.

    Attributes:
        landmarks: the points of the face mesh.
        compound: the compound expressions that are scored; none where it is empty.
        compound_by: how they are told.
        attributes: the 40 attributes.
        embedding: length of the embedding; 0 without it.
        own: labels of the tasks of one's own that the model has, by the task's name.
    """

    landmarks: bool = False
    compound: tuple[str, ...] = ()
    compound_by: CompoundWay = "score"
    attributes: bool = False
    embedding: int = 0
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_TEXT, _TRUTH, _COUNT, _NUMBER = pa.string(), pa.bool_(), pa.int64(), pa.float32()
_SHARE: Range = (0.0, 1.0)
_FROM_ZERO: Range = (0.0, None)
_ANY: Range = (None, None)

BOX_COLUMNS = ("box_x", "box_y", "box_w", "box_h")
"""The box of a face: its left and top edge, its width and height, in pixels."""

_PLACE = (
    RecordColumn("source", _TEXT, None, None, "Path of the picture or video, or camera, as given."),
    RecordColumn("frame", _COUNT, None, _FROM_ZERO, "Index in the source; 0 for a photograph."),
    RecordColumn(
        # Single precision would be a millisecond off after a few hours.
        "time_s",
        pa.float64(),
        "s",
        _ANY,
        "Presentation time; null for a photograph.",
    ),
    RecordColumn(
        "face", _COUNT, None, _FROM_ZERO, "Index in the frame, left to right; null without a face."
    ),
    RecordColumn(
        "track", _COUNT, None, _FROM_ZERO, "Same for one face over a video; null for photographs."
    ),
    RecordColumn(
        "person",
        _TEXT,
        None,
        None,
        "Same for one person over all videos; null if not asked for.",
    ),
)

_DETECTION = (
    RecordColumn(
        "detected",
        _TRUTH,
        None,
        None,
        "False in the one row of a frame without a face; null in that of a frame that is damaged.",
    ),
    RecordColumn(
        "confidence", _NUMBER, None, _SHARE, "The detector's score; null if it gives none."
    ),
    RecordColumn("box_x", _NUMBER, "pixel", _ANY, "Left edge of the face in the source frame."),
    RecordColumn("box_y", _NUMBER, "pixel", _ANY, "Top edge of the face in the source frame."),
    RecordColumn("box_w", _NUMBER, "pixel", _FROM_ZERO, "Width of the face in the source frame."),
    RecordColumn("box_h", _NUMBER, "pixel", _FROM_ZERO, "Height of the face in the source frame."),
    RecordColumn(
        "pose_pitch", _NUMBER, "degree", (-90.0, 90.0), "Head's turn; above 0 the nose points up."
    ),
    RecordColumn(
        "pose_yaw",
        _NUMBER,
        "degree",
        (-180.0, 180.0),
        "Head's turn; above 0 the nose points to the right of the picture, the subject's left.",
    ),
    RecordColumn(
        "pose_roll",
        _NUMBER,
        "degree",
        (-180.0, 180.0),
        "Head's tilt; above 0 its top goes to the left of the picture, the subject's right.",
    ),
    RecordColumn("face_px", _NUMBER, "pixel", _FROM_ZERO, "Distance between the eyes."),
    RecordColumn(
        "sharpness",
        _NUMBER,
        "squared grey level",
        _FROM_ZERO,
        "Variance of the Laplacian of the crop's luma (0 to 255).",
    ),
)

_LANDMARKS = RecordColumn(
    "landmarks",
    pa.list_(pa.float32()),
    "pixel",
    _ANY,
    "The 478 points of the face mesh in the source frame: x, y, z of the first, and so on.",
)

_EYES = (
    RecordColumn(
        "gaze_yaw",
        _NUMBER,
        "degree",
        (-180.0, 180.0),
        "Gaze relative to the head; above 0 to the right of the picture, the subject's left.",
    ),
    RecordColumn(
        "gaze_pitch", _NUMBER, "degree", (-90.0, 90.0), "Gaze relative to the head; above 0 up."
    ),
    RecordColumn("blink_left", _NUMBER, None, _SHARE, "How far the subject's left eye is closed."),
    RecordColumn(
        "blink_right", _NUMBER, None, _SHARE, "How far the subject's right eye is closed."
    ),
)

_EXPRESSION = (
    RecordColumn("expr", _TEXT, None, None, "The most probable expression.", values=EXPRESSIONS),
    *(
        RecordColumn(f"expr_{name}", _NUMBER, "probability", _SHARE, f"{name}; the seven sum to 1.")
        for name in EXPRESSIONS
    ),
)

_AFFECT = (
    RecordColumn("valence", _NUMBER, None, (-1.0, 1.0), "From unpleasant to pleasant."),
    RecordColumn("arousal", _NUMBER, None, (-1.0, 1.0), "From calm to excited."),
)

_ACTION_UNITS = (
    *(
        RecordColumn(
            column,
            _NUMBER,
            "probability",
            _SHARE,
            f"Action unit {number}, {name}, is active (on either side of the face).",
        )
        for column, (number, name) in zip(
            ACTION_UNIT_COLUMNS, ACTION_UNIT_NAMES.items(), strict=True
        )
    ),
    *(
        RecordColumn(
            f"{column}_on", _TRUTH, None, None, f"Whether {column} reaches the model's threshold."
        )
        for column in ACTION_UNIT_COLUMNS
    ),
)


_COMPOUND: Mapping[CompoundWay, tuple[str | None, Range, str]] = {
    "score": (
        None,
        (0.0, 3.0),
        "Zero-shot score of {}, from action units, expression and valence; no probability.",
    ),
    "posterior": (
        "probability",
        _SHARE,
        "Share of {} among the set, if the face shows one of them: by Bayes' rule from the model's "
        "action units (before smoothing and baseline); not calibrated.",
    ),
    "head": ("probability", _SHARE, "{}, as learned."),
}
"""Unit, range and meaning of the scores."""


def _compound(options: RecordOptions) -> tuple[RecordColumn, ...]:
    names = options.compound
    if not names:
        return ()
    unit, numbers, words = _COMPOUND[options.compound_by]
    return (
        RecordColumn(
            "compound",
            _TEXT,
            None,
            None,
            "The compound expression with the highest score.",
            values=names,
        ),
        *(
            RecordColumn(f"cexpr_{name}", _NUMBER, unit, numbers, words.format(name))
            for name in names
        ),
    )


def record_columns(options: RecordOptions | None = None) -> tuple[RecordColumn, ...]:
    """Give the columns of a record in order.

    Columns of a head that the model lacks are there all the same, and null throughout.
    """
    asked_for = (_LANDMARKS,) if options is not None and options.landmarks else ()
    behaviour = (*_EXPRESSION, *_AFFECT, *_ACTION_UNITS, *_further(options or RecordOptions()))
    return (*_PLACE, *_DETECTION, *asked_for, *_EYES, *behaviour)


def _further(options: RecordOptions) -> tuple[RecordColumn, ...]:
    attributes = ATTRIBUTE_COLUMNS if options.attributes else ()
    own = [(task, label) for task, labels in options.own.items() for label in labels]
    embedding = (
        "Direction of the face among all faces, of length 1; that of one person is nearly the same."
    )
    return (
        *_compound(options),
        *(
            RecordColumn(
                name, _NUMBER, "probability", _SHARE, f"The attribute {name[5:]} of CelebA."
            )
            for name in attributes
        ),
        *(
            RecordColumn(
                own_column(task, label), _NUMBER, "probability", _SHARE, f"{task}: {label}."
            )
            for task, label in own
        ),
        *(
            RecordColumn("embedding", pa.list_(_NUMBER, size), None, (-1.0, 1.0), embedding)
            for size in [options.embedding]
            if size
        ),
    )


def own_column(task: str, label: str) -> str:
    """Name the column of a label of a task of one's own."""
    return f"{task}_{label}"
