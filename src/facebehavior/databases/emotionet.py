"""EmotioNet: action units of a million pictures of the web.

Labels: 11 action units (1, 2, 4, 5, 6, 9, 12, 17, 20, 25, 26), found by a program on the training
pictures and by people on the validation pictures.
Size: 950,000 pictures labelled by a program, 24,600 by people; many addresses are dead.
Where: Aleix Martinez, Ohio State University, with a signed agreement.
Terms: research only, no redistribution.
Citation: Fabian Benitez-Quiroz, Srinivasan and Martinez, "EmotioNet: an accurate, real-time
algorithm for the automatic annotation of a million facial expressions in the wild", CVPR 2016.
Metric: mean F1 and mean accuracy of the action units, and the mean of both (AFA, unverified).

The release gives addresses: a picture is found by the last part of its address, anywhere below the
folder of pictures. 999 means that nobody knows, never that an action unit is absent. Reading
workbooks needs the extra `workbooks`; a CSV file of the same name goes before one.

Options: `pictures`, the folder in which you have stored the pictures. `units`, challenge (the 11)
or all (every one of our 17 that has a column).

Layout::

    EmotioNet_FACS_aws_2020_24600.csv                URL, URL orig, 'AU 1', ... 'AU 60'; also .xlsx
    dataFile_0001.txt                                tabs, no header: address, address, AU 1 ... 60
    images/N_01/N_01_00001.jpg
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from facebehavior.databases.codes import Labels, occurrences
from facebehavior.databases.pictures import PICTURES, names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import first_row, numbered_rows
from facebehavior.databases.workbooks import ENDINGS, first_sheet_row, sheet_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNITS, Manifest

NAME = "emotionet"
CODED = (1, 2, 4, 5, 6, 9, 12, 17, 20, 25, 26)
UNKNOWN = 999
_COLUMNS = 60
_AROUND = "'\" "


def read_emotionet(
    root: Path, report: ReadingReport, *, pictures: str = "images", units: str = "challenge"
) -> Manifest:
    """Read the list of people (validation) and those of the program (training).

    Args:
        root: the folder that holds the lists.
        report: takes the counts and problems.
        pictures: folder of the pictures, below `root` or anywhere.
        units: `challenge` or `all`.

    Raises:
        FaceBehaviorError: there is no list or no picture, a list is a workbook and the extra for it
            is not installed, or an option is not possible.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "EmotioNet")
    if units not in ("challenge", "all"):
        raise FaceBehaviorError(f"expected units=challenge or all, found {units}")
    wanted = CODED if units == "challenge" else ACTION_UNITS
    names = sorted(names_in(root))
    manual = _manual(root, names)
    automatic = [root / n for n in names if n.startswith("dataFile") and n.endswith(".txt")]
    if not manual and not automatic:
        raise FaceBehaviorError(
            f"{root}: expected EmotioNet_FACS_....csv or .xlsx, or dataFile_....txt, found none"
        )
    present = _pictures_below(root / pictures)
    if not present:
        raise FaceBehaviorError(
            f"{root / pictures}: expected pictures, found none; name their folder with the option "
            "pictures=FOLDER"
        )
    return Manifest.from_rows(_rows(manual, automatic, present, wanted, report))


def _rows(
    manual: Sequence[Path],
    automatic: Sequence[Path],
    present: dict[str, str],
    wanted: Sequence[int],
    report: ReadingReport,
) -> Iterator[Labels]:
    seen: set[str] = set()
    for file in manual:
        workbook = file.suffix in ENDINGS
        places = _places(first_sheet_row(file) if workbook else first_row(file), wanted)
        if not places:
            report.problem(file, 1, "expected a header such as URL,URL orig,'AU 1', found another")
            continue
        lines = (sheet_rows if workbook else numbered_rows)(file, report, header=1)
        yield from _listed(file, lines, places, "validation", present, seen, report)
    # Column n + 2, counted from 1, is action unit n.
    by_number = {unit: unit + 1 for unit in wanted}
    for file in automatic:
        lines = numbered_rows(file, report, delimiter="\t")
        yield from _listed(file, lines, by_number, "train", present, seen, report)


def _listed(
    file: Path,
    lines: Iterator[tuple[int, list[str]]],
    places: dict[int, int],
    split: str,
    present: dict[str, str],
    seen: set[str],
    report: ReadingReport,
) -> Iterator[Labels]:
    for line, cells in lines:
        try:
            if len(cells) <= max(places.values()):
                raise ValueError(
                    f"expected {max(places.values()) + 1} cells or more, found {len(cells)}"
                )
            chosen = [cells[place].strip(_AROUND) for place in places.values()]
            labels = occurrences(chosen, list(places), UNKNOWN)
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        key = cells[0].strip(_AROUND).rpartition("/")[2]
        if key in seen:
            report.problem(file, line, f"{key} is labelled twice")
            continue
        seen.add(key)
        if key not in present:
            report.dropped["no picture"] += 1
        elif not labels:
            report.dropped["no label"] += 1
        else:
            yield {"image": present[key], "database": NAME, "split": split, **labels}


def _manual(root: Path, names: Sequence[str]) -> list[Path]:
    """Give the lists that people have made; of a CSV file and a workbook of one name the former."""
    found: dict[str, Path] = {}
    for ending in (".csv", *ENDINGS):
        for name in names:
            if "FACS" in name and name.endswith(ending):
                found.setdefault(name.removesuffix(ending), root / name)
    return sorted(found.values())


def _places(header: Sequence[str], wanted: Sequence[int]) -> dict[int, int]:
    """Give the column of each action unit that the header names."""
    names = [cell.strip(_AROUND).upper().replace(" ", "") for cell in header]
    if len(names) < 3 or not names[0].startswith("URL"):
        return {}
    return {unit: names.index(f"AU{unit}") for unit in wanted if f"AU{unit}" in names}


def _pictures_below(folder: Path) -> dict[str, str]:
    """Give the path of each picture below a folder, by its name."""
    found: dict[str, str] = {}
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if os.path.splitext(name)[1].lower() in PICTURES:
                found.setdefault(name, os.path.join(place, name))
    return found
