"""BP4D-Spontaneous: people in eight tasks that bring emotions about, coded frame by frame.

Labels: 12 action units (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24) present or not; intensity from 0
to 5 of 6, 10, 12, 14 and 17.
Size: 41 people (23 women, 18 men), 328 sequences, about 147,000 coded frames (unverified).
Where: Lijun Yin, Binghamton University, with a signed agreement.
Terms: research only, no redistribution.
Citation: Zhang and others, "BP4D-Spontaneous: a high-resolution spontaneous 3D dynamic facial
expression database", Image and Vision Computing 2014.
Metric: mean F1 of the 12 action units over three folds of subjects.

F001 and M001 are two people. Only a part of each sequence is coded.

Layout::

    AUCoding/AU_OCC/F001_T1.csv                      header of action units, 9 is unknown
    AUCoding/AU_INT/AU06/F001_T1_AU06.csv            frame,intensity
    Sequences_2D+3D/F001/T1/2440.jpg                 names of three or four digits
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from facebehavior.databases.codes import Labels, column, occurrences, whole
from facebehavior.databases.pictures import names_in, numbered_pictures
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import first_row, numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "bp4d"
CODED = (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)
WITH_INTENSITY = (6, 10, 12, 14, 17)
UNKNOWN = 9
_FOLDS = (
    "F001 M007 F018 F008 F002 M004 F010 F009 M012 M001 F016 M014 F023 M008",
    "M011 F003 M010 M002 F005 F022 M018 M017 F013 M016 F020 F011 M013 M005",
    "F007 F015 F006 F019 M006 M009 F012 M003 F004 F021 F017 M015 F014",
)
FOLDS = tuple(frozenset(fold.split()) for fold in _FOLDS)
"""The three folds of subjects that are in common use."""

_SEQUENCE = re.compile(r"([FM]\d{3})_(T\d+)\.csv$")


@dataclass(frozen=True)
class Release:
    """What differs between BP4D and BP4D+.

    Attributes:
        name: of the database.
        title: its official name.
        pictures: folder of the pictures.
        frame_offset: what is added to a row's frame to get the number of its picture.
        left_out: sequences that cannot be used, with the reason.
    """

    name: str
    title: str
    pictures: str
    frame_offset: int
    left_out: tuple[tuple[str, str], ...] = ()


def read_bp4d(root: Path, report: ReadingReport) -> Manifest:
    """Read all coded sequences.

    Args:
        root: the folder that holds `AUCoding` and `Sequences_2D+3D`.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: a folder is missing.
        BadInput: the first malformed row, in strict reading.
    """
    return read_release(root, report, Release(NAME, "BP4D", "Sequences_2D+3D", 0))


def read_release(root: Path, report: ReadingReport, release: Release) -> Manifest:
    """Read BP4D or BP4D+; see `read_bp4d`."""
    required_folder(root, release.title)
    coding = root / "AUCoding"
    sequences = [
        (found[1], found[2])
        for name in sorted(names_in(coding / "AU_OCC"))
        if (found := _SEQUENCE.match(name))
    ]
    if not sequences:
        raise FaceBehaviorError(
            f"{root}: expected AUCoding/AU_OCC/F001_T1.csv and others, found none; give the folder "
            "that holds AUCoding"
        )
    pictures = root / release.pictures
    if not names_in(pictures):
        raise FaceBehaviorError(
            f"{root}: expected pictures in {release.pictures}/F001/T1, found none"
        )
    ends: Counter[int] = Counter()
    manifest = Manifest.from_rows(
        row
        for subject, task in sequences
        for row in _sequence(
            coding, pictures / subject / task, subject, task, release, report, ends
        )
    )
    _compare_ends(pictures, ends, release.frame_offset, report)
    return manifest


def _compare_ends(
    pictures: Path, ends: Counter[int], frame_offset: int, report: ReadingReport
) -> None:
    """Warn where most sequences end as they would with a neighbouring frame offset.

    Only a part of each sequence is coded, so that most may end anywhere; that many of them end one
    frame from where they should is no chance.
    """
    if not ends:
        return
    offset, count = ends.most_common(1)[0]
    if offset != frame_offset and abs(offset - frame_offset) == 1 and 2 * count > ends.total():
        report.mismatch(
            pictures,
            f"in {count} of {ends.total()} sequences the number of the last picture is that of the "
            f"last coded frame {offset:+d}, where {frame_offset:+d} is taken; is the frame offset "
            f"{offset}?",
        )


def _sequence(
    coding: Path,
    folder: Path,
    subject: str,
    task: str,
    release: Release,
    report: ReadingReport,
    ends: Counter[int],
) -> Iterator[Labels]:
    name = f"{subject}_{task}"
    labels = _occurrences(coding / "AU_OCC" / f"{name}.csv", report)
    reason = dict(release.left_out).get(name)
    if reason is not None:
        report.dropped[f"{name}: {reason}"] += len(labels)
        return
    for unit in WITH_INTENSITY:
        file = coding / "AU_INT" / f"AU{unit:02d}" / f"{name}_AU{unit:02d}.csv"
        if file.is_file():
            for frame, value in _intensities(file, report):
                labels.setdefault(frame, {})[f"{column(unit)}_intensity"] = value
    present = numbered_pictures(folder)
    if present and labels:
        ends[max(present) - max(labels)] += 1
    if present and labels and max(labels) + release.frame_offset > max(present):
        report.mismatch(
            folder,
            f"the last picture is {max(present)}, the last coded frame belongs to "
            f"{max(labels) + release.frame_offset}; is the frame offset "
            f"{max(present) - max(labels)}?",
        )
    for frame, found in sorted(labels.items()):
        place = frame + release.frame_offset
        if not found:
            report.dropped["no label"] += 1
        elif place not in present:
            report.dropped["no picture"] += 1
        else:
            yield {
                "image": str(folder / present[place]),
                "database": release.name,
                "subject": subject,
                "video": name,
                "frame": frame,
                "gender": "female" if subject[0] == "F" else "male",
                **found,
            }


def _occurrences(file: Path, report: ReadingReport) -> dict[int, Labels]:
    """Give which of the 12 action units are active on each frame."""
    places = _places(first_row(file))
    if not places:
        report.problem(file, 1, "expected a header of action units, found none")
        return {}
    found: dict[int, Labels] = {}
    for line, cells in numbered_rows(file, report, header=1):
        try:
            if len(cells) <= max(places.values()):
                raise ValueError(f"expected {max(places.values()) + 1} cells, found {len(cells)}")
            frame = whole(cells[0])
            chosen = [cells[place] for place in places.values()]
            labels = occurrences(chosen, list(places), UNKNOWN)
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        if frame in found:
            report.problem(file, line, f"frame {frame} is labelled twice")
            continue
        found[frame] = labels
    return found


def _places(header: list[str]) -> dict[int, int]:
    """Give the column of each action unit; the first cell is the frame's, whatever it says."""
    places: dict[int, int] = {}
    for place, cell in enumerate(header[1:], start=1):
        text = cell.upper().removeprefix("AU")
        if text.isdecimal() and int(text) in CODED:
            places.setdefault(int(text), place)
    return places


def _intensities(file: Path, report: ReadingReport) -> Iterator[tuple[int, float]]:
    for line, cells in numbered_rows(file, report):
        try:
            if len(cells) != 2:
                raise ValueError(f"expected frame,intensity, found {len(cells)} cells")
            frame, value = whole(cells[0]), whole(cells[1])
            if value != UNKNOWN and not 0 <= value <= 5:
                raise ValueError(f"expected an intensity from 0 to 5, or 9, found {cells[1]!r}")
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        if value != UNKNOWN:
            yield frame, value / 5
