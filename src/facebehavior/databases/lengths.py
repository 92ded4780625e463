"""Do the rows of labels fit the videos that they are about? Too many, too few, or off by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from facebehavior.databases.pictures import VIDEOS
from facebehavior.databases.reading import ReadingReport
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.faces.media.videos import count_frames
from facebehavior.labels import Manifest

_ENDING = rf"(?i)({'|'.join(sorted(VIDEOS))})$".replace(".", r"\.")
_ALIKE: Mapping[str, str] = {
    "one more": "one row more than frames; the last row has no frame, or rows count from 0 where "
    "they are taken to count from 1",
    "more": "more rows than frames; are the videos cut off?",
    "one fewer": "one frame more than rows; the last frame has no row, or rows count from 1 where "
    "they are taken to count from 0",
    "fewer": "more frames than rows; are the files of labels cut off?",
}


@dataclass(frozen=True)
class Labelled:
    """One video and its rows.

    Attributes:
        path: of the video.
        last: number of rows, were none missing up to the last: its frame number, from 0, plus 1.
        rows: number of its frames that have a row.
    """

    path: str
    last: int
    rows: int


def compare_lengths(manifest: Manifest, report: ReadingReport) -> None:
    """Warn of videos whose rows do not fit their frames; see `length_suspicions`.

    Raises:
        FaceBehaviorError: there is one, in strict reading.
    """
    for told in length_suspicions(manifest):
        if report.strict:
            raise FaceBehaviorError(told)
        report.warnings.append(told)


def length_suspicions(manifest: Manifest) -> Iterator[str]:
    """Compare the rows of a manifest with the frames of its videos, which are counted.

    Fewer rows than frames are suspicious only where all frames up to the last row have one: who
    labels every tenth frame has not lost the others. Videos that do not fit in the same way are
    named once, with an example.
    """
    alike: dict[str, list[str]] = {}
    for video in labelled_videos(manifest):
        try:
            frames = count_frames(video.path)
        except BadInput as problem:
            alike.setdefault(f"cannot be read: {problem.reason}", []).append(video.path)
            continue
        kind = _kind(video, frames)
        if kind is not None:
            example = f"{video.path} has {frames} frames, the last row is for frame {video.last}"
            alike.setdefault(_ALIKE[kind], []).append(example)
    for reason, examples in alike.items():
        count = f"{len(examples)} videos" if len(examples) > 1 else "a video"
        yield f"{count}: {reason} ({examples[0]})"


def labelled_videos(manifest: Manifest) -> list[Labelled]:
    """Give the videos whose frames a manifest labels, by their paths."""
    images = manifest.column("image")
    if not pa.types.is_string(images.type):
        return []
    table = pa.table({"image": images, "frame": manifest.column("frame")})
    videos = table.filter(pc.match_substring_regex(images, _ENDING))
    grouped = videos.group_by("image").aggregate([("frame", "max"), ("frame", "count_distinct")])
    rows = grouped.sort_by("image").to_pylist()
    return [
        Labelled(row["image"], row["frame_max"] + 1, row["frame_count_distinct"])
        for row in rows
        if row["frame_max"] is not None
    ]


def _kind(video: Labelled, frames: int) -> str | None:
    if video.last > frames:
        return "one more" if video.last == frames + 1 else "more"
    dense = video.rows == video.last
    if video.last < frames and dense:
        return "one fewer" if video.last == frames - 1 else "fewer"
    return None
