"""FER+: ten raters' votes over 8 expressions on the 48-pixel grey faces of FER2013.

Labels: votes for neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, "unknown"
and "not a face". Size: 35,887 pictures (28,709 training, 3,589 validation, 3,589 test).
Where: the votes from the FERPlus project; the pictures from the FER2013 challenge.
Terms: the votes MIT; the rights of the pictures are not cleared: research only.
Citation: Barsoum, Zhang, Canton Ferrer and Zhang, "Training deep networks for
facial expression recognition with crowd-sourced label distribution", ICMI 2016.
Metric: accuracy of the majority expression.

The votes come in two lists, which differ by a few pictures; the first that is there is read: the
`label.csv` files (28,558, 3,579 and 3,573 pictures), or `fer2013new.csv` (28,561, 3,579 and 3,574),
whose rows are those of `fer2013.csv`, in which the pictures stand. Say which list you have used.

Training takes the votes for the seven expressions as they share out once those for contempt are set
aside, also where the majority is contempt, as on 118 pictures of the training part and 16 of the
validation part in `label.csv`.

Layout::

    FER2013Train/label.csv   fer0000000.png ...      (also FER2013Valid, FER2013Test)
    fer2013new.csv   fer2013.csv                     instead of these folders

`label.csv` has no header: picture, quoted crop box, ten counts. `fer2013new.csv` has one: usage,
picture, ten counts.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from facebehavior.databases import fer2013
from facebehavior.databases.codes import Labels
from facebehavior.databases.pictures import names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import first_row, numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import VOTE_EXPRESSIONS, Manifest

NAME = "ferplus"
VOTES = "fer2013new.csv"
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
_NOT_EXPRESSIONS = ("unknown", "not a face")


def read_ferplus(root: Path, report: ReadingReport) -> Manifest:
    """Read the folders of FER+ that are there, or its one list beside FER2013.

    `expression` is the raters' majority (see `majority`), null where there is none or where it is
    contempt; `expression_votes` are the shares of all votes. Rows that the majority calls unknown
    or not a face are dropped.

    Args:
        root: the folder that holds `FER2013Train` and the others, or `fer2013new.csv` and
            `fer2013.csv`.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: none of these is there, a folder lacks its `label.csv`, or the two files
            have not as many rows.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "FER+")
    present = [name for name in SPLITS if (root / name).is_dir()]
    if present:
        return Manifest.from_rows(
            row for name in present for row in _read_split(root / name, SPLITS[name], report)
        )
    if (root / VOTES).is_file():
        return Manifest.from_rows(_read_list(root / VOTES, root / fer2013.FILE, report))
    raise FaceBehaviorError(
        f"{root}: expected at least one of the folders {', '.join(SPLITS)}, or {VOTES} beside "
        f"{fer2013.FILE}, found none; give the folder that holds them"
    )


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


def _read_split(folder: Path, split: str, report: ReadingReport) -> Iterator[Labels]:
    labels = folder / "label.csv"
    if not labels.is_file():
        raise FaceBehaviorError(f"{folder}: expected a file label.csv, found none")
    pictures = names_in(folder)
    for line, cells in numbered_rows(labels, report):
        counts = _counts(cells)
        if counts is None:
            expected = _FIRST_COUNT + len(VOTE_COLUMNS)
            report.problem(labels, line, f"expected {expected} cells ending in ten counts")
        elif not cells[0]:
            report.dropped["no picture named"] += 1
        elif cells[0] not in pictures:
            report.problem(labels, line, f"names a picture that is not there: {cells[0]}")
        elif (winner := majority(counts)) in _NOT_EXPRESSIONS:
            report.dropped[f"majority says {winner}"] += 1
        else:
            yield _row(str(folder / cells[0]), split, counts, winner)


def _read_list(votes: Path, pictures: Path, report: ReadingReport) -> Iterator[Labels]:
    """Join the rows of both files by their lines; FER2013's own labels are left aside."""
    _check_list(votes, pictures)
    voted = _voted(votes, report)
    # What is wrong with a picture is a problem, but its line is no row of labels.
    seen = ReadingReport(strict=report.strict)
    for line, usage, pixels in fer2013.numbered_pictures(pictures, seen):
        if line not in voted:
            continue
        expected, name, counts = voted[line]
        winner = majority(counts)
        if usage != expected:
            reason = f"expected {usage} as in {pictures.name}, found {expected}"
            seen.problem(votes, line, reason)
        elif not name:
            report.dropped["no picture named"] += 1
        elif winner in _NOT_EXPRESSIONS:
            report.dropped[f"majority says {winner}"] += 1
        else:
            try:
                picture = fer2013.png_of(pixels)
            except ValueError as error:
                seen.problem(pictures, line, str(error))
                continue
            yield _row(picture, fer2013.USAGES[usage], counts, winner)
    report.problems += seen.problems


def _check_list(votes: Path, pictures: Path) -> None:
    if not pictures.is_file():
        raise FaceBehaviorError(
            f"{pictures}: expected the pictures that {votes.name} is about, found none; put "
            f"FER2013's {pictures.name} beside it"
        )
    names = [cell.lower() for cell in first_row(votes)]
    if names[:_FIRST_COUNT] != ["usage", "image name"] or len(names) != _FIRST_COUNT + 10:
        raise FaceBehaviorError(
            f"{votes}: expected the header Usage,Image name,neutral,... of 12 names, found "
            f"{','.join(names)!r}"
        )
    rows = [_lines(file) for file in (votes, pictures)]
    if rows[0] != rows[1]:
        raise FaceBehaviorError(
            f"{votes}: expected a row for each picture of {pictures.name}, found {rows[0]} and "
            f"{rows[1]} lines; one of them is cut off or of another release"
        )


def _voted(file: Path, report: ReadingReport) -> Mapping[int, tuple[str, str, list[int]]]:
    """Give the usage, the name of the picture and the counts of each line."""
    found = {}
    for line, cells in numbered_rows(file, report, header=1):
        counts = _counts(cells)
        if counts is None or cells[0] not in fer2013.USAGES:
            expected = ", ".join(fer2013.USAGES)
            report.problem(file, line, f"expected one of {expected}, a picture and ten counts")
        else:
            found[line] = cells[0], cells[1], counts
    return found


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for line in lines if line.strip())


def _counts(cells: list[str]) -> list[int] | None:
    values = cells[_FIRST_COUNT:]
    if len(values) != len(VOTE_COLUMNS) or not all(value.isdecimal() for value in values):
        return None
    counts = [int(value) for value in values]
    return counts if sum(counts) > 0 else None


def _row(picture: str | bytes, split: str, counts: list[int], winner: str | None) -> Labels:
    by_name = dict(zip(VOTE_COLUMNS, counts, strict=True))
    return {
        "image": picture,
        "database": NAME,
        "split": split,
        "expression": None if winner == "contempt" else winner,
        "expression_votes": [by_name[name] / sum(counts) for name in VOTE_EXPRESSIONS],
    }
