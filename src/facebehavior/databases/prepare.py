"""Preparing a database: every image is detected, aligned and cut out once, into shards."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.databases.landmarks import Located, check_given, locate, median_points
from facebehavior.databases.shards import ROWS_PER_BATCH, encode_crop, write_shard
from facebehavior.databases.workers import in_processes
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.faces.alignment import CropParameters, cut_face
from facebehavior.faces.detectors import open_detector
from facebehavior.faces.face import Detector
from facebehavior.faces.media.images import read_image
from facebehavior.files import writing
from facebehavior.labels import MANIFEST_COLUMNS, Manifest

REPORT = "preparation.json"
ROWS_PER_SHARD = 65536
"""Keeps a shard of the usual crops below 512 MiB."""


@dataclass(frozen=True)
class PreparationReport:
    """What became of a manifest's rows.

    Attributes:
        rows: rows of the manifest.
        written: rows in the shards.
        alignment: how many were cut out by detected, given or fallback points.
        problems: pictures that could not be read.
    """

    rows: int
    written: int
    alignment: dict[str, int]
    problems: list[BadInput]


@dataclass(frozen=True)
class _Cut:
    """One crop to make: the picture and its five points, as shares of its size if `relative`."""

    path: str
    points: NDArray[np.float64]
    relative: bool


@dataclass(frozen=True)
class _Look:
    """One picture to find the face of, and the five points that are given for it, if any."""

    path: str
    given: NDArray[np.float64] | None


def prepare(
    manifest: Manifest,
    output: str | Path,
    parameters: CropParameters,
    *,
    detector: str = "landmarker",
    workers: int = 1,
    strict: bool = False,
) -> PreparationReport:
    """Cut every face of a manifest out and write the crops with their labels as shards.

    A row's own `landmarks` are used where it has them; otherwise the largest face found in the
    picture; where none is found, the median position of the faces found in this manifest, as
    shares of the picture's size. The shard's column `alignment` says which.

    Args:
        manifest: rows whose `image` is the path of a picture.
        output: folder for the shards. What a run that was killed has left there is replaced; a
            finished preparation is not.
        parameters: size and colour of the crops.
        detector: name of the detector, see `faces.detectors.DETECTORS`.
        workers: number of processes; the shards are the same whatever it is.
        strict: refuse the database, before anything is written, if a picture cannot be read.

    Raises:
        FaceBehaviorError: the number of workers is below 1, the manifest is empty or holds no
            paths, the folder holds a finished preparation or cannot be written to, or not one
            picture can be read.
        BadInput: a picture cannot be read, in strict preparation.
    """
    output = Path(output)
    if workers < 1:
        raise FaceBehaviorError(f"expected 1 worker or more, found {workers}")
    _check(manifest, output)
    paths = manifest.column("image").to_pylist()
    located = _locate_all(manifest, paths, detector, workers)
    readable = [index for index, where in enumerate(located) if not isinstance(where, BadInput)]
    problems = [where for where in located if isinstance(where, BadInput)]
    if not readable:
        raise FaceBehaviorError(f"not one picture can be read; the first: {problems[0]}")
    if strict and problems:
        raise problems[0]
    cuts, alignment = _plan(manifest, paths, located, readable)
    kept = _with_source(manifest.table.take(readable), cuts, alignment)
    crops = in_processes(partial(_cut_chunk, parameters=parameters), cuts, workers, "cutting out")
    for number, start in enumerate(range(0, len(kept), ROWS_PER_SHARD)):
        table = kept.slice(start, ROWS_PER_SHARD)
        schema = _shard_schema(table.schema)
        batches = _with_crops(table, crops, schema)
        write_shard(output / f"shard-{number:05d}.arrow", batches, schema, parameters)
    report = PreparationReport(len(manifest), len(kept), dict(Counter(alignment)), problems)
    _write_report(report, output, parameters)
    return report


def _check(manifest: Manifest, output: Path) -> None:
    if not len(manifest):
        raise FaceBehaviorError("the manifest is empty: there is nothing to prepare")
    if not pa.types.is_string(manifest.column("image").type):
        raise FaceBehaviorError("the manifest's pictures should be paths, found encoded pictures")
    if is_prepared(output):
        raise FaceBehaviorError(f"{output}: holds shards already; give an empty folder")
    for unfinished in (*output.glob("shard-*.arrow"), *output.glob(".unfinished-*")):
        unfinished.unlink()


def is_prepared(folder: Path) -> bool:
    """Tell whether a folder holds a finished preparation; its report is written last."""
    return (folder / REPORT).is_file()


def _locate_all(
    manifest: Manifest, paths: Sequence[str], detector: str, workers: int
) -> list[Located | BadInput]:
    given = manifest.column("landmarks").to_pylist()
    looks = [
        _Look(path, None if points is None else np.reshape(points, (5, 2)))
        for path, points in zip(paths, given, strict=True)
    ]
    work = partial(_locate_chunk, detector=detector)
    try:
        return list(in_processes(work, looks, workers, "finding faces"))
    finally:
        _close_detector(detector)


@cache
def _process_detector(name: str) -> Detector:
    """Open a detector once in each process."""
    return open_detector(name)


def _close_detector(name: str) -> None:
    """Close this process's detector, if it has one; other processes take theirs with them."""
    if _process_detector.cache_info().currsize:
        _process_detector(name).close()
        _process_detector.cache_clear()


