"""Aff-Wild2: videos in the wild with valence and arousal, expressions and action units.

Labels: per frame valence and arousal, one of 7 (later 8) expressions, 12 action units (8 in the
first edition of ABAW); a video may have any of them.
Size: about 2.8 million frames of some 560 videos.
Where: the organisers of the ABAW workshops (Dimitrios Kollias), with a signed agreement.
Terms: research only, no redistribution.
Citation: Kollias and Zafeiriou, "Expression, affect, action unit recognition: Aff-Wild2, multi-task
learning and ArcFace", BMVC 2019.
Metric: ABAW's, which differ by edition: macro-F1, mean F1 of the action units, mean CCC.

Row k of a file, counted from 1 after its header, belongs to picture k; rows and pictures are joined
by number. Frames without a detected face have no picture, and are counted. Several editions may not
lie in one folder: which of their labels is meant could not be told.

Layout::

    cropped_aligned/VIDEO/00001.jpg                  crops of 112 pixels, already aligned
    cropped_aligned_new_50_vids/VIDEO/00001.jpg      a second archive
    VA_Set/Training_Set/VIDEO.txt                    also VA_Estimation_Challenge, Train_Set,
    EXPR_Set/Validation_Set/VIDEO.txt                EXPR_Recognition_Challenge,
    AU_Set/Training_Set/VIDEO.txt                    EXPR_Classification_Challenge,
                                                     AU_Detection_Challenge; also one folder down
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from facebehavior.databases.codes import Labels, affect, column, named, occurrences
from facebehavior.databases.pictures import names_in, numbered_pictures
from facebehavior.databases.points import template_points
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import first_row, numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import EXPRESSIONS, Manifest

NAME = "aff-wild2"
ARCHIVES = ("cropped_aligned", "cropped_aligned_new_50_vids")
CROP_SIZE = 112
ACTION_UNITS_OF_ABAW = (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26)
ACTION_UNITS_OF_ABAW1 = (1, 2, 4, 6, 12, 15, 20, 25)
CLASSES: Mapping[int, str | None] = {
    -1: None,
    0: "neutral",
    1: "anger",
    2: "disgust",
    3: "fear",
    4: "happiness",
    5: "sadness",
    6: "surprise",
    7: None,
}
"""Codes of the expressions; 7 is "other"."""

_FOLDERS: Mapping[str, tuple[str, ...]] = {
    "VA": ("VA_Set", "VA_Estimation_Challenge"),
    "EXPR": ("EXPR_Set", "EXPR_Recognition_Challenge", "EXPR_Classification_Challenge"),
    "AU": ("AU_Set", "AU_Detection_Challenge"),
}
_SPLITS = {"Training_Set": "train", "Train_Set": "train", "Validation_Set": "validation"}
_INVALID_AFFECT, _UNKNOWN = -5.0, -1


def read_aff_wild2(root: Path, report: ReadingReport) -> Manifest:
    """Read the annotation folders of one edition, whichever of the three there are.

    `subject` is the video without `_left` or `_right`, which name the two persons of one video.

    Args:
        root: the folder that holds the archives of crops and the annotation folders.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: there are no crops or no annotations, or those of several editions.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "Aff-Wild2")
    crops = _crops(root)
    files = _files(root)
    if not files:
        known = ", ".join(name for names in _FOLDERS.values() for name in names)
        raise FaceBehaviorError(f"{root}: expected one of the folders {known}, found none")
    return Manifest.from_rows(_rows(root, files, crops, report))


def subject_of(video: str) -> str:
    """Give the unit that is never split: a video of two persons has two names, but is one."""
    return video.removesuffix("_left").removesuffix("_right")


def _crops(root: Path) -> dict[str, list[Path]]:
    """Give the folders of each video's crops, in both archives."""
    found: dict[str, list[Path]] = {}
    for archive in ARCHIVES:
        folder = root / archive
        # An archive may unpack into a folder of its own name.
        folder = folder / archive if (folder / archive).is_dir() else folder
        for video in names_in(folder):
            found.setdefault(video, []).append(folder / video)
    if not found:
        raise FaceBehaviorError(
            f"{root}: expected the crops in {ARCHIVES[0]}/VIDEO/00001.jpg, found none; "
            "unpack the archives of crops here"
        )
    return found


def _files(root: Path) -> dict[tuple[str, str], dict[str, Path]]:
    """Give the annotation files of each split and video, by kind."""
    places = [root, *(root / name for name in sorted(names_in(root)) if name not in ARCHIVES)]
    found: dict[tuple[str, str], dict[str, Path]] = {}
    for kind, names in _FOLDERS.items():
        folders = [place / name for place in places for name in names if (place / name).is_dir()]
        if len(folders) > 1:
            raise FaceBehaviorError(
                f"{root}: expected the annotations of one edition, found {folders[0]} and "
                f"{folders[1]}; move those that are not meant away"
            )
        for folder in folders:
            for name, split in _SPLITS.items():
                for file in sorted(names_in(folder / name)):
                    if file.endswith(".txt"):
                        videos = found.setdefault((split, file.removesuffix(".txt")), {})
                        videos[kind] = folder / name / file
    return dict(sorted(found.items()))


