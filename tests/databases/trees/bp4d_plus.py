"""BP4D+: a header that names an action unit twice, and the sequence that cannot be used."""

from pathlib import Path

from tests.databases.trees.bp4d import write_sequence


def write_tree(root: Path, pictures: int = 4) -> None:
    """Write three sequences whose pictures count one lower than the codes."""
    for subject, task in (("F001", "T1"), ("M004", "T6"), ("F041", "T7")):
        write_sequence(root, "2D+3D", subject, task, range(120, 120 + pictures), 3, -1)
    path = root / "AUCoding" / "AU_OCC" / "M004_T6.csv"
    first, *rest = path.read_text().splitlines()
    # The first header cell is arbitrary and repeats action unit 1.
    path.write_text("\n".join(["1" + first[1:], *rest]) + "\n")
