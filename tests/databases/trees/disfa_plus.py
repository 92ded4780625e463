"""DISFA+: trials with header lines of two kinds, one without an action unit's file."""

from pathlib import Path

from tests.databases.trees.disfa import CODED
from tests.databases.trees.faces import write_face


def write_tree(root: Path, pictures: int = 4) -> None:
    """Write one trial of two subjects each."""
    for subject, trial in (("SN001", "A1_AU1_TrailNo_1"), ("SN003", "B2_TrailNo_2")):
        for unit in CODED:
            if (subject, unit) == ("SN003", 5):
                continue
            path = root / "Labels" / subject / trial / f"AU{unit}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = [f"{frame:03d}.jpg     {(frame + unit) % 6}" for frame in range(pictures)]
            header = ["Image  Intensity of the unit", "-----------"]
            path.write_text("\r\n".join([*header, *rows, "900.jpg     0"]) + "\r\n")
        for frame in range(pictures):
            write_face(root / "Images" / subject / trial / f"{frame:03d}.jpg", frame)
    write_face(root / "Images" / "SN001" / "A1_AU1_TrailNo_1" / "800.jpg")
