"""EmotioNet: quotes around headers and addresses, 999, dead addresses."""

from pathlib import Path

from tests.databases.trees.faces import write_face


def write_tree(root: Path, pictures: int = 4) -> None:
    """Write the list of people and one of the program."""
    header = ["URL", "URL orig", *(f"'AU {unit}'" for unit in range(1, 61))]
    lines = [",".join(header)]
    for number in range(pictures):
        name = f"N_01/N_01_{number:05d}.jpg"
        lines.append(",".join([f"'http://h/Images/{name}'", "'http://o/a.jpg'", *_units(number)]))
        write_face(root / "images" / name, number)
    lines.append(",".join(["'http://h/dead.jpg'", "''", *_units(0)]))
    (root / "EmotioNet_FACS_aws_2020_24600.csv").write_text("\n".join(lines) + "\n")
    lines = []
    for number in range(pictures):
        name = f"N_02_{number:05d}.jpg"
        lines.append("\t".join([f"http://h/{name}", "http://o/c.jpg", *_units(number)]))
        write_face(root / "images" / "N_02" / name, number)
    (root / "dataFile_0001.txt").write_text("\n".join(lines) + "\n")
    write_face(root / "images" / "nobody.jpg")


def _units(number: int) -> list[str]:
    return [
        "999" if (unit + number) % 5 == 0 else str((unit + number) % 2) for unit in range(1, 61)
    ]
