"""py-feat (Fex): one CSV for anything, frames from 0.

Since version 2 angles are in radians: up, tilted to the subject's right and turned to the subject's
right are above 0. Files of version 1 hold degrees, and there a head tilted to the subject's left is
above 0, as the points of its own files show; they are told by their names of the expressions. Gaze
is not converted: ours is relative to the head.

A frame without a face has a row without a box; its `FaceScore` is 0, or empty in older files, and
early files of version 2 hold predictions of a black picture there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.records.peers.peer import (
    Peer,
    Row,
    counted,
    degrees,
    number,
    numbered,
    radians,
)

_UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 17, 20, 23, 24, 25, 26, 28, 43)
_EMOTIONS = {
    "Neutral": "neutral",
    "Happy": "happiness",
    "Sad": "sadness",
    "Surprise": "surprise",
    "Fear": "fear",
    "Disgust": "disgust",
    "Anger": "anger",
}
_BOX = {
    "FaceRectX": "box_x",
    "FaceRectY": "box_y",
    "FaceRectWidth": "box_w",
    "FaceRectHeight": "box_h",
}
_BLENDSHAPES = (
    "_neutral",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "eyeLookDownLeft",
    "eyeLookDownRight",
    "eyeLookInLeft",
    "eyeLookInRight",
    "eyeLookOutLeft",
    "eyeLookOutRight",
    "eyeLookUpLeft",
    "eyeLookUpRight",
    "eyeSquintLeft",
    "eyeSquintRight",
    "eyeWideLeft",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawOpen",
    "jawRight",
    "mouthClose",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthFunnel",
    "mouthLeft",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthPucker",
    "mouthRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "noseSneerLeft",
    "noseSneerRight",
)
_PREDICTIONS = (
    *("Pitch", "Roll", "Yaw", "valence", "arousal"),
    *(f"AU{unit:02d}" for unit in _UNITS),
    *_EMOTIONS,
    *_EMOTIONS.values(),
)
"""What is known of a face, by the names of versions 1 and 2."""
_MESH = 478
_EMBEDDING = 512

COLUMNS = (
    *_BOX,
    "FaceScore",
    *numbered("x_{}", 68),
    *numbered("y_{}", 68),
    "Pitch",
    "Roll",
    "Yaw",
    "X",
    "Y",
    "Z",
    *(f"AU{unit:02d}" for unit in _UNITS),
    *_EMOTIONS,
    "valence",
    "arousal",
    "gaze_pitch",
    "gaze_yaw",
    "gaze_angle",
    *(f"Identity_{place}" for place in range(1, _EMBEDDING + 1)),
    *(name for axis in "xyz" for name in numbered(f"mesh_{axis}_{{}}", _MESH)),
    *_BLENDSHAPES,
    "FrameHeight",
    "FrameWidth",
    "input",
    "frame",
    "approx_time",
    "Identity",
)
"""The columns of py-feat 2 for videos."""


def written(row: Row) -> dict[str, str]:
    """Turn a row of the record into one of py-feat."""
    person = row.get("person") if row.get("person") is not None else row.get("track")
    texts = {
        "input": str(row["source"]),
        "frame": str(row["frame"]),
        "approx_time": _clock(row.get("time_s")),
    }
    if not row["detected"]:
        return texts
    texts |= {
        "Identity": "" if person is None else str(person),
        "FaceScore": _plain(row.get("confidence")),
        "Pitch": _plain(radians(row.get("pose_pitch"))),
        "Roll": _plain(radians(row.get("pose_roll"))),
        "Yaw": _plain(radians(row.get("pose_yaw"), -1)),
        "valence": _plain(row.get("valence")),
        "arousal": _plain(row.get("arousal")),
    }
    texts |= {theirs: _plain(row.get(ours)) for theirs, ours in _BOX.items()}
    texts |= {f"AU{unit:02d}": _plain(row.get(f"au{unit:02d}")) for unit in _UNITS}
    texts |= {theirs: _plain(row.get(f"expr_{ours}")) for theirs, ours in _EMOTIONS.items()}
    for place, value in enumerate(row.get("embedding") or (), start=1):
        texts[f"Identity_{place}"] = _plain(value)
    for place, value in enumerate(row.get("landmarks") or ()):
        texts[f"mesh_{'xyz'[place % 3]}_{place // 3}"] = _plain(value)
    return texts


def read(row: Mapping[str, str], path: Path) -> dict[str, object]:
    """Turn a row of py-feat, of version 1 or 2, into one of the record.

    Raises:
        ValueError: a number is none.
    """
    old = "happiness" in row
    found: dict[str, Any] = {
        "source": row.get("input") or path.name.removesuffix(".csv").removesuffix(".feat"),
        "frame": counted(row, "frame"),
        "time_s": _seconds(row.get("approx_time", "")),
        "detected": _shows_a_face(row),
    }
    if not found["detected"]:
        return found
    found |= {
        "confidence": number(row, "FaceScore"),
        "valence": number(row, "valence"),
        "arousal": number(row, "arousal"),
        "person": row.get("Identity") or None,
        **{ours: number(row, theirs) for theirs, ours in _BOX.items()},
    }
    pitch, roll, yaw = (number(row, name) for name in ("Pitch", "Roll", "Yaw"))
    if old:
        found["pose_pitch"] = pitch
        found["pose_roll"] = None if roll is None else -roll
        found["pose_yaw"] = None if yaw is None else -yaw
    else:
        found["pose_pitch"], found["pose_roll"] = degrees(pitch), degrees(roll)
        found["pose_yaw"] = degrees(yaw, -1)
    found |= {f"au{unit:02d}": number(row, f"AU{unit:02d}") for unit in ACTION_UNITS}
    found |= {
        f"au{unit:02d}_on": None if value is None else value > 0.5
        for unit in ACTION_UNITS
        for value in [number(row, f"AU{unit:02d}")]
    }
    shares = {ours: number(row, ours if old else theirs) for theirs, ours in _EMOTIONS.items()}
    found |= {f"expr_{name}": shares[name] for name in EXPRESSIONS}
    known = {name: value for name, value in shares.items() if value is not None}
    if known:
        found["expr"] = max(EXPRESSIONS, key=lambda name: known.get(name, -1.0))
    return found


def _shows_a_face(row: Mapping[str, str]) -> bool:
    """Tell by the box; without one, as in what was converted from OpenFace, by the score.

    Where there is neither, by whether anything is known of a face.
    """
    if number(row, "FaceRectX") is not None:
        return True
    score = number(row, "FaceScore")
    if score is not None:
        return score > 0
    return any(number(row, name) is not None for name in _PREDICTIONS)


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.7g}"


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{int(seconds // 60):02d}:{int(seconds % 60):02d}"


def _seconds(text: str) -> float | None:
    """Read `mm:ss`; it is only as exact as that."""
    parts = text.strip().split(":")
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        return None
    return 60.0 * int(parts[0]) + int(parts[1])


PY_FEAT = Peer(
    name="py-feat",
    ending=".feat.csv",
    columns=COLUMNS,
    marks=frozenset({"FaceRectX", "FaceScore"}),
    written=written,
    read=read,
    holds=frozenset({"landmarks", "embedding", "person"}),
)
