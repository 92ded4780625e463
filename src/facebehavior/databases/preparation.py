"""Preparing a database: every face is detected, aligned and cut out once, into shards.

Two passes, since the median of all found faces stands in where none is found. Both go through the
rows in parts that are kept as they are finished, so that a run that was killed goes on; only the
table of labels and 50 bytes a row stay in memory.
"""

import csv
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tqdm import tqdm

from facebehavior.databases.cutting import crops_of, with_crops
from facebehavior.databases.finding import (
    DETECTED,
    GIVEN,
    UNREADABLE,
    Found,
    find_faces,
    undetected,
)
from facebehavior.databases.landmarks import median_points
from facebehavior.databases.pairs import Pair, keep_pairs
from facebehavior.databases.shards import write_shard
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.files import writing
from facebehavior.labels import MANIFEST_COLUMNS, Manifest

REPORT = "preparation.json"
UNDETECTED = "undetected.csv"
UNFINISHED = ".preparation"
"""Folder of what a run has found so far; it is removed at the end."""
BYTES_PER_SHARD = 512 * 2**20
ROWS_PER_SHARD = 65536


@dataclass(frozen=True)
class PreparationReport:
    """What became of a manifest's rows.

    Attributes:
        rows: rows of the manifest.
        written: rows in the shards.
        alignment: how many were cut out by detected, given or fallback points.
        problems: rows whose picture cannot be read or whose landmarks are none.
    """

    rows: int
    written: int
    alignment: dict[str, int]
    problems: list[BadInput]


def prepare(
    manifest: Manifest,
    output: str | Path,
    parameters: CropParameters,
    *,
    pairs: Sequence[Pair] = (),
    detector: str = "landmarker",
    follow: bool = False,
    workers: int = 1,
    strict: bool = False,
) -> PreparationReport:
    """Cut every face of a manifest out and write the crops with their labels as shards.

    A row's own `landmarks` are used where it has them; otherwise the face that overlaps its
    `face_box` or, without one, the largest face found in the picture. Where none is found, its box
    or the median position of the faces found in this manifest, as shares of the picture's size,
    stands in. The shard's column `alignment` says which: `given`, `detected` or `fallback`.

    Args:
        manifest: rows whose `image` is the path of a picture, of a video whose frame is meant, or
            an encoded picture.
        output: folder for the shards; an unfinished preparation of the same rows goes on there.
        parameters: size and colour of the crops.
        pairs: of pictures that the release compares, kept beside the shards.
        detector: name of the detector, see `faces.detectors.DETECTORS`.
        follow: in frames that stand together, take the face that overlaps the last frame's.
        workers: number of processes; the shards are the same whatever it is.
        strict: refuse the database, before any shard is written, if a picture cannot be read.

    Raises:
        FaceBehaviorError: the number of workers is below 1, the manifest is empty, the folder
            holds a finished or another preparation or cannot be written to, or not one picture
            can be read.
        BadInput: a picture cannot be read, in strict preparation.
    """
    output = Path(output)
    if workers < 1:
        raise FaceBehaviorError(f"expected 1 worker or more, found {workers}")
    _check(manifest, output)
    unfinished = output / UNFINISHED
    _begin(unfinished, _fingerprint(manifest, parameters, detector, follow))
    found = find_faces(
        manifest, unfinished, detector=detector, follow=follow, workers=workers, strict=strict
    )
    readable = found.origin != UNREADABLE
    if not readable.any():
        shutil.rmtree(unfinished)
        raise FaceBehaviorError(f"not one picture can be read; the first: {found.problems[0]}")
    points, alignment = _points(found)
    kept = Manifest(_with_source(manifest.table, found, points, alignment).filter(readable))
    _write_shards(kept, points[readable], output, parameters, workers)
    counts = dict(Counter(alignment[readable].tolist()))
    report = PreparationReport(len(manifest), len(kept), counts, list(found.problems))
    _write_undetected(output / UNDETECTED, manifest, found)
    if pairs:
        keep_pairs(output, pairs)
    _write_report(report, output, parameters)
    shutil.rmtree(unfinished)
    return report


def is_prepared(folder: Path) -> bool:
    """Tell whether a folder holds a finished preparation; its report is written last."""
    return (folder / REPORT).is_file()


def rows_per_shard(parameters: CropParameters) -> int:
    """Give how many crops surely fit into a shard of `BYTES_PER_SHARD`."""
    # A PNG of noise is a little larger than its pixels.
    largest = parameters.size**2 * parameters.channels * 1.01 + 4096
    return max(1, min(ROWS_PER_SHARD, int(BYTES_PER_SHARD / largest)))


