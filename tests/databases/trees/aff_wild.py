"""Aff-Wild: videos of which one is .avi, with files of unequal length."""

from pathlib import Path

from tests.databases.trees.clips import write_clip


def write_tree(root: Path, pictures: int = 6) -> None:
    """Write three training videos with annotations, and the annotations of a fourth."""
    for number, name in enumerate(("105", "106.avi", "107", "999")):
        stem = name.removesuffix(".avi")
        if stem != "999":
            ending = "" if name.endswith(".avi") else ".mp4"
            write_clip(root / "videos" / "train" / f"{name}{ending}", pictures, number)
        for dimension, count in (("valence", pictures), ("arousal", pictures - (stem == "107"))):
            path = root / "annotations" / "train" / dimension / f"{stem}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            values = [f"{0.1 * ((frame + number) % 9) - 0.4:.3f}" for frame in range(count)]
            path.write_text("\n".join(values) + "\n")