def _locate_chunk(looks: Sequence[_Look], detector: str) -> list[Located | BadInput]:
    return [
        locate(look.path, _process_detector(detector))
        if look.given is None
        else check_given(look.path, look.given)
        for look in looks
    ]


def _plan(
    manifest: Manifest,
    paths: Sequence[str],
    located: Sequence[Located | BadInput],
    readable: Sequence[int],
) -> tuple[list[_Cut], list[str]]:
    given = manifest.column("landmarks").is_valid().to_pylist()
    searched = [where for where, has in zip(located, given, strict=True) if not has]
    fallback = median_points(searched)
    cuts, alignment = [], []
    for index in readable:
        where = located[index]
        if isinstance(where, Located) and where.points is not None:
            cuts.append(_Cut(paths[index], where.points, relative=False))
            alignment.append("given" if given[index] else "detected")
        else:
            cuts.append(_Cut(paths[index], fallback, relative=True))
            alignment.append("fallback")
    return cuts, alignment


def _cut_chunk(cuts: Sequence[_Cut], parameters: CropParameters) -> list[bytes]:
    crops = []
    for cut in cuts:
        image = read_image(Path(cut.path))
        size = np.array([image.shape[1], image.shape[0]])
        points = cut.points * size if cut.relative else cut.points
        crops.append(encode_crop(cut_face(image, points, parameters)))
    return crops


def _with_source(table: pa.Table, cuts: Sequence[_Cut], alignment: Sequence[str]) -> pa.Table:
    points = [None if cut.relative else cut.points.ravel() for cut in cuts]
    columns = {
        "landmarks": pa.array(points, MANIFEST_COLUMNS["landmarks"]),
        "alignment": pa.array(alignment, MANIFEST_COLUMNS["alignment"]),
    }
    table = table.drop_columns([name for name in columns if name in table.column_names])
    for name, column in columns.items():
        table = table.append_column(name, column)
    return table


def _shard_schema(schema: pa.Schema) -> pa.Schema:
    position = schema.get_field_index("image")
    return schema.set(position, pa.field("image", pa.binary()))


def _with_crops(
    table: pa.Table, crops: Iterator[bytes], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for batch in table.combine_chunks().to_batches(max_chunksize=ROWS_PER_BATCH):
        encoded = pa.array([next(crops) for _ in range(len(batch))], pa.binary())
        columns = [encoded if name == "image" else batch.column(name) for name in schema.names]
        yield pa.record_batch(columns, schema=schema)


def _write_report(report: PreparationReport, output: Path, parameters: CropParameters) -> None:
    content = asdict(report) | {
        "problems": [str(problem) for problem in report.problems],
        "crop": parameters.to_dict(),
    }
    with writing(output / REPORT) as unfinished:
        unfinished.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
