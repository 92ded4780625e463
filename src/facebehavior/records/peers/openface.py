"""OpenFace 2: one CSV a video, frames from 1, angles in radians.

The CSV of a photograph has neither frames nor `success`: its rows are the faces of frame 0. A
`face_id` is the record's track: it is kept over frames, whatever else is in the picture.
Its axes: x to the right of the picture, y down, z away from the camera. Against the record, all
three turns have the other sign, as the 3-D points of its own files show. Gaze is not converted:
ours is relative to the head, theirs to the camera. Its intensities (0 to 5) are not the record's
probabilities: they are left empty, and only presence is converted.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facebehavior.labels import ACTION_UNITS
from facebehavior.records.peers.peer import (
    Peer,
    Row,
    counted,
    degrees,
    fixed,
    number,
    numbered,
    radians,
)

_INTENSITY = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45)
_PRESENCE = (*_INTENSITY[:-1], 28, 45)
_TURNS = {"pose_pitch": "pose_Rx", "pose_yaw": "pose_Ry", "pose_roll": "pose_Rz"}

COLUMNS = (
    "frame",
    "face_id",
    "timestamp",
    "confidence",
    "success",
    *(f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz"),
    "gaze_angle_x",
    "gaze_angle_y",
    *(name for axis in ("x", "y", "X", "Y", "Z") for name in numbered(f"eye_lmk_{axis}_{{}}", 56)),
    *(f"pose_T{axis}" for axis in "xyz"),
    *_TURNS.values(),
    *(name for axis in ("x", "y", "X", "Y", "Z") for name in numbered(f"{axis}_{{}}", 68)),
    *(f"p_{name}" for name in ("scale", "rx", "ry", "rz", "tx", "ty")),
    *numbered("p_{}", 34),
    *(f"AU{unit:02d}_r" for unit in _INTENSITY),
    *(f"AU{unit:02d}_c" for unit in _PRESENCE),
)
"""The 714 columns of OpenFace 2.2."""


def written(row: Row) -> dict[str, str]:
    """Turn a row of the record into one of OpenFace."""
    face = row.get("track") if row.get("track") is not None else row.get("face")
    texts = {
        "frame": str(int(row["frame"]) + 1),
        "face_id": str(0 if face is None else face),
        "timestamp": fixed(row.get("time_s"), 3),
        "confidence": fixed(row.get("confidence"), 2),
        "success": "1" if row["detected"] else "0",
    }
    for ours, theirs in _TURNS.items():
        texts[theirs] = fixed(radians(row.get(ours), -1), 3)
    for unit in _PRESENCE:
        active = row.get(f"au{unit:02d}_on") if row["detected"] else None
        texts[f"AU{unit:02d}_c"] = "" if active is None else f"{float(active):.1f}"
    return texts


def read(row: Mapping[str, str], path: Path) -> dict[str, object]:
    """Turn a row of OpenFace, of any of its versions, into one of the record.

    Raises:
        ValueError: a number is none.
    """
    found: dict[str, Any] = {"source": _stem(path), "confidence": number(row, "confidence")}
    if "success" in row:
        found |= {
            "frame": counted(row, "frame", first=1) - 1,
            "time_s": number(row, "timestamp"),
            "detected": number(row, "success") != 0,
        }
    else:
        found |= {"frame": 0, "detected": True}
    if not found["detected"]:
        return found
    if "face_id" in row:
        found["track"] = counted(row, "face_id")
    for ours, theirs in _TURNS.items():
        found[ours] = degrees(number(row, theirs), -1)
    for unit in ACTION_UNITS:
        presence = number(row, f"AU{unit:02d}_c")
        found[f"au{unit:02d}_on"] = None if presence is None else presence > 0.5
    return found


def _stem(path: Path) -> str:
    """Give the name of the video that a file tells of: files carry it, rows do not."""
    return path.name.removesuffix(".csv").removesuffix(".openface")


OPENFACE = Peer(
    name="OpenFace 2",
    ending=".openface.csv",
    columns=COLUMNS,
    marks=frozenset({"confidence", "AU12_c"}),
    written=written,
    read=read,
    of_one=True,
)