def _rows(
    root: Path,
    files: Mapping[tuple[str, str], Mapping[str, Path]],
    crops: Mapping[str, list[Path]],
    report: ReadingReport,
) -> Iterator[Labels]:
    videos = {video for _, video in files}
    in_both = [video for video in sorted(videos) if len(_splits_of(files, video)) > 1]
    if in_both:
        report.warn(
            root,
            f"{len(in_both)} videos are trained on for one task and validate another, such "
            f"as {in_both[0]}: their frames stand in both splits",
        )
    without = sorted(videos - set(crops))
    if without:
        hint = "" if (root / ARCHIVES[1]).is_dir() else f"; is the archive {ARCHIVES[1]} missing?"
        report.warn(root, f"{len(without)} videos have no crops, such as {without[0]}{hint}")
    unequal: list[str] = []
    for (split, video), kinds in files.items():
        pictures = {
            frame: folder / name
            for folder in crops.get(video, [])
            for frame, name in numbered_pictures(folder).items()
        }
        labels, lengths = _joined(kinds, report)
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{count} of {kind}" for kind, count in lengths.items())
            unequal.append(f"{video} has {told}")
        _compare_lengths(crops.get(video, []), pictures, labels, report)
        for frame, found in sorted(labels.items()):
            if not found:
                report.dropped["no label"] += 1
            elif frame not in pictures:
                report.dropped["no picture"] += 1
            else:
                yield {
                    "image": str(pictures[frame]),
                    "database": NAME,
                    "split": split,
                    "subject": subject_of(video),
                    "video": video,
                    "frame": frame,
                    "landmarks": template_points(CROP_SIZE),
                    **found,
                }
    if unequal:
        report.mismatch(
            root,
            f"{len(unequal)} videos have not as many rows of every kind: {unequal[0]}; is a file "
            "cut off?",
        )


def _splits_of(files: Mapping[tuple[str, str], object], video: str) -> set[str]:
    return {split for split in _SPLITS.values() if (split, video) in files}


def _compare_lengths(
    folders: list[Path],
    pictures: Mapping[int, Path],
    labels: Mapping[int, Labels],
    report: ReadingReport,
) -> None:
    if not pictures or not labels:
        return
    beyond = sum(frame > max(labels) or frame < 1 for frame in pictures)
    if beyond:
        report.mismatch(
            folders[0],
            f"{beyond} pictures have no row: the last is {max(pictures)}, the last row belongs to "
            f"{max(labels)}; are the frames counted from 0?",
        )


def _joined(
    kinds: Mapping[str, Path], report: ReadingReport
) -> tuple[dict[int, Labels], dict[str, int]]:
    """Give the labels of each frame of a video from up to three files; the last of each kind."""
    found: dict[int, Labels] = {}
    lengths: dict[str, int] = {}
    for kind, file in kinds.items():
        for frame, labels in _READ[kind](file, report):
            found.setdefault(frame, {}).update(labels)
            lengths[kind] = frame
    return found, lengths


def _frames(
    file: Path, report: ReadingReport, parsed: Callable[[list[str]], Labels]
) -> Iterator[tuple[int, Labels]]:
    """Go through a file's frames, from 1; a malformed row is a problem and has no labels."""
    for line, cells in numbered_rows(file, report, header=1):
        try:
            yield line - 1, parsed(cells)
        except ValueError as error:
            report.problem(file, line, str(error))


def _read_affect(file: Path, report: ReadingReport) -> Iterator[tuple[int, Labels]]:
    def parsed(cells: list[str]) -> Labels:
        if len(cells) != 2:
            raise ValueError(f"expected valence and arousal, found {len(cells)} cells")
        return affect(cells[0], cells[1], _INVALID_AFFECT)

    if _header(file, report, lambda names: names == ["valence", "arousal"], "valence,arousal"):
        yield from _frames(file, report, parsed)


def _read_expression(file: Path, report: ReadingReport) -> Iterator[tuple[int, Labels]]:
    def parsed(cells: list[str]) -> Labels:
        if len(cells) != 1:
            raise ValueError(f"expected one code, found {len(cells)} cells")
        name = named(cells[0], CLASSES)
        return {} if name is None else {"expression": name}

    expected = [CLASSES[code] or "other" for code in range(8)]
    if _header(file, report, lambda names: names in (expected, expected[:7]), ",".join(expected)):
        yield from _frames(file, report, parsed)


def _read_action_units(file: Path, report: ReadingReport) -> Iterator[tuple[int, Labels]]:
    def known(names: list[str]) -> bool:
        return bool(names) and all(name[:2] == "au" and name[2:].isdecimal() for name in names)

    if _header(file, report, known, "AU1,AU2,..."):
        units = [int(name[2:]) for name in first_row(file)]
        yield from _frames(file, report, lambda cells: occurrences(cells, units, _UNKNOWN))


def _header(
    file: Path, report: ReadingReport, fits: Callable[[list[str]], bool], expected: str
) -> bool:
    """Tell whether a file's first line is the header that its rows need."""
    names = [name.lower() for name in first_row(file)]
    if not fits(names):
        report.problem(file, 1, f"expected the header {expected}, found {','.join(names)!r}")
        return False
    return True


_READ: Mapping[str, Callable[[Path, ReadingReport], Iterator[tuple[int, Labels]]]] = {
    "VA": _read_affect,
    "EXPR": _read_expression,
    "AU": _read_action_units,
}


def columns_of_abaw(cells: list[str]) -> Labels:
    """Read the last 14 cells of a row of the multi-task files: expression and 12 action units.

    Raises:
        ValueError: another number of cells, or a code that the release does not have.
    """
    if len(cells) != 1 + len(ACTION_UNITS_OF_ABAW):
        raise ValueError(
            f"expected an expression and {len(ACTION_UNITS_OF_ABAW)} action units, found "
            f"{len(cells)} cells"
        )
    name = named(cells[0], CLASSES)
    labels: Labels = {} if name is None else {"expression": name}
    return labels | occurrences(cells[1:], ACTION_UNITS_OF_ABAW, _UNKNOWN)


CODED = tuple(column(unit) for unit in ACTION_UNITS_OF_ABAW)
"""The 12 columns of action units that ABAW codes."""

assert {name for name in CLASSES.values() if name} == set(EXPRESSIONS)
