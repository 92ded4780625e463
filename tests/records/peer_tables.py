"""Records of one face as tables of peers, and the cells of these."""

import csv
from pathlib import Path

import pyarrow as pa

from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.records import arrow_schema, read_any_records, write_rows

SCHEMA = arrow_schema()


def face(**values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "source": "clip",
        "frame": 3,
        "time_s": 0.12,
        "face": 0,
        "detected": True,
        "confidence": 0.98,
        "box_x": 10.0,
        "box_y": 20.0,
        "box_w": 60.0,
        "box_h": 70.0,
        "pose_pitch": 10.0,
        "pose_yaw": -25.0,
        "pose_roll": 5.0,
        "expr": "happiness",
        "valence": 0.5,
        "arousal": 0.1,
    }
    row |= {f"expr_{name}": 0.4 if name == "happiness" else 0.1 for name in EXPRESSIONS}
    for place, unit in enumerate(ACTION_UNITS):
        row[f"au{unit:02d}"] = place / 20
        row[f"au{unit:02d}_on"] = place > 9
    return row | values


def record(path: Path, *rows: dict[str, object]) -> Path:
    write_rows(path, SCHEMA, [pa.RecordBatch.from_pylist(list(rows), schema=SCHEMA)])
    return path


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def convert_back(path: Path) -> list[dict[str, object]]:
    return list(read_any_records(path).to_pylist())
