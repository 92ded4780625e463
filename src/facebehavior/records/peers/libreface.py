"""LibreFace: one CSV a video, frames from 0; frames without a face, or damaged, have no row.

The CSV of a photograph has no `frame_idx`: its rows are the faces of frame 0.
`frame_time_in_ms` holds seconds. Its head pose and its landmarks are not converted: its angles are
scaled by mistake, and its points are shares of the picture's size, which the record does not hold.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.records.peers.peer import Peer, Row, counted, fixed, number

_PRESENCE = (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)
_INTENSITY = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)

_NOT_OURS = "contempt"
"""Its eighth expression; the record has seven."""

COLUMNS = (
    "frame_idx",
    "frame_time_in_ms",
    "pitch",
    "yaw",
    "roll",
    *(f"lm_mp_{place}_{axis}" for place in range(478) for axis in "xyz"),
    *(f"au_{unit}" for unit in _PRESENCE),
    *(f"au_{unit}_intensity" for unit in _INTENSITY),
    "facial_expression",
    "gaze_yaw",
    "gaze_pitch",
)
"""The 1,466 columns of LibreFace 0.2 for videos."""


def written(row: Row) -> dict[str, str] | None:
    """Turn a row of the record into one of LibreFace; None for a frame without a face."""
    if not row["detected"]:
        return None
    texts = {
        "frame_idx": str(row["frame"]),
        "frame_time_in_ms": fixed(row.get("time_s"), 6),
        "facial_expression": "" if row.get("expr") is None else str(row["expr"]).capitalize(),
    }
    for unit in _PRESENCE:
        active = row.get(f"au{unit:02d}_on")
        texts[f"au_{unit}"] = "" if active is None else str(int(active))
    return texts


def read(row: Mapping[str, str], path: Path) -> dict[str, object]:
    """Turn a row of LibreFace into one of the record.

    Raises:
        ValueError: a number is none.
    """
    name = row.get("facial_expression", "").strip().lower()
    if name not in ("", *EXPRESSIONS, _NOT_OURS):
        raise ValueError(f"expected an expression in facial_expression, found {name!r}")
    found: dict[str, Any] = {
        "source": path.name.removesuffix(".csv").removesuffix(".libreface"),
        "frame": counted(row, "frame_idx") if "frame_idx" in row else 0,
        "time_s": number(row, "frame_time_in_ms"),
        "detected": True,
        "expr": name if name in EXPRESSIONS else None,
    }
    for unit in ACTION_UNITS:
        presence = number(row, f"au_{unit}")
        found[f"au{unit:02d}_on"] = None if presence is None else presence > 0.5
    return found


LIBREFACE = Peer(
    name="LibreFace",
    ending=".libreface.csv",
    columns=COLUMNS,
    marks=frozenset({"facial_expression", "au_12"}),
    written=written,
    read=read,
    of_one=True,
)
