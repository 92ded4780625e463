"""CFEE: compound facial expressions of emotion, posed in a laboratory; the source of Du's table.

Labels: neutral, 6 basic or 15 compound expressions.
Size: 230 people, 5,954 pictures.
Where: Aleix Martinez, Ohio State University, with a signed agreement.
Terms: research only, no redistribution.
Citation: Du, Tao and Martinez, "Compound facial expressions of emotion", PNAS 2014.
Metric: accuracy and UAR over 10 folds of subjects.

The class of a picture is the first number of its name; which expression it is stands in the sheet
`summary` of the workbook and is never computed. Reading workbooks needs the extra `workbooks`;
without it, save that sheet as `summary.csv` (class number, name), which goes before the workbook.
The sheets of action units are not read: their layout is not established.

Layout::

    CFEE_Database_230/01-04/Images1/01_101_0001.jpg  class, person, picture; .jpg or .JPG
    CFEE_Database_230/AU_annotation_all_subjects.xls sheet summary: 1, Neutral; also .xlsx
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from facebehavior.databases.codes import Labels, whole
from facebehavior.databases.pictures import names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import numbered_rows
from facebehavior.databases.workbooks import ENDINGS, sheet_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import COMPOUND_EXPRESSIONS, EXPRESSIONS, Manifest

NAME = "cfee"
SUMMARY, SHEET, WORKBOOK = "summary.csv", "summary", "AU_annotation_all_subjects"
_FOLDER = "CFEE_Database_230"
_PICTURE = re.compile(r"(\d+)_(\d+)_(\d+)\.jpe?g$", re.IGNORECASE)
_WORDS: Mapping[str, str] = {
    "happy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
    "fearful": "fear",
    "disgusted": "disgust",
    "angry": "anger",
}


def read_cfee(root: Path, report: ReadingReport) -> Manifest:
    """Read the pictures of all classes that the summary names.

    Args:
        root: the folder that holds `CFEE_Database_230`, or that folder.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: the summary or the pictures are missing, or the summary is a workbook and
            the extra for it is not installed.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "CFEE")
    folder = root / _FOLDER if (root / _FOLDER).is_dir() else root
    summary = _summary(folder)
    classes = _classes(summary, report)
    pictures = [
        folder / group / images / name
        for group in sorted(names_in(folder))
        for images in sorted(names_in(folder / group))
        if images.startswith("Images")
        for name in sorted(names_in(folder / group / images))
    ]
    if not pictures:
        raise FaceBehaviorError(f"{folder}: expected 01-04/Images1/01_101_0001.jpg, found none")
    return Manifest.from_rows(_rows(pictures, classes, summary.name, report))


def label_of(name: str) -> Labels:
    """Give the label that a name of the summary stands for.

    Raises:
        ValueError: it is none of the 22 expressions.
    """
    word = re.sub(r"[^a-z]+", "_", name.strip().lower()).strip("_")
    word = _WORDS.get(word, word)
    if word in EXPRESSIONS:
        return {"expression": word}
    if word in COMPOUND_EXPRESSIONS:
        return {"compound": word}
    raise ValueError(f"expected one of the 22 expressions, found {name!r}")


def _summary(folder: Path) -> Path:
    names = (SUMMARY, *(WORKBOOK + ending for ending in ENDINGS))
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise FaceBehaviorError(f"{folder}: expected {names[0]} or {names[1]}, found neither")
    return found


def _classes(file: Path, report: ReadingReport) -> dict[int, Labels]:
    found: dict[int, Labels] = {}
    workbook = file.suffix in ENDINGS
    rows = sheet_rows(file, report, sheet=SHEET) if workbook else numbered_rows(file, report)
    for line, cells in rows:
        if not found and not cells[0].replace(".", "").isdecimal():
            continue  # a header, before the first class
        try:
            if len(cells) < 2:
                raise ValueError(f"expected a class and its name, found {len(cells)} cells")
            code, label = whole(cells[0]), label_of(cells[1])
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        if code in found:
            report.problem(file, line, f"class {code} is named twice")
            continue
        found[code] = label
    return found


def _rows(
    pictures: list[Path], classes: Mapping[int, Labels], summary: str, report: ReadingReport
) -> Iterator[Labels]:
    unnamed: dict[int, int] = {}
    for picture in pictures:
        report.rows += 1
        found = _PICTURE.match(picture.name)
        if found is None:
            report.problem(picture, 1, "expected a name such as 01_101_0001.jpg")
            continue
        code = int(found[1])
        if code not in classes:
            unnamed[code] = unnamed.get(code, 0) + 1
            report.dropped["class without a name"] += 1
            continue
        yield {"image": str(picture), "database": NAME, "subject": found[2], **classes[code]}
    for code, count in sorted(unnamed.items()):
        report.warn(pictures[0].parent, f"{count} pictures of class {code}, which {summary} lacks")
