"""CFEE: both endings of pictures, gaps in the class numbers, a class without a name."""

from pathlib import Path

from tests.databases.trees.faces import write_face

CLASSES = {1: "Neutral", 2: "Happy", 5: "Fearful", 7: "Happily surprised", 26: "Awed"}


def write_tree(root: Path, pictures: int = 3) -> None:
    """Write that many people, each in every class."""
    folder = root / "CFEE_Database_230"
    for code in (*CLASSES, 9):
        for person in range(101, 101 + pictures):
            ending = "JPG" if code % 2 else "jpg"
            group = folder / f"{code:02d}-{code + 3:02d}" / f"Images{code}"
            write_face(group / f"{code:02d}_{person}_0001.{ending}", code + person)
    write_face(folder / "01-04" / "Images1" / "cover.jpg")
    rows = [f"{code},{name}" for code, name in CLASSES.items()]
    (folder / "summary.csv").write_text("\n".join(rows) + "\n")
