"""ExpW: faces of pictures of the web with one of 7 basic expressions.

Labels: one of 7 expressions a face; several faces a picture.
Size: 91,793 faces.
Where: Zhang, Luo, Loy and Tang, Chinese University of Hong Kong (mmlab.ie.cuhk.edu.hk).
Terms: research only, no redistribution.
Citation: Zhang, Luo, Loy and Tang, "From facial expression recognition to interpersonal relation
prediction", IJCV 2018.
Metric: accuracy.

Options: `confidence`, the least of the release's detector. `test` and `validation`, shares of the
pictures, drawn by `seed`; the release has no parts.

Layout::

    data/label/label.lst                             name, face, top, left, right, bottom,
    data/image/origin/NAME                           confidence, label
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from facebehavior.databases.codes import Labels, named, number, whole
from facebehavior.databases.pictures import names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.splits import drawn_split, shares_of
from facebehavior.databases.text import numbered_fields
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "expw"
CLASSES: Mapping[int, str | None] = {
    0: "anger",
    1: "disgust",
    2: "fear",
    3: "happiness",
    4: "sadness",
    5: "surprise",
    6: "neutral",
}


def read_expw(
    root: Path,
    report: ReadingReport,
    *,
    confidence: float = 0.0,
    validation: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
) -> Manifest:
    """Read all faces; those of one picture are never parted.

    Args:
        root: the folder that holds `data`, or that folder.
        report: takes the counts and problems.
        confidence: faces of which the release's detector was less sure are left out.
        validation: share of the pictures that validates.
        test: share of the pictures that tests.
        seed: of the draw.

    Raises:
        FaceBehaviorError: the list or the pictures are missing, or the shares are not from 0 to 1
            and at most 1 in sum.
        BadInput: the first malformed row, in strict reading.
    """
    shares = shares_of(validation=validation, test=test)
    required_folder(root, "ExpW")
    folder = root / "data" if (root / "data").is_dir() else root
    file, images = folder / "label" / "label.lst", folder / "image" / "origin"
    if not file.is_file():
        raise FaceBehaviorError(f"{root}: expected data/label/label.lst, found none")
    if not names_in(images):
        raise FaceBehaviorError(f"{root}: expected pictures in data/image/origin, found none")
    return Manifest.from_rows(_rows(file, images, confidence, shares, seed, report))


def _rows(
    file: Path,
    images: Path,
    confidence: float,
    shares: Mapping[str, float],
    seed: int,
    report: ReadingReport,
) -> Iterator[Labels]:
    present = names_in(images)
    seen: set[tuple[str, int]] = set()
    for line, fields in numbered_fields(file, report):
        try:
            if len(fields) != 8:
                raise ValueError(f"expected 8 fields, found {len(fields)}")
            key = fields[0], whole(fields[1])
            top, left, right, bottom, sure = (number(field) for field in fields[2:7])
            label = named(fields[7], CLASSES)
            if right <= left or bottom <= top:
                raise ValueError("expected top < bottom and left < right in a box")
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        if key in seen:
            report.problem(file, line, f"face {key[1]} of {key[0]} is labelled twice")
            continue
        seen.add(key)
        if fields[0] not in present:
            report.dropped["no picture"] += 1
        elif sure < confidence:
            report.dropped["less confident"] += 1
        else:
            yield {
                "image": str(images / fields[0]),
                "database": NAME,
                "split": drawn_split(fields[0], shares, seed),
                "subject": fields[0],
                "expression": label,
                "face_box": [left, top, right - left, bottom - top],
            }
    if beyond := len(present - {name for name, _ in seen}):
        report.warn(images, f"{beyond} pictures have no label")
