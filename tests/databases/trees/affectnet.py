"""AffectNet in its old layout, and in that of March 2021."""

from pathlib import Path

import numpy as np
from tests.databases.trees.afew_va import points_68
from tests.databases.trees.faces import write_face

HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,"
    "valence,arousal"
)


def row(name: str, code: int | str, valence: str, arousal: str, box: str = "5,6,90,91") -> str:
    """Give one row of the old lists."""
    points = ";".join(f"{value:.2f}" for point in points_68() for value in point)
    return f"{name},{box},{points},{code},{valence},{arousal}"


def write_tree(root: Path, pictures: int = 8) -> None:
    """Write the old layout: every code, NULL, a missing picture; the validation has no header."""
    for part, folder, header in (("training", "12", [HEADER]), ("validation", "7", [])):
        lines = list(header)
        for number in range(max(pictures, 11)):
            code = number % 11
            affect = ("-2", "-2") if code == 10 else (f"{0.1 * (number % 9)}", "-0.30")
            name = f"{folder}/{number:04x}.jpg"
            lines.append(row(name, code, *affect))
            write_face(root / "Manually_Annotated_Images" / name, number, 112)
        lines.append(row(f"{folder}/null.jpg", "NULL", "NULL", "NULL", "NULL,NULL,NULL,NULL"))
        write_face(root / "Manually_Annotated_Images" / folder / "null.jpg")
        lines.append(row(f"{folder}/missing.jpg", 1, "0.5", "0.5"))
        (root / f"{part}.csv").write_text("\n".join(lines) + "\n")


def write_tree_of_2021(root: Path, pictures: int = 8) -> None:
    """Write files an image: arrays of strings without dimensions."""
    for part in ("train_set", "val_set"):
        annotations = root / part / "annotations"
        annotations.mkdir(parents=True)
        for number in range(pictures + 1):
            values = {"exp": str(number % 8), "val": f"{0.1 * number:.2f}", "aro": "-0.06"}
            for name, value in values.items():
                np.save(annotations / f"{number}_{name}.npy", np.array(value))
            np.save(annotations / f"{number}_lnd.npy", np.array(points_68()).ravel())
            if number < pictures:
                write_face(root / part / "images" / f"{number}.jpg", number, 112)
        write_face(root / part / "images" / "500.jpg")
