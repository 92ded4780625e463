"""LFW: three people, pairs told apart by the number of their fields."""

from pathlib import Path

from tests.databases.trees.faces import write_face

PEOPLE = ("Aaron_Example", "Zoe_Sample", "Mary_Ann_Third")


def write_tree(root: Path, pictures: int = 3) -> None:
    """Write that many pictures of each; a picture with another name is no picture of theirs."""
    for place, person in enumerate(PEOPLE):
        for number in range(1, pictures + 1):
            write_face(root / "lfw" / person / f"{person}_{number:04d}.jpg", place, 112)
    write_face(root / "lfw" / "Zoe_Sample" / "other_0001.jpg")
    rows = ["2\t1", "Aaron_Example\t1\t2", "Aaron_Example\t1\tZoe_Sample\t2"]
    rows += ["Zoe_Sample\t1\t3", "Zoe_Sample\t1\tMary_Ann_Third\t1"]
    (root / "pairs.txt").write_text("\n".join(rows) + "\n")
