"""RAF-AU: sides, `null`, blanks at the end, numbers without padding."""

from pathlib import Path

from tests.databases.trees.faces import write_face

UNITS = ("1+2+R12+25", "4+L10+17", "null", "6+12+25 ", "B26+25")


def write_tree(root: Path, pictures: int = 10) -> None:
    """Write that many pictures and one row without a picture."""
    lines = []
    for number in range(1, pictures + 1):
        lines.append(f"{number}.jpg {UNITS[number % len(UNITS)]}")
        write_face(root / "aligned" / f"{number:04d}_aligned.jpg", number, 100)
    lines.append("4000.jpg 1+2")
    write_face(root / "aligned" / "3999_aligned.jpg")
    (root / "RAFAU_label.txt").write_text("\n".join(lines) + "\n")
