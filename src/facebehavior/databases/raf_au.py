"""RAF-AU: action units, with their side, on blended expressions of pictures of the web.

Labels: all action units; one that is not named is absent. Sides are not kept: active on either side
is active.
Size: 4,601 pictures, of which 253 were not coded.
Where: Weihong Deng, Beijing University of Posts and Telecommunications (whdeng.cn).
Terms: research only, no redistribution.
Citation: Yan, Li, Que, Pei and Deng, "RAF-AU database: in-the-wild facial expressions with
subjective emotion judgement and objective AU annotations", ACCV 2020.
Metric: mean F1 of the action units.

Some pictures are nearly those of the test part of RAF-DB: leave those out before a test across the
two.

Options: `test`, the share of the pictures that tests, drawn by `seed`; the release has no parts.

Layout::

    RAFAU_label.txt                                  rows `1.jpg 1+2+R12+25`, or `null`
    aligned/0001_aligned.jpg                         four digits
"""

import re
from collections.abc import Iterator
from pathlib import Path

from facebehavior.databases.codes import Labels, column
from facebehavior.databases.pictures import names_in
from facebehavior.databases.raf_db import aligned_name
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.splits import drawn_split, shares_of
from facebehavior.databases.text import numbered_fields
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNITS, Manifest

NAME = "raf-au"
_TOKEN = re.compile(r"[LRBT]?(\d+)[LRBT]?$")
_DIGITS = 4


def read_raf_au(root: Path, report: ReadingReport, *, test: float = 0.2, seed: int = 0) -> Manifest:
    """Read the coded pictures.

    Args:
        root: the folder that holds `RAFAU_label.txt` and `aligned`.
        report: takes the counts and problems.
        test: share of the pictures that tests.
        seed: of the draw.

    Raises:
        FaceBehaviorError: the list or the pictures are missing, or the share is not from 0 to 1.
        BadInput: the first malformed row, in strict reading.
    """
    shares = shares_of(test=test)
    required_folder(root, "RAF-AU")
    file, images = root / "RAFAU_label.txt", root / "aligned"
    if not file.is_file():
        raise FaceBehaviorError(f"{root}: expected RAFAU_label.txt, found none")
    if not names_in(images):
        raise FaceBehaviorError(f"{root}: expected pictures in aligned, found none")
    return Manifest.from_rows(_rows(file, images, shares, seed, report))


def action_units_of(text: str) -> Labels:
    """Give all 17 action units of a text such as `1+2+R12+25`.

    Raises:
        ValueError: a part of it names no action unit.
    """
    active = set()
    for token in text.split("+"):
        found = _TOKEN.match(token.strip().upper())
        if found is None:
            raise ValueError(f"expected action units such as 1+R12, found {text!r}")
        active.add(int(found[1]))
    return {column(unit): unit in active for unit in ACTION_UNITS}


def padded(name: str) -> str:
    """Give a picture's name with its number in four digits."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem.zfill(_DIGITS)}{dot}{ending}"


def _rows(
    file: Path, images: Path, shares: dict[str, float], seed: int, report: ReadingReport
) -> Iterator[Labels]:
    present = names_in(images)
    seen: set[str] = set()
    for line, fields in numbered_fields(file, report):
        try:
            if len(fields) != 2:
                raise ValueError(f"expected a name and action units, found {len(fields)} fields")
            labels = {} if fields[1].lower() == "null" else action_units_of(fields[1])
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        name = aligned_name(padded(fields[0]))
        if name in seen:
            report.problem(file, line, f"{fields[0]} is labelled twice")
            continue
        seen.add(name)
        if not labels:
            report.dropped["not coded"] += 1
        elif name not in present:
            report.dropped["no picture"] += 1
        else:
            yield {
                "image": str(images / name),
                "database": NAME,
                "split": drawn_split(name, shares, seed),
                **labels,
            }
    if beyond := len(present - seen):
        report.warn(images, f"{beyond} pictures have no label")
