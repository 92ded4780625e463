"""C-EXPR-DB: compound expressions in videos, as the challenges of ABAW give it.

Labels: one of 7 compound expressions a frame. The list of the challenge has none: it is what a
model predicts for.
Size: 56 videos, 26,145 listed frames (the whole database has about 400 videos and 13 expressions,
in a form that is not established).
Where: the organisers of the ABAW workshops (Dimitrios Kollias), with a signed agreement.
Terms: research only, no redistribution.
Citation: Kollias, "Multi-label compound expression recognition: C-EXPR database and network", CVPR
2023.
Metric: macro-F1 over the 7 classes (unverified).

Options: `pictures`, the folder of the frames that you have taken out of the videos; where it is not
there, the frames are read from the videos.

Layout::

    LIST.txt                                         header of 8 fields, rows of 2: 01/00001.jpg,3
    videos/01.mp4   frames/01/00001.jpg              frames count from 1
"""

from collections.abc import Iterator
from pathlib import Path

from facebehavior.databases.codes import Labels, named
from facebehavior.databases.pictures import find_video, names_in
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import first_row, numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "c-expr-db"
CLASSES: dict[int, str | None] = dict(
    enumerate(
        (
            "fearfully_surprised",
            "happily_surprised",
            "sadly_surprised",
            "disgustedly_surprised",
            "angrily_surprised",
            "sadly_fearful",
            "sadly_angry",
        )
    )
)


def read_c_expr_db(root: Path, report: ReadingReport, *, pictures: str = "frames") -> Manifest:
    """Read the list of the challenge; a row without a class has a null label.

    Args:
        root: the folder that holds the list, and the videos or frames.
        report: takes the counts and problems.
        pictures: folder of the frames, below `root` or anywhere.

    Raises:
        FaceBehaviorError: there is not one list, or neither videos nor frames.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "C-EXPR-DB")
    lists = [
        root / name
        for name in sorted(names_in(root))
        if name.endswith((".txt", ".csv")) and first_row(root / name)[:1] == ["image_location"]
    ]
    if len(lists) != 1:
        raise FaceBehaviorError(
            f"{root}: expected one list whose header begins with image_location, found {len(lists)}"
        )
    folder, videos = root / pictures, root / "videos"
    if not names_in(folder) and not names_in(videos):
        raise FaceBehaviorError(f"{root}: expected frames in {pictures} or videos, found neither")
    return Manifest.from_rows(_rows(lists[0], folder, videos, report))


def _rows(file: Path, folder: Path, videos: Path, report: ReadingReport) -> Iterator[Labels]:
    sources: dict[str, tuple[frozenset[str], Path | None]] = {}
    seen: set[str] = set()
    for line, cells in numbered_rows(file, report, header=1):
        try:
            if len(cells) not in (1, 2):
                raise ValueError(f"expected a frame and a class, found {len(cells)} cells")
            name = named(cells[1], CLASSES) if len(cells) == 2 and cells[1] else None
            video, _, picture = cells[0].partition("/")
            frame = int(picture.partition(".")[0])
        except ValueError as error:
            report.problem(file, line, str(error))
            continue
        if cells[0] in seen:
            report.problem(file, line, f"{cells[0]} is listed twice")
            continue
        seen.add(cells[0])
        if video not in sources:
            sources[video] = names_in(folder / video), find_video(videos, video)
        pictures, clip = sources[video]
        row: Labels = {"database": NAME, "split": "test", "subject": video, "video": video}
        if picture in pictures:
            yield row | {"image": str(folder / video / picture), "frame": frame, "compound": name}
        elif not pictures and clip is not None:
            # The list counts from 1, the frames of a video from 0.
            yield row | {"image": str(clip), "frame": frame - 1, "compound": name}
        else:
            report.dropped["no picture"] += 1
