"""s-Aff-Wild2: a header with fewer fields than the rows; every kind of missing label."""

from pathlib import Path

from tests.databases.trees.faces import write_face


def write_tree(root: Path, pictures: int = 5) -> None:
    """Write two videos a part; one row has no picture, one picture no row."""
    for part, videos in (("training", ("134", "5_left")), ("validation", ("7", "8"))):
        lines = ["image,valence,arousal,expression,aus"]
        for number, video in enumerate(videos):
            for frame in range(1, pictures + 1):
                units = ",".join(str((frame + unit) % 2) for unit in range(12))
                affect = "-5,-5" if frame == 2 else f"{0.1 * (frame % 9)},-0.2"
                expression = -1 if frame == 3 else frame % 8
                units = ",".join(["-1"] * 12) if frame == 4 else units
                lines.append(f"{video}/{frame:05d}.jpg,{affect},{expression},{units}")
                write_face(
                    root / "cropped_aligned" / video / f"{frame:05d}.jpg", number + frame, 112
                )
        lines.append(f"{videos[0]}/09999.jpg,0.1,0.1,4,{','.join(['0'] * 12)}")
        lines.append(f"{videos[0]}/00001.jpg,0.3,0.3,4,{','.join(['0'] * 12)}")
        (root / f"{part}_set_annotations.txt").write_text("\n".join(lines) + "\n")
    write_face(root / "cropped_aligned" / "134" / "00777.jpg")
