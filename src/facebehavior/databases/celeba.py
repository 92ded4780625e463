"""CelebA: celebrities with 40 attributes and their identity.

Labels: 40 binary attributes and identity on every picture.
Size: 202,599 pictures of 10,177 people.
Where: Multimedia Laboratory, Chinese University of Hong Kong (mmlab.ie.cuhk.edu.hk).
Terms: research only, no redistribution.
Citation: Liu, Luo, Wang and Tang, "Deep learning face attributes in the wild", ICCV 2015.
Metric: mean accuracy over the 40 attributes; accuracy of identification.

The official parts have no person in common: good for attributes, of no use for telling known people
apart. -1 means that an attribute is absent, not that it is unknown.

Options: `split`, official; or pictures, which splits the pictures of every person of the training
part anew (a tenth validates, a tenth tests, drawn by `seed`), as closed-set identification needs.

Layout::

    Img/img_align_celeba/000001.jpg
    Anno/list_attr_celeba.txt   Anno/identity_CelebA.txt   Eval/list_eval_partition.txt
    Anno/list_landmarks_align_celeba.txt             (if it is there)
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from facebehavior.databases.codes import Labels, named, number, whole
from facebehavior.databases.pictures import names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.splits import drawn_split
from facebehavior.databases.text import numbered_fields
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ATTRIBUTES, Manifest

NAME = "celeba"
PARTS: Mapping[int, str | None] = {0: "train", 1: "validation", 2: "test"}
IMAGES = Path("Img") / "img_align_celeba"
ATTRIBUTE_LIST = Path("Anno") / "list_attr_celeba.txt"
IDENTITY_LIST = Path("Anno") / "identity_CelebA.txt"
PARTITION = Path("Eval") / "list_eval_partition.txt"
LANDMARK_LIST = Path("Anno") / "list_landmarks_align_celeba.txt"
_OF_EVERY_PERSON = {"validation": 0.1, "test": 0.1, "train": 0.8}


def read_celeba(
    root: Path, report: ReadingReport, *, split: str = "official", seed: int = 0
) -> Manifest:
    """Read attributes, identities and parts of all pictures.

    Args:
        root: the folder that holds `Img`, `Anno` and `Eval`.
        report: takes the counts and problems.
        split: `official` or `pictures`.
        seed: of the split by pictures.

    Raises:
        FaceBehaviorError: a list or the pictures are missing, the attributes are others, or an
            option is not possible.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "CelebA")
    if split not in ("official", "pictures"):
        raise FaceBehaviorError(f"expected split=official or pictures, found {split}")
    for name in (ATTRIBUTE_LIST, IDENTITY_LIST, PARTITION):
        if not (root / name).is_file():
            raise FaceBehaviorError(f"{root}: expected {name}, found none")
    if not names_in(root / IMAGES):
        raise FaceBehaviorError(f"{root}: expected pictures in {IMAGES}, found none")
    _check_names(root / ATTRIBUTE_LIST)
    people = {
        name: str(whole(cells[0])) for name, cells in _named_rows(root / IDENTITY_LIST, 1, report)
    }
    parts = {
        name: named(cells[0], PARTS) for name, cells in _named_rows(root / PARTITION, 1, report)
    }
    points = {}
    if (root / LANDMARK_LIST).is_file():
        rows = _named_rows(root / LANDMARK_LIST, 10, report, header=2)
        points = {name: [number(cell) for cell in cells] for name, cells in rows}
    return Manifest.from_rows(_rows(root, people, parts, points, split, seed, report))


def _rows(
    root: Path,
    people: Mapping[str, str],
    parts: Mapping[str, str | None],
    points: Mapping[str, list[float]],
    split: str,
    seed: int,
    report: ReadingReport,
) -> Iterator[Labels]:
    present = names_in(root / IMAGES)
    seen: set[str] = set()
    without = 0
    for name, cells in _named_rows(root / ATTRIBUTE_LIST, len(ATTRIBUTES), report, header=2):
        seen.add(name)
        person, part = people.get(name), parts.get(name)
        if name not in present:
            report.dropped["no picture"] += 1
            continue
        without += person is None or part is None
        if split == "pictures":
            part = drawn_split(name, _OF_EVERY_PERSON, seed) if part == "train" else None
        row: Labels = {
            "image": str(root / IMAGES / name),
            "database": NAME,
            "split": part,
            "subject": person,
            "identity": person,
        }
        if name in points:
            row["landmarks"] = points[name]
        yield row | {
            f"attr_{attribute}": whole(cell) == 1
            for attribute, cell in zip(ATTRIBUTES, cells, strict=True)
        }
    if without:
        report.warn(root / IDENTITY_LIST, f"{without} pictures have no identity or no part")
    if beyond := len(present - seen):
        report.warn(root / IMAGES, f"{beyond} pictures have no label")


def _named_rows(
    file: Path, width: int, report: ReadingReport, header: int = 0
) -> Iterator[tuple[str, list[str]]]:
    """Go through rows of a name and some numbers; those that are not so are problems."""
    attributes = file.name == ATTRIBUTE_LIST.name
    seen: set[str] = set()
    for line, fields in numbered_fields(file, report, header=header):
        cells = fields[1:]
        try:
            if len(cells) != width:
                raise ValueError(f"expected a name and {width} numbers, found {len(cells)}")
            values = [whole(cell) for cell in cells]
            if attributes and not set(values) <= {-1, 1}:
                raise ValueError(f"expected -1 or 1 for every attribute, found {values}")
            if file.name == PARTITION.name and values[0] not in PARTS:
                raise ValueError(f"expected a part from 0 to 2, found {cells[0]}")
            if fields[0] in seen:
                raise ValueError(f"{fields[0]} stands there twice")
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        seen.add(fields[0])
        yield fields[0], cells


def _check_names(file: Path) -> None:
    """Check that the second line names the 40 attributes in their order.

    Raises:
        FaceBehaviorError: it does not.
    """
    with file.open(encoding="utf-8", errors="replace") as lines:
        next(lines, "")
        names = next(lines, "").lower().split()
    if tuple(names) != ATTRIBUTES:
        raise FaceBehaviorError(
            f"{file}: expected the 40 attributes from {ATTRIBUTES[0]} to {ATTRIBUTES[-1]} in the "
            f"second line, found {len(names)} other names"
        )
