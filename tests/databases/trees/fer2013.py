"""FER2013: pictures inside the file, all three usages."""

from pathlib import Path

import numpy as np
from tests.databases.trees.faces import face


def write_tree(root: Path, pictures: int = 7) -> None:
    """Write that many pictures of every usage."""
    lines = ["emotion,pixels,Usage"]
    for usage in ("Training", "PublicTest", "PrivateTest"):
        for number in range(pictures):
            grey = np.asarray(face(number, 48).convert("L")).ravel()
            pixels = " ".join(str(value) for value in grey.tolist())
            lines.append(f"{number % 7},{pixels},{usage}")
    root.mkdir(parents=True, exist_ok=True)
    (root / "fer2013.csv").write_text("\n".join(lines) + "\n")
