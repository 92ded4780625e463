"""Tiny prepared databases that a tiny network can learn in seconds."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from facebehavior.databases.shards import encode_crop, write_shard
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import EXPRESSIONS, MANIFEST_COLUMNS

SIZE = 16
PARAMETERS = CropParameters(SIZE, "grey")
_TYPES = {
    "image": pa.binary(),
    "label_shape": pa.string(),
    "label_corner": pa.bool_(),
    "label_round": pa.bool_(),
}


def write_toy_shard(
    folder: Path,
    columns: list[str],
    rows: int,
    seed: int = 0,
    kinds: int = 2,
    database: str = "toy",
    *,
    subjects: bool = True,
) -> Path:
    """Write faces whose brightness tells their labels; `columns` says which labels are revealed.

    `kinds` is the number of different faces, 1 or 2; `subjects`: whether it is known whose.
    """
    generator = np.random.default_rng(seed)
    content: dict[str, list[object]] = {"image": [], "database": [], "split": [], "subject": []}
    content |= {name: [] for name in columns}
    for row in range(rows):
        kind = int(generator.integers(0, kinds))
        face = generator.normal(70 + 110 * kind, 20, (SIZE, SIZE, 1)).clip(0, 255)
        content["image"].append(encode_crop(face.astype(np.uint8)))
        content["database"].append(database)
        content["split"].append("train" if row % 4 else "test")
        content["subject"].append(f"person {row // 2}" if subjects else None)
        labels = {
            "attr_smiling": bool(kind),
            "attr_young": not kind,
            "compound": "happily_surprised" if kind else "sadly_angry",
            "identity": f"{('ann', 'bob')[kind]} {row % 2}",
            "label_shape": ("square", "circle")[kind],
            "label_corner": not kind,
            "label_round": bool(kind),
            "expression": EXPRESSIONS[kind],
            "au12": bool(kind),
            "valence": float(kind) - 0.5,
            "arousal": 0.2 * float(kind),
        }
        for name in columns:
            content[name].append(labels[name])
    schema = pa.schema([(name, _TYPES.get(name) or MANIFEST_COLUMNS[name]) for name in content])
    batch = pa.record_batch([pa.array(content[f.name], f.type) for f in schema], schema=schema)
    write_shard(folder / "shard-00000.arrow", iter([batch]), schema, PARAMETERS)
    return folder
