"""RAF-DB, compound part: pictures of the web with one of 11 compound expressions.

Labels: one of 11 compound expressions; no basic one.
Size: 3,954 pictures, 3,162 for training and 792 for testing (unverified).
Where: Weihong Deng and Shan Li, Beijing University of Posts and Telecommunications (whdeng.cn).
Terms: research only, no redistribution.
Citation: Li and Deng, "Reliable crowdsourcing and deep locality-preserving learning for
unconstrained facial expression recognition", IEEE Transactions on Image Processing 2019.
Metric: UAR (mean diagonal of the confusion matrix).

Options: as those of raf-db.

Layout::

    compound/EmoLabel/list_patition_label.txt        rows `train_0001.jpg 3`
    compound/Image/aligned/train_0001_aligned.jpg
"""

from collections.abc import Mapping
from pathlib import Path

from facebehavior.compound import find_compound_set
from facebehavior.databases.raf_db import Part, read_part
from facebehavior.databases.reading import ReadingReport
from facebehavior.labels import Manifest

NAME = "raf-db-compound"
CLASSES: Mapping[int, str | None] = dict(enumerate(find_compound_set("raf-db"), start=1))
"""The codes 1 to 11, in the order of the release."""


def read_raf_db_compound(
    root: Path,
    report: ReadingReport,
    *,
    pictures: str = "aligned",
    validation: float = 0.1,
    seed: int = 0,
) -> Manifest:
    """Read the compound part; arguments and errors are those of `read_raf_db`."""
    part = Part(NAME, "compound", "compound", CLASSES)
    return read_part(root, report, part, pictures, validation, seed)
