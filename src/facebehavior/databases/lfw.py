"""LFW: people of the news, to tell whether two pictures show the same person.

Labels: identity by the name of the folder.
Size: 13,233 pictures of 5,749 people, 1,680 of whom have two or more.
Where: University of Massachusetts (vis-www.cs.umass.edu/lfw), open to everyone.
Terms: research; the rights of the pictures are those of their agencies.
Citation: Huang, Ramesh, Berg and Learned-Miller, "Labeled faces in the wild: a database for
studying face recognition in unconstrained environments", 2007.
Metric: accuracy of verification, mean and standard error over the 10 folds of `pairs.txt`.

Options: `test`, the share of the people who are kept from training, drawn by `seed`.

Layout::

    lfw/Aaron_Example/Aaron_Example_0001.jpg
    pairs.txt                                        beside lfw, or in it
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from facebehavior.databases.codes import Labels, whole
from facebehavior.databases.pictures import names_in, numbered_pictures
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.splits import drawn_split
from facebehavior.databases.text import numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "lfw"
PAIRS = "pairs.txt"


@dataclass(frozen=True)
class Pair:
    """Two pictures that `pairs.txt` compares.

    Attributes:
        first: path of one picture.
        second: path of the other.
        same: whether they show the same person.
        fold: from 0.
    """

    first: str
    second: str
    same: bool
    fold: int


def read_lfw(root: Path, report: ReadingReport, *, test: float = 0.2, seed: int = 0) -> Manifest:
    """Read the folders of all people.

    Args:
        root: the folder that holds `lfw`, or the folder of people.
        report: takes the counts and problems.
        test: share of the people whose pictures have the split `test`; the rest has `train`.
        seed: of the draw.

    Raises:
        FaceBehaviorError: there is no folder of a person.
    """
    required_folder(root, "LFW")
    folder = _people(root)
    rows = _rows(folder, {"test": test, "train": 1.0 - test}, seed, report)
    manifest = Manifest.from_rows(rows)
    if not len(manifest):
        raise FaceBehaviorError(
            f"{root}: expected lfw/NAME/NAME_0001.jpg, found none; give the folder that holds lfw"
        )
    return manifest


def read_pairs(root: Path, report: ReadingReport) -> list[Pair]:
    """Read the pairs of the protocol View 2.

    Rows are told apart by the number of their fields: three name one person, four name two.

    Args:
        root: as for `read_lfw`.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: there is no `pairs.txt`.
    """
    folder = _people(root)
    file = next((p for p in (root / PAIRS, folder / PAIRS) if p.is_file()), None)
    if file is None:
        raise FaceBehaviorError(f"{root}: expected {PAIRS}, found none")
    pairs: list[Pair] = []
    sets, per_set = 0, 0
    for line, cells in numbered_rows(file, report, delimiter="\t"):
        try:
            if line == 1:
                sets, per_set = whole(cells[0]), 2 * whole(cells[1])
                continue
            if len(cells) not in (3, 4):
                raise ValueError(f"expected 3 or 4 fields, found {len(cells)}")
            names = (cells[0], cells[0]) if len(cells) == 3 else (cells[0], cells[2])
            numbers = whole(cells[1]), whole(cells[-1])
        except (ValueError, IndexError) as error:
            report.problem(file, line, str(error))
            continue
        first, second = (
            str(folder / name / f"{name}_{number:04d}.jpg")
            for name, number in zip(names, numbers, strict=True)
        )
        fold = min(len(pairs) // max(per_set, 1), max(sets - 1, 0))
        pairs.append(Pair(first, second, len(cells) == 3, fold))
    return pairs


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
