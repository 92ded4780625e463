"""RAF-DB, basic part: pictures of the web with one of 7 basic expressions.

Labels: one of 7 expressions.
Size: 15,339 pictures, 12,271 for training and 3,068 for testing.
Where: Weihong Deng and Shan Li, Beijing University of Posts and Telecommunications (whdeng.cn).
Terms: research only, no redistribution.
Citation: Li, Deng and Du, "Reliable crowdsourcing and deep locality-preserving learning for
expression recognition in the wild", CVPR 2017.
Metric: UAR (mean diagonal of the confusion matrix), and accuracy.

The release has no validation part: a tenth of every class of the training part is drawn. Nothing is
known of who is shown.

Options: `pictures`, aligned or original. `validation`, the share of the training part that
validates, drawn by `seed`.

Layout::

    basic/EmoLabel/list_patition_label.txt           rows `train_00001.jpg 3`
    basic/Image/aligned/train_00001_aligned.jpg
    basic/Image/original/train_00001.jpg
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from facebehavior.databases.codes import Labels, named
from facebehavior.databases.pictures import names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.splits import stratified_held_out
from facebehavior.databases.text import numbered_fields
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "raf-db"
CLASSES: Mapping[int, str | None] = {
    1: "surprise",
    2: "fear",
    3: "disgust",
    4: "happiness",
    5: "sadness",
    6: "anger",
    7: "neutral",
}
LIST = Path("EmoLabel") / "list_patition_label.txt"


@dataclass(frozen=True)
class Part:
    """What differs between the two parts of RAF-DB.

    Attributes:
        name: of the database.
        folder: of the part.
        label: column of its label.
        classes: by code.
    """

    name: str
    folder: str
    label: str
    classes: Mapping[int, str | None]


def read_raf_db(
    root: Path,
    report: ReadingReport,
    *,
    pictures: str = "aligned",
    validation: float = 0.1,
    seed: int = 0,
) -> Manifest:
    """Read the basic part.

    Args:
        root: the folder that holds `basic`, or `basic` itself.
        report: takes the counts and problems.
        pictures: `aligned` (tight crops) or `original`.
        validation: share of each class of the training part that validates.
        seed: of the draw.

    Raises:
        FaceBehaviorError: the list or the pictures are missing, or the share is not from 0 to 1.
        BadInput: the first malformed row, in strict reading.
    """
    part = Part(NAME, "basic", "expression", CLASSES)
    return read_part(root, report, part, pictures, validation, seed)


def read_part(
    root: Path, report: ReadingReport, part: Part, pictures: str, validation: float, seed: int
) -> Manifest:
    """Read one part of RAF-DB; see `read_raf_db`."""
    if pictures not in ("aligned", "original"):
        raise FaceBehaviorError(f"expected pictures=aligned or original, found {pictures}")
    folder = _folder(required_folder(root, "RAF-DB"), part.folder)
    images = folder / "Image" / pictures
    present = names_in(images)
    if not present:
        raise FaceBehaviorError(f"{images}: expected pictures, found none; unpack {pictures}.zip")
    rows: list[Labels] = []
    seen: set[str] = set()
    for line, fields in numbered_fields(folder / LIST, report):
        try:
            name, label = _parsed(fields, part.classes)
        except ValueError as error:
            report.problem(folder / LIST, line, str(error))
            continue
        if name in seen:
            report.problem(folder / LIST, line, f"{name} is labelled twice")
            continue
        seen.add(name)
        file = aligned_name(name) if pictures == "aligned" else name
        if file not in present:
            report.dropped["no picture"] += 1
            continue
        split = "train" if name.startswith("train") else "test"
        row = {"image": str(images / file), "database": part.name, "split": split}
        rows.append(row | {part.label: label})
    named_files = {aligned_name(name) if pictures == "aligned" else name for name in seen}
    if beyond := len(present - named_files):
        report.warn(images, f"{beyond} pictures have no label")
    return Manifest.from_rows(_with_validation(rows, part.label, validation, seed))


def aligned_name(name: str) -> str:
    """Give the name of the aligned crop of a picture."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}_aligned{dot}{ending}"


def _folder(root: Path, name: str) -> Path:
    """Find the part's folder: the root itself, below it, or nested in a folder of its own name."""
    for folder in (root, root / name, root / name / name):
        if (folder / LIST).is_file():
            return folder
    raise FaceBehaviorError(
        f"{root}: expected {name}/{LIST}, found none; give the folder of RAF-DB"
    )


def _parsed(fields: list[str], classes: Mapping[int, str | None]) -> tuple[str, str | None]:
    if len(fields) != 2:
        raise ValueError(f"expected a name and a code, found {len(fields)} fields")
    if not fields[0].startswith(("train", "test")):
        raise ValueError(f"expected a name that begins with train or test, found {fields[0]!r}")
    return fields[0], named(fields[1], classes)


def _with_validation(rows: list[Labels], label: str, share: float, seed: int) -> list[Labels]:
    training = [row for row in rows if row["split"] == "train"]
    keys = [str(row["image"]).rpartition("/")[2] for row in training]
    held_out = stratified_held_out(keys, [str(row[label]) for row in training], share, seed)
    for row, key in zip(training, keys, strict=True):
        if key in held_out:
            row["split"] = "validation"
    return rows
