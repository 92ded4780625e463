"""ExpW: several faces a picture, boxes as top, left, right, bottom, a missing picture."""

from pathlib import Path

from tests.databases.trees.faces import write_face


def write_tree(root: Path, pictures: int = 8) -> None:
    """Write pictures of two faces each."""
    lines = []
    for number in range(pictures):
        for face in range(2):
            label = (2 * number + face) % 7
            lines.append(f"crowd_{number}.jpg {face} 10 {20 + face} 60 50 {30 - 25 * face} {label}")
        write_face(root / "data" / "image" / "origin" / f"crowd_{number}.jpg", number, 80)
    lines.append("gone.jpg 0 1 1 9 9 60.0 0")
    write_face(root / "data" / "image" / "origin" / "unlisted.jpg")
    path = root / "data" / "label" / "label.lst"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(lines) + "\n")
