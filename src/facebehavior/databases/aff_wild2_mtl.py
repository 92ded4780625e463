"""s-Aff-Wild2: the static pictures of Aff-Wild2 for the multi-task challenges of ABAW.

Labels: on one picture valence and arousal, one of 8 expressions and 12 action units, any of them
missing.
Size: 142,333 training and 26,876 validation pictures; all three kinds on 52,154 and 15,440.
Where: the organisers of the ABAW workshops (Dimitrios Kollias), with a signed agreement.
Terms: research only, no redistribution.
Citation: Kollias, "ABAW: learning from synthetic data and multi-task learning challenges", ECCV
workshops 2022.
Metric: mean CCC + macro-F1 of 8 expressions + mean F1 of 12 action units.

The header has fewer fields than the rows, which always have 16.

Layout::

    training_set_annotations.txt   validation_set_annotations.txt     (also NAME_22.txt)
    cropped_aligned/VIDEO/00001.jpg
"""

from collections.abc import Iterator
from pathlib import Path

from facebehavior.databases.aff_wild2 import (
    ARCHIVES,
    CROP_SIZE,
    columns_of_abaw,
    subject_of,
)
from facebehavior.databases.codes import Labels, affect
from facebehavior.databases.pictures import names_in
from facebehavior.databases.points import template_points
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "aff-wild2-mtl"
_SPLITS = {"training_set_annotations": "train", "validation_set_annotations": "validation"}
_INVALID_AFFECT = -5.0


def read_aff_wild2_mtl(root: Path, report: ReadingReport) -> Manifest:
    """Read the lists of the training and the validation part, whichever there are.

    Args:
        root: the folder that holds the lists and the crops.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: there is no list, a part has two, or there are no crops.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "s-Aff-Wild2")
    lists: dict[Path, str] = {}
    for stem, split in _SPLITS.items():
        found = [f for end in ("", "_22") if (f := root / f"{stem}{end}.txt").is_file()]
        if len(found) > 1:
            raise FaceBehaviorError(
                f"{root}: expected one list of each part, found {found[0].name} and "
                f"{found[1].name}; move the one that is not meant away"
            )
        lists |= dict.fromkeys(found, split)
    if not lists:
        raise FaceBehaviorError(
            f"{root}: expected {' or '.join(f'{name}.txt' for name in _SPLITS)}, found none"
        )
    folders = [root / name for name in ARCHIVES if (root / name).is_dir()]
    if not folders:
        raise FaceBehaviorError(f"{root}: expected the crops in {ARCHIVES[0]}, found none")
    return Manifest.from_rows(
        row for file, split in lists.items() for row in _rows(file, split, folders, report)
    )


def _rows(file: Path, split: str, folders: list[Path], report: ReadingReport) -> Iterator[Labels]:
    listed: dict[str, dict[str, Path]] = {}
    seen: set[str] = set()
    for line, cells in numbered_rows(file, report, header=1):
        try:
            if len(cells) != 16:
                raise ValueError(f"expected 16 cells, found {len(cells)}")
            labels = affect(cells[1], cells[2], _INVALID_AFFECT) | columns_of_abaw(cells[3:])
            video, _, name = cells[0].partition("/")
            frame = int(name.partition(".")[0])
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        if cells[0] in seen:
            report.problem(file, line, f"{cells[0]} is labelled twice")
            continue
        seen.add(cells[0])
        if video not in listed:
            listed[video] = {n: f / video / n for f in folders for n in names_in(f / video)}
        if not labels:
            report.dropped["no label"] += 1
        elif name not in listed[video]:
            report.dropped["no picture"] += 1
        else:
            yield {
                "image": str(listed[video][name]),
                "database": NAME,
                "split": split,
                "subject": subject_of(video),
                "video": video,
                "frame": frame,
                "landmarks": template_points(CROP_SIZE),
                **labels,
            }
