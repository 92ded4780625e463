"""Memory while a large video database is read, checked and prepared: rows must not cost any.

A tree in the layout of Aff-Wild2 with 200,000 pictures is made of one picture under many names
(hard links), and its crops are stubbed: what is measured is the table of labels and whatever else
would be kept of every row.

    python benchmarks/preparing_memory.py [--rows 200000] [-o result.json]
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import numpy as np
from benchmarks.video import resident_mib
from tests.databases.trees.faces import write_face

from facebehavior.databases import READERS, ReadingReport, Shards, prepare
from facebehavior.databases.checking import check
from facebehavior.faces.alignment import CropParameters

VIDEOS = 20
CROP = CropParameters(32, "grey")


def main() -> None:
    """Make, read, check, prepare; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("-o", "--output", type=Path, help="keep the JSON in this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_tree(Path(folder) / "tree", arguments.rows)
        result = measure(Path(folder) / "tree", Path(folder) / "shards")
    content = json.dumps(result, indent=2)
    print(content)
    if arguments.output is not None:
        arguments.output.write_text(content + "\n")


def write_tree(root: Path, rows: int) -> None:
    """Write one picture under as many names as there are rows, and labels of all three kinds."""
    each = rows // VIDEOS
    for video in range(VIDEOS):
        crops = root / "cropped_aligned" / f"v{video}"
        crops.mkdir(parents=True)
        # A picture of its own for each video: ext4 allows a file 65,000 names.
        picture = write_face(crops / "00001.jpg", size=112)
        for frame in range(2, each + 1):
            os.link(picture, crops / f"{frame:05d}.jpg")
        part = "Validation_Set" if video % 5 == 0 else "Train_Set"
        for folder, header, row in (
            ("VA_Estimation_Challenge", "valence,arousal", "0.25,-0.1"),
            (
                "EXPR_Recognition_Challenge",
                "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other",
                "4",
            ),
            (
                "AU_Detection_Challenge",
                "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26",
                "0,0,1,1,0,0,1,0,0,-1,1,0",
            ),
        ):
            path = root / folder / part / f"v{video}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join([header, *[row] * each]) + "\n")


def measure(root: Path, shards: Path) -> dict[str, float]:
    """Note the resident memory (MiB) before, and after each stage."""
    before, begun = resident_mib(), time.monotonic()
    report = ReadingReport()
    manifest = READERS["aff-wild2"](root, report)
    read = resident_mib()
    check(manifest, report)
    checked = resident_mib()
    stub = np.zeros((CROP.size, CROP.size, 1), dtype=np.uint8)
    with patch("facebehavior.databases.cutting.cut_face", lambda *_: stub):
        prepare(manifest, shards, CROP)
    prepared = resident_mib()
    return {
        "rows": len(manifest),
        "written": len(Shards(shards)),
        "table_mib": manifest.table.nbytes / 2**20,
        "before_mib": before,
        "read_mib": read,
        "checked_mib": checked,
        "prepared_mib": prepared,
        "growth_mib": prepared - before,
        "seconds": time.monotonic() - begun,
    }


if __name__ == "__main__":
    main()
