"""AFEW-VA: two clips in two folders, one frame without its picture."""

import json
from pathlib import Path

import numpy as np
from tests.databases.trees.faces import write_face

from facebehavior.faces.alignment import TEMPLATE


def points_68(size: int = 112) -> list[list[float]]:
    """Give 68 points whose five are those of the template."""
    points = np.full((68, 2), 30.0)
    eyes = ((36, 39), (42, 45))
    for (left, right), eye in zip(eyes, TEMPLATE[:2], strict=True):
        aside = np.array([6.0, 0.0])
        points[left], points[right] = eye - aside, eye + aside
    points[30], points[48], points[54] = TEMPLATE[2], TEMPLATE[3], TEMPLATE[4]
    return [[float(x), float(y)] for x, y in points * size / 112]


def write_tree(root: Path, pictures: int = 4) -> None:
    """Write clips 001 and 600."""
    for folder, clip in (("01", "001"), ("12", "600")):
        frames = {}
        for number in range(pictures):
            frames[f"{number:05d}"] = {
                "landmarks": points_68(),
                "valence": float(number % 10),
                "arousal": -float(number % 10),
            }
            write_face(root / folder / clip / f"{number:05d}.png", number, 112)
        frames["00999"] = frames["00000"]
        content = {"video_id": clip, "frames": frames}
        (root / folder / clip / f"{clip}.json").write_text(json.dumps(content))
    write_face(root / "01" / "001" / "00500.png")
