"""DISFA: two subjects, one with an action unit whose file is missing."""

from pathlib import Path

from tests.databases.trees.clips import write_clip
from tests.databases.trees.faces import write_face

CODED = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)


def write_tree(root: Path, pictures: int = 5) -> None:
    """Write labels and videos of the left camera for SN001 and SN009; SN027 has labels alone."""
    for number, subject in enumerate(("SN001", "SN009", "SN027")):
        folder = root / "ActionUnit_Labels" / subject
        folder.mkdir(parents=True)
        for unit in CODED:
            if (subject, unit) != ("SN009", 26):
                rows = [f"{frame},{(frame + unit) % 6}" for frame in range(1, pictures + 1)]
                (folder / f"{subject}_au{unit}.txt").write_text("\n".join(rows) + "\n")
        if subject != "SN027":
            name = f"LeftVideo{subject}_comp.avi"
            write_clip(root / "Videos_LeftCamera" / name, pictures, number)


def write_frames(root: Path, first: int, pictures: int = 5) -> None:
    """Write pictures for SN001 whose numbers begin at `first`."""
    for frame in range(first, first + pictures):
        write_face(root / "frames" / "SN001" / f"{frame:04d}.png", frame)
