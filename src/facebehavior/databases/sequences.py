"""Rows of a manifest that are worked on together: a block of pictures, or the frames of a video."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases.pictures import is_video_name
from facebehavior.errors import BadInput
from facebehavior.faces.media.images import decode_image, read_image
from facebehavior.faces.media.videos import read_video
from facebehavior.labels import Manifest

PICTURES_TOGETHER = 128
FRAMES_TOGETHER = 8192
"""Of a video; the frames before them are decoded again, so that fewer would cost more time."""

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Row:
    """One row of a manifest, as far as cutting out its face needs it.

    Attributes:
        image: path of a picture or video, or an encoded picture.
        frame: number of a video's frame, from 0.
        points: (5, 2) pixels that the manifest gives, or None.
        box: (4,) x, y, width and height in pixels of the face that is meant, or None.
    """

    image: str | bytes
    frame: int | None = None
    points: NDArray[np.float64] | None = None
    box: NDArray[np.float64] | None = None

    @property
    def source(self) -> str:
        """What to call the row in an error."""
        if isinstance(self.image, bytes):
            return "a picture inside the database"
        return f"{self.image}:{self.frame}" if is_video_name(self.image) else self.image


def spans(manifest: Manifest) -> list[tuple[int, int]]:
    """Cut a manifest into ranges of rows, first (included) and last (excluded).

    Frames of one video stand together; a range never holds two videos.
    """
    found = []
    start, previous = 0, None
    for place, (image, video) in enumerate(_images_and_videos(manifest)):
        decoded = isinstance(image, str) and is_video_name(image)
        key = (image if decoded else None, video)
        longest = FRAMES_TOGETHER if decoded else PICTURES_TOGETHER
        if place and (key != previous or place - start >= longest):
            found.append((start, place))
            start = place
        previous = key
    return [*found, (start, len(manifest))] if len(manifest) else []


def rows_of(manifest: Manifest, start: int, stop: int) -> list[Row]:
    """Give a range of a manifest's rows."""
    columns = [
        manifest.column(name).slice(start, stop - start).to_pylist()
        for name in ("image", "frame", "landmarks", "face_box")
    ]
    return [
        Row(
            image,
            frame,
            None if points is None else np.reshape(points, (5, 2)).astype(np.float64),
            None if box is None else np.array(box, dtype=np.float64),
        )
        for image, frame, points, box in zip(*columns, strict=True)
    ]


def images_of(rows: Sequence[Row]) -> Iterator[tuple[int, Image | BadInput]]:
    """Read the pictures of rows that belong together.

    Yields:
        Each row's place, and its picture (H, W, 3) or what is wrong with it; a video's frames in
        their own order, then those that it does not have.
    """
    first = rows[0].image
    if isinstance(first, str) and is_video_name(first):
        yield from _frames(first, rows)
        return
    for place, row in enumerate(rows):
        try:
            if isinstance(row.image, bytes):
                yield place, decode_image(row.image, row.source)
            else:
                yield place, read_image(Path(row.image))
        except BadInput as problem:
            yield place, problem


def _frames(path: str, rows: Sequence[Row]) -> Iterator[tuple[int, Image | BadInput]]:
    wanted: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        wanted.setdefault(-1 if row.frame is None else row.frame, []).append(place)
    last, reason, count = max(wanted), "", 0
    try:
        for frame in read_video(path):
            count = frame.index + 1
            for place in wanted.pop(frame.index, ()):
                yield place, frame.image
            if frame.index >= last:
                break
    except BadInput as problem:
        reason = problem.reason
    for number, places in wanted.items():
        beyond = f"expected a frame {number}, found a video of {count} frames"
        why = reason or (beyond if number >= count else "the video is damaged there")
        for place in places:
            yield place, BadInput(f"{path}:{number}", why)


def _images_and_videos(manifest: Manifest) -> Iterator[tuple[object, object]]:
    for batch in manifest.table.to_batches(max_chunksize=8192):
        images = batch.column("image")
        # Pictures inside the database are not copied: only whether they are paths matters.
        names = images.to_pylist() if images.type == "string" else [None] * len(batch)
        videos = batch.column("video").to_pylist() if "video" in batch.schema.names else None
        yield from zip(names, videos or [None] * len(batch), strict=True)
