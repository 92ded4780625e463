"""Aff-Wild: valence and arousal of people in videos of the web.

Labels: valence and arousal of every frame.
Size: 298 videos of 200 people, more than 1.18 million frames; 252 videos are for training.
Where: Intelligent Behaviour Understanding Group, Imperial College London (ibug.doc.ic.ac.uk).
Terms: research only, no redistribution.
Citation: Kollias and others, "Deep affect prediction in-the-wild: Aff-Wild database and challenge,
deep architectures, and beyond", IJCV 2019.
Metric: CCC of valence and of arousal.

The labels of the test part are not in the release. Every video is also in Aff-Wild2: never train on
one and test on the other.

Options: `validation`, the share of the training videos that validates, drawn by `seed`.

Layout::

    videos/train/VIDEO.mp4                           or .avi
    annotations/train/valence/VIDEO.txt              one number a line, line i is frame i
    annotations/train/arousal/VIDEO.txt
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from facebehavior.databases.codes import Labels, affect
from facebehavior.databases.pictures import find_video, names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.splits import drawn_split, shares_of
from facebehavior.databases.text import numbered_fields
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "aff-wild"
_NO_SENTINEL = float("inf")


def read_aff_wild(
    root: Path, report: ReadingReport, *, validation: float = 0.1, seed: int = 0
) -> Manifest:
    """Read the training videos and their annotations.

    Args:
        root: the folder that holds `videos` and `annotations`.
        report: takes the counts and problems.
        validation: share of the videos that validates.
        seed: of the draw.

    Raises:
        FaceBehaviorError: a folder is missing, not one video is there, or the share is not from 0
            to 1.
        BadInput: the first malformed row, in strict reading.
    """
    shares = shares_of(validation=validation)
    required_folder(root, "Aff-Wild")
    annotations = root / "annotations" / "train"
    names = sorted(
        name.removesuffix(".txt")
        for name in names_in(annotations / "valence")
        if name.endswith(".txt")
    )
    if not names:
        raise FaceBehaviorError(
            f"{root}: expected annotations/train/valence/VIDEO.txt, found none; give the folder "
            "that holds annotations and videos"
        )
    videos = {name: find_video(root / "videos" / "train", name) for name in names}
    if not any(videos.values()):
        raise FaceBehaviorError(f"{root}: expected videos/train/{names[0]}.mp4, found no video")
    return Manifest.from_rows(_rows(annotations, videos, shares, seed, report))


def _rows(
    annotations: Path,
    videos: dict[str, Path | None],
    shares: Mapping[str, float],
    seed: int,
    report: ReadingReport,
) -> Iterator[Labels]:
    for name, video in videos.items():
        valence = _numbers(annotations / "valence" / f"{name}.txt", report)
        arousal = _numbers(annotations / "arousal" / f"{name}.txt", report)
        if len(valence) != len(arousal):
            report.mismatch(
                annotations,
                f"{name} has {len(valence)} values of valence and {len(arousal)} of arousal; "
                "the frames that both have are taken",
            )
        both = sorted(valence.keys() & arousal.keys())
        if video is None:
            report.dropped["no video"] += len(both)
            continue
        for line in both:
            try:
                labels = affect(valence[line], arousal[line], _NO_SENTINEL)
            except ValueError as error:
                report.problem(annotations / "valence" / f"{name}.txt", line, str(error))
                continue
            yield {
                "image": str(video),
                "database": NAME,
                "split": drawn_split(name, shares, seed),
                "subject": name,
                "video": name,
                "frame": line - 1,
                **labels,
            }


def _numbers(file: Path, report: ReadingReport) -> dict[int, str]:
    """Give the text of each line that has one, by its number from 1; none without the file."""
    if not file.is_file():
        return {}
    return {line: fields[0] for line, fields in numbered_fields(file, report)}
