"""Manifest: a manifest of this project, such as another program has written.

Labels: whatever columns it has.
Size: any.
Where: nobody needs to be asked.
Terms: those of its pictures.
Citation: none.
Metric: as its columns allow.

Paths of pictures are taken from the file's folder, unless they are absolute.

Layout::

    FILE.parquet                                     or FILE.arrow; columns as Manifest has them
"""

import os
from pathlib import Path

import pyarrow as pa

from facebehavior.databases.reading import ReadingReport
from facebehavior.labels import Manifest


def read_manifest_file(root: Path, report: ReadingReport) -> Manifest:
    """Read a manifest whose `image` are paths, and leave out rows whose picture is not there.

    Args:
        root: the file.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: the file is missing or no manifest.
        BadInput: a picture is not there, in strict reading.
    """
    manifest = Manifest.read(root)
    if pa.types.is_binary(manifest.column("image").type):
        report.rows += len(manifest)
        return manifest
    pictures = [str(root.parent / name) for name in manifest.column("image").to_pylist()]
    present = []
    for number, picture in enumerate(pictures, start=1):
        report.rows += 1
        present.append(os.path.isfile(picture))
        if not present[-1]:
            report.problem(root, number, f"names a picture that is not there: {picture}")
    position = manifest.table.schema.get_field_index("image")
    table = manifest.table.set_column(position, "image", pa.array(pictures, pa.string()))
    return Manifest(table.filter(pa.array(present)))
