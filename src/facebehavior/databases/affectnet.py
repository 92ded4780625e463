"""AffectNet: pictures of the web with an expression, valence and arousal.

Labels: one of 8 expressions (contempt has none here), valence and arousal.
Size: 414,799 training and 5,500 validation pictures in the old layout; 287,651 and 3,999 in that of
March 2021.
Where: Mohammad Mahoor, University of Denver, with a signed agreement.
Terms: research only, no redistribution.
Citation: Mollahosseini, Hasani and Mahoor, "AffectNet: a database for facial expression, valence,
and arousal computing in the wild", IEEE Transactions on Affective Computing 2019.
Metric: accuracy over 7 or 8 classes (say which); CCC of valence and of arousal.

The two layouts have different validation parts: their figures cannot be compared.

Layout::

    Manually_Annotated_Images/12/HASH.jpg            old: with training.csv and validation.csv
    train_set/images/0.jpg                           2021: with train_set/annotations/0_exp.npy,
    val_set/images/0.jpg                             0_val.npy, 0_aro.npy and 0_lnd.npy
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from facebehavior.databases.codes import Labels, affect, named, number
from facebehavior.databases.pictures import names_in
from facebehavior.databases.points import five_of_68
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import first_row, numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import EXPRESSIONS, Manifest

NAME = "affectnet"
NO_FACE = 10
CLASSES: Mapping[int, str | None] = {
    **dict(enumerate(EXPRESSIONS)),
    7: None,
    8: None,
    9: None,
    NO_FACE: None,
}
"""Codes of the expressions; 7 contempt, 8 none, 9 uncertain and 10 no face have no label."""

PICTURES = "Manually_Annotated_Images"
_LISTS = {"training.csv": "train", "validation.csv": "validation"}
_PARTS = {"train_set": "train", "val_set": "validation"}
_INVALID_AFFECT = -2.0
_CELLS = 9


def read_affectnet(root: Path, report: ReadingReport) -> Manifest:
    """Read either layout; which one is told by its files.

    Args:
        root: the folder that holds the lists, or `train_set` and `val_set`.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: neither layout is there, or both are, or its pictures are not.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "AffectNet")
    lists = {root / name: split for name, split in _LISTS.items() if (root / name).is_file()}
    parts = {root / name: split for name, split in _PARTS.items() if (root / name).is_dir()}
    if lists and parts:
        raise FaceBehaviorError(
            f"{root}: expected one layout, found {next(iter(lists)).name} of the old and "
            f"{next(iter(parts)).name} of March 2021; give a folder that holds one of them"
        )
    if lists:
        folder = root / PICTURES
        if not names_in(folder):
            raise FaceBehaviorError(f"{root}: expected pictures in {PICTURES}, found none")
        return Manifest.from_rows(
            row for file, split in lists.items() for row in _listed(file, split, folder, report)
        )
    if parts:
        return Manifest.from_rows(
            row for folder, split in parts.items() for row in _filed(folder, split, report)
        )
    raise FaceBehaviorError(
        f"{root}: expected training.csv or validation.csv (old layout), or train_set or val_set "
        "(March 2021), found none"
    )


def _listed(file: Path, split: str, folder: Path, report: ReadingReport) -> Iterator[Labels]:
    # The validation list may come without a header.
    header = 1 if first_row(file)[:1] == ["subDirectory_filePath"] else 0
    pictures: dict[str, frozenset[str]] = {}
    seen: set[str] = set()
    for line, cells in numbered_rows(file, report, header=header):
        try:
            if len(cells) != _CELLS:
                raise ValueError(f"expected {_CELLS} cells, found {len(cells)}")
            labels = _labels(cells[6], cells[7], cells[8])
            place = _place(cells)
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        if cells[0] in seen:
            report.problem(file, line, f"{cells[0]} is labelled twice")
            continue
        seen.add(cells[0])
        directory, _, name = cells[0].rpartition("/")
        if directory not in pictures:
            pictures[directory] = names_in(folder / directory)
        if labels is None:
            report.dropped["no face"] += 1
        elif name not in pictures[directory]:
            report.dropped["no picture"] += 1
        else:
            yield {
                "image": str(folder / cells[0]),
                "database": NAME,
                "split": split,
                **place,
                **labels,
            }


def _place(cells: list[str]) -> Labels:
    """Read where the face is; a number that is NULL leaves it open."""
    found: Labels = {}
    if "NULL" not in cells[1:5]:
        found["face_box"] = [number(cell) for cell in cells[1:5]]
    texts = cells[5].split(";")
    if len(texts) == 136:
        points = np.array([number(text) for text in texts]).reshape(68, 2)
        found["landmarks"] = five_of_68(points)
    return found


def _labels(expression: str, valence: str, arousal: str) -> Labels | None:
    """Read the labels; None where there is no face."""
    name = None
    if expression != "NULL":
        name = named(expression, CLASSES)
        if number(expression) == NO_FACE:
            return None
    labels: Labels = {} if name is None else {"expression": name}
    if "NULL" in (valence, arousal):
        return labels
    return labels | affect(valence, arousal, _INVALID_AFFECT)


def _filed(folder: Path, split: str, report: ReadingReport) -> Iterator[Labels]:
    annotations, images = folder / "annotations", folder / "images"
    pictures = {Path(name).stem: name for name in sorted(names_in(images))}
    if not pictures:
        raise FaceBehaviorError(f"{folder}: expected pictures in images, found none")
    suffix = "_exp.npy"
    keys = sorted(n.removesuffix(suffix) for n in names_in(annotations) if n.endswith(suffix))
    beyond = len(pictures.keys() - set(keys))
    if beyond:
        report.warn(images, f"{beyond} pictures have no annotation")
    for key in keys:
        report.rows += 1
        try:
            labels = _labels(
                *(_text(annotations / f"{key}_{n}.npy") for n in ("exp", "val", "aro"))
            )
            points = _points(annotations / f"{key}_lnd.npy")
        except (ValueError, OSError, EOFError) as error:
            report.problem(annotations / f"{key}{suffix}", 1, str(error))
            continue
        if labels is None:
            report.dropped["no face"] += 1
        elif key not in pictures:
            report.dropped["no picture"] += 1
        else:
            yield {
                "image": str(images / pictures[key]),
                "database": NAME,
                "split": split,
                **points,
                **labels,
            }


def _text(file: Path) -> str:
    return str(np.load(file, allow_pickle=False).item())


def _points(file: Path) -> Labels:
    if not file.is_file():
        return {}
    points = np.load(file, allow_pickle=False).astype(np.float64).reshape(-1, 2)
    return {"landmarks": five_of_68(points)}
