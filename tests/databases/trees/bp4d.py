"""BP4D: the original header of 100 columns and a re-released one, two paddings of names."""

from pathlib import Path

from tests.databases.trees.faces import write_face

CODED = (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)


def write_tree(root: Path, pictures: int = 4) -> None:
    """Write two sequences; the last coded frame has no picture."""
    write_sequence(root, "Sequences_2D+3D", "F001", "T1", range(2440, 2440 + pictures), 4, 0)
    write_sequence(root, "Sequences_2D+3D", "M001", "T8", range(18, 18 + pictures), 3, 0)


def write_sequence(
    root: Path, folder: str, subject: str, task: str, frames: range, digits: int, offset: int
) -> None:
    """Write pictures and codes; the frame after the last is coded but has no picture."""
    coded = [*frames, frames.stop]
    original = subject == "F001"
    units = list(range(1, 100)) if original else list(CODED)
    lines = [",".join(map(str, [0, *units]))]
    for frame in coded:
        cells = []
        for unit in units:
            known = unit in CODED and not (unit == 1 and frame == coded[0])
            cells.append(str((frame + unit) % 2) if known else "9")
        lines.append(",".join([str(frame), *cells]))
    path = root / "AUCoding" / "AU_OCC" / f"{subject}_{task}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    strong = root / "AUCoding" / "AU_INT" / "AU06" / f"{subject}_{task}_AU06.csv"
    strong.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{frame},{9 if frame == coded[0] else frame % 6}" for frame in coded]
    strong.write_text("\n".join(rows) + "\n")
    for frame in frames:
        name = f"{frame + offset:0{digits}d}.jpg"
        write_face(root / folder / subject / task / name, frame)
