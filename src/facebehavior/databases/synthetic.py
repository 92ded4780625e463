"""Synthetic heads: a database that `facebehavior synthesize` has made.

Labels: what its configuration reveals of expression, 17 action units with intensities, valence and
arousal, compound expression, identity, attributes, gender, age band, skin tone and pose. Every
label is exact, but for the annotator's error that valence and arousal have by design; the five
points of each face are given. Nobody is shown.

Layout::

    manifest.parquet   truth.parquet   table.json   images/SPLIT/000000.jpg ...
"""

from pathlib import Path

from facebehavior.databases.manifest_file import read_manifest_file
from facebehavior.databases.reading import ReadingReport
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

MANIFEST = "manifest.parquet"


def read_synthetic(root: Path, report: ReadingReport) -> Manifest:
    """Read what a synthetic database reveals.

    Args:
        root: the database's own folder, or a Parquet file in it, such as `truth.parquet`.
        report: takes the counts and problems: a row whose picture is not there is left out.

    Raises:
        FaceBehaviorError: the folder is no synthetic database, or holds several.
        BadInput: a picture is not there, in strict reading.
    """
    path = root if root.suffix == ".parquet" else root / MANIFEST
    if not path.is_file():
        raise FaceBehaviorError(_explained(root))
    return read_manifest_file(path, report)


def _explained(root: Path) -> str:
    inside = sorted(found.parent.name for found in root.glob(f"*/{MANIFEST}"))
    if inside:
        return (
            f"{root}: holds the databases {', '.join(inside)}; name one, as in {root / inside[0]}"
        )
    return (
        f"{root}: expected a finished synthetic database with {MANIFEST}, found none; "
        "make one with: facebehavior synthesize"
    )
