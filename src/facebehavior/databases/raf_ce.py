"""RAF-CE: compound expressions and action units of pictures of the web.

Labels: one of 14 compound expressions (happily fearful and happily sad have none here, as Du et al.
do not know them), and all action units; one that is not named is absent.
Size: 4,549 pictures.
Where: Weihong Deng, Beijing University of Posts and Telecommunications (whdeng.cn).
Terms: research only, no redistribution.
Citation: Li and others, "Compound expression recognition in-the-wild with AU-assisted meta
multi-task learning", IEEE Transactions on Affective Computing 2023.
Metric: UAR, and mean F1 of the action units.

Built on pictures related to those of RAF-AU.

Layout::

    RAFCE_emolabel.txt                               rows `0001.jpg 3`
    RAFCE_AUlabel.txt                                rows `0001.jpg 1+2+25`
    RAFCE_partition.txt                              rows `0001.jpg 0`: train, test, validation
    aligned/0001_aligned.jpg
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from facebehavior.databases.codes import Labels, named
from facebehavior.databases.pictures import names_in
from facebehavior.databases.raf_au import action_units_of, padded
from facebehavior.databases.raf_db import aligned_name
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import numbered_fields
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import COMPOUND_EXPRESSIONS, Manifest

NAME = "raf-ce"
CLASSES: Mapping[int, str | None] = {
    **dict(enumerate(list(COMPOUND_EXPRESSIONS)[:12])),
    12: None,
    13: None,
}
"""The codes 0 to 11 are the compound expressions of Du et al. in their order."""

PARTS: Mapping[int, str | None] = {0: "train", 1: "test", 2: "validation"}


def read_raf_ce(root: Path, report: ReadingReport) -> Manifest:
    """Read the pictures that have an expression.

    Args:
        root: the folder that holds the lists and `aligned`.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: the list of expressions, the partition or the pictures are missing.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "RAF-CE")
    emotions = root / "RAFCE_emolabel.txt"
    partitions = [root / name for name in sorted(names_in(root)) if "partition" in name.lower()]
    for file in (emotions, *(partitions or [root / "RAFCE_partition.txt"])):
        if not file.is_file():
            raise FaceBehaviorError(f"{root}: expected {file.name}, found none")
    images = root / "aligned"
    if not names_in(images):
        raise FaceBehaviorError(f"{root}: expected pictures in aligned, found none")
    parts = dict(_pairs(partitions[0], report, lambda text: named(text, PARTS)))
    units = root / "RAFCE_AUlabel.txt"
    coded = dict(_pairs(units, report, _units)) if units.is_file() else {}
    expressions = dict(_pairs(emotions, report, lambda text: named(text, CLASSES)))
    return Manifest.from_rows(_rows(expressions, parts, coded, images, report))


def _units(text: str) -> Labels:
    return {} if text.lower() == "null" else action_units_of(text)


def _pairs(
    file: Path, report: ReadingReport, parsed: Callable[[str], object]
) -> Iterator[tuple[str, object]]:
    """Go through rows of a name and one value."""
    seen: set[str] = set()
    for line, fields in numbered_fields(file, report):
        try:
            if len(fields) != 2:
                raise ValueError(f"expected a name and a label, found {len(fields)} fields")
            value = parsed(fields[1])
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        name = padded(fields[0])
        if name in seen:
            report.problem(file, line, f"{fields[0]} is labelled twice")
            continue
        seen.add(name)
        yield name, value


def _rows(
    expressions: Mapping[str, object],
    parts: Mapping[str, object],
    coded: Mapping[str, object],
    images: Path,
    report: ReadingReport,
) -> Iterator[Labels]:
    present = names_in(images)
    for name, compound in sorted(expressions.items()):
        labels = coded.get(name, {})
        assert isinstance(labels, dict)
        if aligned_name(name) not in present:
            report.dropped["no picture"] += 1
        elif compound is None and not labels:
            report.dropped["no label"] += 1
        else:
            yield {
                "image": str(images / aligned_name(name)),
                "database": NAME,
                "split": parts.get(name),
                "compound": compound,
                **labels,
            }
    if beyond := len(present - {aligned_name(name) for name in expressions}):
        report.warn(images, f"{beyond} pictures have no label")
