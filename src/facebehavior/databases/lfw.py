"""LFW: people of the news, to tell whether two pictures show the same person.

Labels: identity by the name of the folder.
Size: 13,233 pictures of 5,749 people, 1,680 of whom have two or more.
Where: University of Massachusetts (vis-www.cs.umass.edu/lfw), open to everyone.
Terms: research; the rights of the pictures are those of their agencies.
Citation: Huang, Ramesh, Berg and Learned-Miller, "Labeled faces in the wild: a database for
studying face recognition in unconstrained environments", 2007.
Metric: accuracy of verification, mean and standard error over the 10 folds of `pairs.txt`.

The pairs of `pairs.txt` are kept beside the shards, for the protocol lfw-view2.

Options: `test`, the share of the people who are kept from training, drawn by `seed`.

Layout::

    lfw/Aaron_Example/Aaron_Example_0001.jpg
    pairs.txt                                        beside lfw, or in it
"""

from collections.abc import Iterator
from pathlib import Path

from facebehavior.databases.codes import Labels, whole
from facebehavior.databases.pairs import Pair
from facebehavior.databases.pictures import names_in, numbered_pictures
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.splits import drawn_split, shares_of
from facebehavior.databases.text import numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "lfw"
PAIRS = "pairs.txt"


def read_lfw(root: Path, report: ReadingReport, *, test: float = 0.2, seed: int = 0) -> Manifest:
    """Read the folders of all people.

    Args:
        root: the folder that holds `lfw`, or the folder of people.
        report: takes the counts and problems.
        test: share of the people whose pictures have the split `test`; the rest has `train`.
        seed: of the draw.

    Raises:
        FaceBehaviorError: there is no folder of a person, or the share is not from 0 to 1.
    """
    shares = shares_of(test=test)
    required_folder(root, "LFW")
    folder = _people(root)
    rows = _rows(folder, shares, seed, report)
    manifest = Manifest.from_rows(rows)
    if not len(manifest):
        raise FaceBehaviorError(
            f"{root}: expected lfw/NAME/NAME_0001.jpg, found none; give the folder that holds lfw"
        )
    return manifest


def read_pairs(root: Path, report: ReadingReport) -> list[Pair]:
    """Read the pairs of the protocol View 2; none where there is no `pairs.txt`.

    Rows are told apart by the number of their fields: three name one person, four name two. The
    place of a row in the file decides on its fold, whatever is wrong with the rows before it. A
    pair whose picture is not there is kept, and warned of.

    Args:
        root: as for `read_lfw`.
        report: takes the problems and warnings; its counts of rows are those of pictures, and stay.

    Raises:
        BadInput: the first malformed row, in strict reading.
    """
    folder = _people(root)
    file = next((p for p in (root / PAIRS, folder / PAIRS) if p.is_file()), None)
    if file is None:
        report.warn(root, f"no {PAIRS}: models cannot be judged by the protocol lfw-view2")
        return []
    counting = ReadingReport(strict=report.strict)
    lines = numbered_rows(file, counting, delimiter="\t")
    folds, per_fold = _sizes(next(lines, (1, []))[1], file)
    paths = _Paths(folder)
    pairs = []
    for line, cells in lines:
        # Rows that are no text are counted too; the first row is no pair.
        place = counting.rows - 2
        try:
            fold = min(place // per_fold, folds - 1)
            pairs.append(_pair(cells, fold, paths))
        except ValueError as error:
            counting.problem(file, line, str(error))
    report.problems += counting.problems
    if counting.rows - 1 != folds * per_fold:
        report.mismatch(
            file,
            f"its first line announces {folds} folds of {per_fold} pairs, found "
            f"{counting.rows - 1} rows; is it cut off?",
        )
    if paths.missing:
        report.warn(
            file,
            f"{paths.missing} of {2 * len(pairs)} pictures of its pairs are not there; those pairs "
            "are left out of lfw-view2",
        )
    return pairs


class _Paths:
    """Paths of pictures by person and number; `missing` counts those that are not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, dict[int, str]] = {}
        self.missing = 0

    def of(self, person: str, number: int) -> str:
        """Give the path of a picture, or what it would be."""
        if person not in self._known:
            self._known[person] = numbered_pictures(self._folder / person)
        name = self._known[person].get(number)
        self.missing += name is None
        return str(self._folder / person / (name or f"{person}_{number:04d}.jpg"))


def _sizes(cells: list[str], file: Path) -> tuple[int, int]:
    """Give the number of folds and of the pairs of each, matched and mismatched."""
    try:
        folds, per_kind = (whole(cell) for cell in cells)
        if folds < 1 or per_kind < 1:
            raise ValueError
    except ValueError as error:
        raise FaceBehaviorError(
            f"{file}:1: expected the numbers of folds and pairs, such as 10 and 300, found "
            f"{' '.join(cells)!r}"
        ) from error
    return folds, 2 * per_kind


def _pair(cells: list[str], fold: int, paths: _Paths) -> Pair:
    if len(cells) not in (3, 4):
        raise ValueError(f"expected 3 or 4 fields, found {len(cells)}")
    same = len(cells) == 3
    first, second = cells[0], cells[0] if same else cells[2]
    numbers = whole(cells[1]), whole(cells[-1])
    return Pair(paths.of(first, numbers[0]), paths.of(second, numbers[1]), same, fold)


def _people(root: Path) -> Path:
    return root / "lfw" if (root / "lfw").is_dir() else root


def _rows(
    folder: Path, shares: dict[str, float], seed: int, report: ReadingReport
) -> Iterator[Labels]:
    for person in sorted(names_in(folder)):
        for _, name in sorted(numbered_pictures(folder / person).items()):
            report.rows += 1
            if not name.startswith(f"{person}_"):
                report.problem(
                    folder / person / name, 1, f"expected a name such as {person}_0001.jpg"
                )
                continue
            yield {
                "image": str(folder / person / name),
                "database": NAME,
                "split": drawn_split(person, shares, seed),
                "subject": person,
                "identity": person,
            }
