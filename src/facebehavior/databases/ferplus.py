"""FER+: ten raters' votes over 8 expressions on the 48-pixel grey faces of FER2013.

Labels: votes for neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, "unknown"
and "not a face". Size: 35,887 pictures (28,709 training, 3,589 validation, 3,589 test).
Where: the votes from the FERPlus project; the pictures from the FER2013 challenge.
Terms: the votes MIT; the rights of the pictures are not cleared: research only.
Citation: Barsoum, Zhang, Canton Ferrer and Zhang, "Training deep networks for
facial expression recognition with crowd-sourced label distribution", ICMI 2016.
Metric: accuracy of the majority expression.

Layout::

    FER2013Train/label.csv   fer0000000.png ...      (also FER2013Valid, FER2013Test)

`label.csv` has no header: picture, quoted crop box, ten counts.
"""

from pathlib import Path

from facebehavior.databases.pictures import names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import VOTE_EXPRESSIONS, Manifest

NAME = "ferplus"
SPLITS = {"FER2013Train": "train", "FER2013Valid": "validation", "FER2013Test": "test"}

VOTE_COLUMNS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "not a face",
)
"""The ten counts of a row, in the order of the file."""

_FIRST_COUNT = 2


def read_ferplus(root: Path, report: ReadingReport) -> Manifest:
    """Read the folders of FER+ that are there.

    `expression` is the raters' majority (see `majority`), null where there is none or where it is
    contempt; `expression_votes` are the shares of all votes. Rows that the majority calls unknown
    or not a face are dropped.

    Args:
        root: the folder that holds `FER2013Train` and the others.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: none of the folders is there, or one lacks its `label.csv`.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "FER+")
    present = [name for name in SPLITS if (root / name).is_dir()]
    if not present:
        raise FaceBehaviorError(
            f"{root}: expected at least one of the folders {', '.join(SPLITS)}, found none; "
            "give the folder that holds them"
        )
    rows = [row for name in present for row in _read_split(root / name, SPLITS[name], report)]
    return Manifest.from_rows(rows)


def majority(counts: list[int]) -> str | None:
    """Give the name that the raters agree on, by the rule of the FER+ authors.

    Counts of 0 or 1 are set to zero; the winner needs more than half of what remains.

    Args:
        counts: the ten counts in the order of `VOTE_COLUMNS`.

    Returns:
        One of `VOTE_COLUMNS`, or None without a winner.
    """
    kept = [count if count > 1 else 0 for count in counts]
    best = max(range(len(kept)), key=kept.__getitem__)
    return VOTE_COLUMNS[best] if kept[best] > sum(kept) / 2 else None


def _read_split(folder: Path, split: str, report: ReadingReport) -> list[dict[str, object]]:
    labels = folder / "label.csv"
    if not labels.is_file():
        raise FaceBehaviorError(f"{folder}: expected a file label.csv, found none")
    pictures = names_in(folder)
    rows: list[dict[str, object]] = []
    for line, cells in numbered_rows(labels, report):
        counts = _counts(cells)
        if counts is None:
            expected = _FIRST_COUNT + len(VOTE_COLUMNS)
            report.problem(labels, line, f"expected {expected} cells ending in ten counts")
        elif not cells[0]:
            report.dropped["no picture named"] += 1
        elif cells[0] not in pictures:
            report.problem(labels, line, f"names a picture that is not there: {cells[0]}")
        elif (winner := majority(counts)) in ("unknown", "not a face"):
            report.dropped[f"majority says {winner}"] += 1
        else:
            rows.append(_row(folder / cells[0], split, counts, winner))
    return rows


def _counts(cells: list[str]) -> list[int] | None:
    values = cells[_FIRST_COUNT:]
    if len(values) != len(VOTE_COLUMNS) or not all(value.isdecimal() for value in values):
        return None
    counts = [int(value) for value in values]
    return counts if sum(counts) > 0 else None


def _row(picture: Path, split: str, counts: list[int], winner: str | None) -> dict[str, object]:
    by_name = dict(zip(VOTE_COLUMNS, counts, strict=True))
    return {
        "image": str(picture),
        "database": NAME,
        "split": split,
        "expression": None if winner == "contempt" else winner,
        "expression_votes": [by_name[name] / sum(counts) for name in VOTE_EXPRESSIONS],
    }
