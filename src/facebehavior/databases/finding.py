"""The first pass over a database: where the face of every row is, kept on disk as it comes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from facebehavior.databases.landmarks import locate, points_in_box
from facebehavior.databases.sequences import Image, Row, images_of, rows_of, spans
from facebehavior.databases.workers import chunks_in_processes
from facebehavior.errors import BadInput
from facebehavior.faces.alignment import TEMPLATE_SIZE, similarity
from facebehavior.faces.detectors import open_detector
from facebehavior.faces.face import Detector
from facebehavior.files import writing
from facebehavior.labels import Manifest

ROWS_PER_PART = 4096
"""Rows whose faces are found before they are kept: what a run that is killed loses at the most."""

GIVEN, DETECTED, GUESSED, NOT_FOUND, UNREADABLE = range(5)
"""Where the points of a row come from: the manifest, the detector, the box in the manifest."""


@dataclass(frozen=True)
class Found:
    """Where the faces of N rows are.

    Attributes:
        points: (N, 5, 2) pixels, nan where none was found.
        sizes: (N, 2) width and height of the pictures, 0 where they cannot be read.
        origin: (N,) `GIVEN` and so on.
        problems: what is wrong with rows that cannot be used.
    """

    points: NDArray[np.float32]
    sizes: NDArray[np.int32]
    origin: NDArray[np.int8]
    problems: tuple[BadInput, ...]

    def save(self, path: Path) -> None:
        """Write everything into one npz file."""
        problems = json.dumps([(one.source, one.reason) for one in self.problems])
        with writing(path) as unfinished:
            np.savez(
                unfinished,
                points=self.points,
                sizes=self.sizes,
                origin=self.origin,
                problems=np.array(problems),
            )

    @classmethod
    def load(cls, path: Path) -> "Found":
        """Read what `save` has written."""
        with np.load(path, allow_pickle=False) as arrays:
            problems = tuple(BadInput(*one) for one in json.loads(str(arrays["problems"])))
            return cls(arrays["points"], arrays["sizes"], arrays["origin"], problems)


def find_faces(
    manifest: Manifest, kept: Path, *, detector: str, follow: bool, workers: int, strict: bool
) -> Found:
    """Find the face of every row of a manifest; what an earlier run has kept is not done again.

    Args:
        manifest: rows.
        kept: folder for the parts.
        detector: name of the detector.
        follow: in a row of frames, take the face that overlaps the last frame's, not the largest.
        workers: number of processes; the result is the same whatever it is.
        strict: stop at the first row that cannot be used.

    Raises:
        BadInput: the first such row, in strict preparation.
    """
    parts = _parts(spans(manifest))
    files = [kept / f"part-{number:05d}.npz" for number in range(len(parts))]
    missing = [place for place, file in enumerate(files) if not file.is_file()]
    chunks = (rows_of(manifest, *span) for place in missing for span in parts[place])
    work = partial(find_in_rows, detector=detector, follow=follow)
    results = chunks_in_processes(work, chunks, workers)
    total = sum(stop - start for place in missing for start, stop in parts[place])
    try:
        with tqdm(
            total=total, desc="finding faces", unit="image", disable=None, leave=False
        ) as bar:
            for place in missing:
                found = []
                for _ in parts[place]:
                    found.append(next(results))
                    bar.update(len(found[-1].origin))
                    if strict and found[-1].problems:
                        raise found[-1].problems[0]
                _joined(found).save(files[place])
    finally:
        _close_detector(detector)
    return _joined([Found.load(file) for file in files])


def find_in_rows(rows: Sequence[Row], detector: str, follow: bool) -> Found:
    """Find the faces of rows that belong together."""
    points = np.full((len(rows), 5, 2), np.nan, dtype=np.float32)
    sizes = np.zeros((len(rows), 2), dtype=np.int32)
    origin = np.full(len(rows), UNREADABLE, dtype=np.int8)
    problems: dict[int, BadInput] = {}
    last: NDArray[np.float64] | None = None
    for place, image in images_of(rows):
        if isinstance(image, BadInput):
            problems[place] = image
            continue
        row = rows[place]
        sizes[place] = image.shape[1], image.shape[0]
        try:
            where, origin[place], box = _find(row, image, last, detector)
        except BadInput as problem:
            problems[place] = problem
            continue
        last = box if follow else None
        if where is not None:
            points[place] = where
    return Found(points, sizes, origin, tuple(problems[place] for place in sorted(problems)))


def _find(
    row: Row, image: Image, last: NDArray[np.float64] | None, detector: str
) -> tuple[NDArray[np.float64] | None, int, NDArray[np.float64] | None]:
    """Give points, their origin, and the box of the face that was detected."""
    if row.points is not None:
        try:
            similarity(row.points, TEMPLATE_SIZE)
        except ValueError as error:
            reason = f"the landmarks given for it are no face: {error}"
            raise BadInput(row.source, reason) from error
        return row.points, GIVEN, None
    finder = _process_detector(detector)
    if row.box is not None:
        located = locate(image, finder, row.box)
        if located.points is None:
            return points_in_box(row.box), GUESSED, None
        return located.points, DETECTED, located.box
    located = locate(image, finder, last)
    if located.points is None and last is not None:
        located = locate(image, finder)
    if located.points is None:
        return None, NOT_FOUND, last
    return located.points, DETECTED, located.box


def _parts(found: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Put ranges of rows together into parts of at least `ROWS_PER_PART` rows, but for the last."""
    parts: list[list[tuple[int, int]]] = [[]]
    for span in found:
        if parts[-1] and parts[-1][-1][1] - parts[-1][0][0] >= ROWS_PER_PART:
            parts.append([])
        parts[-1].append(span)
    return parts


def _joined(found: Sequence[Found]) -> Found:
    return Found(
        np.concatenate([one.points for one in found]),
        np.concatenate([one.sizes for one in found]),
        np.concatenate([one.origin for one in found]),
        tuple(problem for one in found for problem in one.problems),
    )


@cache
def _process_detector(name: str) -> Detector:
    """Open a detector once in each process."""
    return open_detector(name)


def _close_detector(name: str) -> None:
    """Close this process's detector, if it has one; other processes take theirs with them."""
    if _process_detector.cache_info().currsize:
        _process_detector(name).close()
        _process_detector.cache_clear()


def undetected(manifest: Manifest, found: Found) -> Iterator[tuple[str, int | None, str | None]]:
    """Go through the rows whose face was not found: picture, frame and video."""
    for place in np.flatnonzero(found.origin >= GUESSED):
        if found.origin[place] == UNREADABLE:
            continue
        row = rows_of(manifest, int(place), int(place) + 1)[0]
        name = manifest.column("video")[int(place)].as_py()
        yield (row.source if isinstance(row.image, bytes) else row.image), row.frame, name
