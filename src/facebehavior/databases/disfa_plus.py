"""DISFA+: posed and spontaneous trials of nine people of DISFA, coded frame by frame.

Labels: intensity from 0 to 5 of the action units 1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25 and 26.
Size: 9 people, about 57,000 frames.
Where: Mohammad Mahoor, University of Denver, with a signed agreement.
Terms: research only, no redistribution.
Citation: Mavadati, Sanger and Mahoor, "Extended DISFA dataset: investigating posed and spontaneous
facial expressions", CVPR workshops 2016.
Metric: mean F1 of 12 action units, leaving one subject out; name the threshold.

All nine are also in DISFA: leave them out of DISFA where DISFA+ is tested on.

Options: `threshold`, the intensity from which an action unit counts as active.

Layout::

    Images/SN001/A1_AU1_TrailNo_1/000.jpg
    Labels/SN001/A1_AU1_TrailNo_1/AU1.txt            header lines, then picture and intensity
"""

from collections.abc import Iterator
from pathlib import Path

from facebehavior.databases.codes import Labels, intensity
from facebehavior.databases.disfa import CODED, THRESHOLD
from facebehavior.databases.pictures import names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import numbered_fields
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "disfa-plus"
SUBJECTS = tuple(f"SN{number:03d}" for number in (1, 3, 4, 7, 9, 10, 13, 25, 27))
"""The people, all of whom are in DISFA too."""


def read_disfa_plus(root: Path, report: ReadingReport, *, threshold: int = THRESHOLD) -> Manifest:
    """Read every trial that has labels and pictures.

    Args:
        root: the folder that holds `Images` and `Labels`.
        report: takes the counts and problems.
        threshold: intensity from which an action unit is active.

    Raises:
        FaceBehaviorError: a folder is missing, or not one picture is there.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "DISFA+")
    if not 1 <= threshold <= 5:
        raise FaceBehaviorError(f"expected threshold from 1 to 5, found {threshold}")
    trials = [
        (subject, trial)
        for subject in sorted(names_in(root / "Labels"))
        for trial in sorted(names_in(root / "Labels" / subject))
    ]
    if not trials:
        raise FaceBehaviorError(
            f"{root}: expected Labels/SN001/TRIAL/AU1.txt, found none; give the folder that holds "
            "Images and Labels"
        )
    if not names_in(root / "Images"):
        raise FaceBehaviorError(f"{root}: expected Images/SN001/TRIAL/000.jpg, found none")
    return Manifest.from_rows(
        row for subject, trial in trials for row in _trial(root, subject, trial, threshold, report)
    )


def _trial(
    root: Path, subject: str, trial: str, threshold: int, report: ReadingReport
) -> Iterator[Labels]:
    folder = root / "Labels" / subject / trial
    labels: dict[str, Labels] = {}
    for unit in CODED:
        file = folder / f"AU{unit}.txt"
        if not file.is_file():
            report.warn(folder, f"no {file.name}: action unit {unit} is unknown in this trial")
            continue
        for name, label in _units(file, unit, threshold, report):
            labels.setdefault(name, {}).update(label)
    pictures = names_in(root / "Images" / subject / trial)
    beyond = len(pictures - labels.keys())
    if beyond:
        report.warn(root / "Images" / subject / trial, f"{beyond} pictures have no label")
    for name, label in sorted(labels.items()):
        if name not in pictures:
            report.dropped["no picture"] += 1
            continue
        yield {
            "image": str(root / "Images" / subject / trial / name),
            "database": NAME,
            "subject": subject,
            "video": f"{subject}/{trial}",
            "frame": int(name.partition(".")[0]),
            **label,
        }


def _units(
    file: Path, unit: int, threshold: int, report: ReadingReport
) -> Iterator[tuple[str, Labels]]:
    """Go through the rows `PICTURE INTENSITY`; header lines are told by having another form."""
    seen: set[str] = set()
    for line, fields in numbered_fields(file, report):
        if len(fields) != 2 or not fields[0].partition(".")[0].isdecimal():
            if seen:
                report.problem(file, line, f"expected picture and intensity, found {fields}")
            continue
        try:
            label = intensity(unit, fields[1], threshold)
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        if fields[0] in seen:
            report.problem(file, line, f"{fields[0]} is labelled twice")
            continue
        seen.add(fields[0])
        yield fields[0], label
