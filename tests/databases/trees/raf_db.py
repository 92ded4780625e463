"""RAF-DB: nested folders, numbers of different width in the two parts."""

from pathlib import Path

from tests.databases.trees.faces import write_face


def write_tree(root: Path, pictures: int = 14) -> None:
    """Write the basic part in a folder of its own name."""
    write_part(root / "basic" / "basic", 7, pictures)


def write_compound_tree(root: Path, pictures: int = 22) -> None:
    """Write the compound part."""
    write_part(root / "compound", 11, pictures)


def write_part(folder: Path, classes: int, pictures: int) -> None:
    """Write aligned pictures of every class; the last listed picture is missing."""
    lines = []
    for part, digits in (("train", 5), ("test", 4)):
        for number in range(1, pictures + 1):
            name = f"{part}_{number:0{digits}d}"
            lines.append(f"{name}.jpg {number % classes + 1}")
            write_face(folder / "Image" / "aligned" / f"{name}_aligned.jpg", number, 100)
    lines.append("test_9999.jpg 1")
    write_face(folder / "Image" / "aligned" / "train_77777_aligned.jpg")
    (folder / "EmoLabel").mkdir(parents=True)
    (folder / "EmoLabel" / "list_patition_label.txt").write_text("\n".join(lines) + "\n")
