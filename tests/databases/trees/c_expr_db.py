"""C-EXPR-DB: a list with a header of 8 fields and rows of 2, one of them without a class."""

from pathlib import Path

from tests.databases.trees.clips import write_clip
from tests.databases.trees.faces import write_face

HEADER = (
    "image_location,Fearfully_Surprised,Happily_Surprised,Sadly_Surprised,"
    "Disgustedly_Surprised,Angrily_Surprised,Sadly_Fearful,Sadly_Angry"
)


def write_tree(root: Path, pictures: int = 4) -> None:
    """Write video 01 as frames and 02 as a video; one listed frame of 01 is missing."""
    lines = [HEADER]
    for video in ("01", "02"):
        lines += [f"{video}/{frame:05d}.jpg,{frame % 7}" for frame in range(1, pictures + 1)]
    lines += ["01/09999.jpg,2", "02/00001.jpg,1", "01/00900.jpg,"]
    root.mkdir(parents=True, exist_ok=True)
    (root / "CE_test_list.txt").write_text("\n".join(lines) + "\n")
    for frame in (*range(1, pictures + 1), 900):
        write_face(root / "frames" / "01" / f"{frame:05d}.jpg", frame)
    write_clip(root / "videos" / "02.mp4", pictures)
