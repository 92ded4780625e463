"""FER+: the three folders, a row without a name, one won by contempt, one without a winner."""

from pathlib import Path

from tests.databases.trees import fer2013
from tests.databases.trees.faces import write_face


def write_tree(root: Path, pictures: int = 7) -> None:
    """Write that many pictures of every part, one expression after the other."""
    for part in ("FER2013Train", "FER2013Valid", "FER2013Test"):
        rows = []
        for number in range(pictures):
            votes = ["9" if place == number % 7 else "0" for place in range(9)] + ["1"]
            rows.append(f'fer{number:07d}.png,"(0, 0, 48, 48)",{",".join(votes)}')
            write_face(root / part / f"fer{number:07d}.png", number, 48)
        rows.append(',"(0, 0, 48, 48)",0,0,0,0,0,0,0,0,0,10')
        rows.append('fer0000000.png,"(0, 0, 48, 48)",0,0,0,0,0,0,0,10,0,0')
        (root / part / "label.csv").write_text("\n".join(rows) + "\n")


LIST_HEADER = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
)


def write_list_tree(root: Path, pictures: int = 7) -> None:
    """Write `fer2013new.csv` beside `fer2013.csv`; the last row of every part names no picture."""
    fer2013.write_tree(root, pictures)
    lines = [LIST_HEADER]
    for usage in ("Training", "PublicTest", "PrivateTest"):
        for number in range(pictures):
            last = number == pictures - 1
            votes = ["9" if place == number % 7 else "0" for place in range(9)] + ["1"]
            name = "" if last else f"fer{number:07d}.png"
            lines.append(",".join([usage, name, *(["0"] * 9 + ["10"] if last else votes)]))
    (root / "fer2013new.csv").write_text("\n".join(lines) + "\n")