def _check(manifest: Manifest, output: Path) -> None:
    if not len(manifest):
        raise FaceBehaviorError("the manifest is empty: there is nothing to prepare")
    if is_prepared(output):
        raise FaceBehaviorError(f"{output}: holds shards already; give an empty folder")


def _fingerprint(
    manifest: Manifest, parameters: CropParameters, detector: str, follow: bool
) -> str:
    """Give the SHA-256 (hex) of everything that decides what the shards will hold."""
    settings = [parameters.to_dict(), detector, follow, len(manifest)]
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for batch in manifest.table.to_batches(max_chunksize=65536):
        digest.update(batch.serialize())
    return digest.hexdigest()


def _begin(unfinished: Path, fingerprint: str) -> None:
    """Note what is being prepared, or see that an unfinished preparation is of the same."""
    path = unfinished / "fingerprint"
    if path.is_file() and path.read_text() != fingerprint:
        raise FaceBehaviorError(
            f"{unfinished.parent}: holds the unfinished preparation of other rows or with other "
            "options; give an empty folder"
        )
    for left in (*unfinished.parent.glob(".unfinished-*"), *unfinished.glob(".unfinished-*")):
        left.unlink()
    if not path.is_file():
        for shard in unfinished.parent.glob("shard-*.arrow"):
            shard.unlink()
        with writing(path) as new:
            new.write_text(fingerprint)


def _points(found: Found) -> tuple[NDArray[np.float32], NDArray[np.object_]]:
    """Give the points of every row (N, 5, 2), and where they come from (N,)."""
    detected = found.origin == DETECTED
    fallback = median_points(found.points[detected], found.sizes[detected])
    missing = np.isnan(found.points).any(axis=(1, 2))
    points = found.points.copy()
    points[missing] = fallback * found.sizes[missing, np.newaxis]
    alignment = np.full(len(points), "fallback", dtype=object)
    alignment[detected] = "detected"
    alignment[found.origin == GIVEN] = "given"
    return points, alignment


def _with_source(
    table: pa.Table,
    found: Found,
    points: NDArray[np.float32],
    alignment: NDArray[np.object_],
) -> pa.Table:
    """Add the points that were given or detected, and where they come from."""
    known = (found.origin == GIVEN) | (found.origin == DETECTED)
    flat = pa.array(points.reshape(-1), pa.float32())
    landmarks = pa.FixedSizeListArray.from_arrays(flat, 10, mask=pa.array(~known))
    image = table["image"]
    source = image if pa.types.is_string(image.type) else pa.nulls(len(table), pa.string())
    columns = {
        "source": source,
        "landmarks": landmarks,
        "alignment": pa.array(alignment, MANIFEST_COLUMNS["alignment"]),
    }
    table = table.drop_columns([name for name in columns if name in table.column_names])
    for name, column in columns.items():
        table = table.append_column(name, column)
    return table


def _write_shards(
    manifest: Manifest,
    points: NDArray[np.float32],
    output: Path,
    parameters: CropParameters,
    workers: int,
) -> None:
    step = rows_per_shard(parameters)
    with tqdm(
        total=len(manifest), desc="cutting out", unit="image", disable=None, leave=False
    ) as bar:
        for number, start in enumerate(range(0, len(manifest), step)):
            part = Manifest(manifest.table.slice(start, step))
            path = output / f"shard-{number:05d}.arrow"
            if not path.is_file():
                crops = crops_of(part, points[start : start + step], parameters, workers)
                write_shard(path, with_crops(part.table, crops), _schema(part.table), parameters)
            bar.update(len(part))


def _schema(table: pa.Table) -> pa.Schema:
    place = table.schema.get_field_index("image")
    return table.schema.set(place, pa.field("image", pa.binary()))


def _write_undetected(path: Path, manifest: Manifest, found: Found) -> None:
    with writing(path) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "frame", "video"])
        writer.writerows(undetected(manifest, found))


def _write_report(report: PreparationReport, output: Path, parameters: CropParameters) -> None:
    content = {
        "rows": report.rows,
        "written": report.written,
        "alignment": report.alignment,
        "problems": [str(problem) for problem in report.problems],
        "crop": parameters.to_dict(),
    }
    with writing(output / REPORT) as unfinished:
        unfinished.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
