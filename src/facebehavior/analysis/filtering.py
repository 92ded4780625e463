"""Abstention: predictions of faces that are too small or too uncertain become null."""

import pyarrow as pa
import pyarrow.compute as pc

from facebehavior.errors import FaceBehaviorError

_KEPT = (
    "source",
    "frame",
    "time_s",
    "face",
    "track",
    "person",
    "detected",
    "confidence",
    "box_x",
    "box_y",
    "box_w",
    "box_h",
    "pose_pitch",
    "pose_yaw",
    "pose_roll",
    "face_px",
    "sharpness",
    "landmarks",
    "gaze_yaw",
    "gaze_pitch",
    "blink_left",
    "blink_right",
)


def abstained(
    table: pa.Table, *, min_face_px: float = 0.0, min_confidence: float = 0.0
) -> pa.Table:
    """Take away what a model says of faces that are not good enough; their rows stay.

    Args:
        table: of records.
        min_face_px: least distance between the eyes, in pixels.
        min_confidence: least confidence of the detector; a face without one is kept.

    Raises:
        FaceBehaviorError: a limit is out of range.
    """
    if min_face_px < 0 or not 0 <= min_confidence <= 1:
        raise FaceBehaviorError(
            "expected min_face_px of 0 or more and min_confidence from 0 to 1, found "
            f"{min_face_px:g} and {min_confidence:g}"
        )
    small = pc.fill_null(pc.less(table["face_px"], min_face_px), False)
    unsure = pc.fill_null(pc.less(table["confidence"], min_confidence), False)
    poor = pc.or_(small, unsure)
    for position, field in enumerate(table.schema):
        if field.name not in _KEPT:
            column = pc.if_else(poor, pa.scalar(None, field.type), table[field.name])
            table = table.set_column(position, field, column)
    return table
