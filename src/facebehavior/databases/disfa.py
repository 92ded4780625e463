"""DISFA: spontaneous action units of people who watch films, coded frame by frame.

Labels: intensity from 0 to 5 of the action units 1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25 and 26.
Size: 27 people, 4,845 frames each.
Where: Mohammad Mahoor, University of Denver, with a signed agreement.
Terms: research only, no redistribution.
Citation: Mavadati, Mahoor, Bartlett, Trinh and Cohn, "DISFA: a spontaneous facial action intensity
database", IEEE Transactions on Affective Computing 2013.
Metric: mean F1 over folds of subjects, of 12 or of 8 action units; name the threshold.

Options: `threshold`, the intensity from which an action unit counts as active. `camera`, left or
right. `frames`, a folder with one folder of numbered pictures a subject, where you have taken the
frames out of the videos yourself; `frame_offset` is then added to a row's number, 1 being the
first.

Layout::

    ActionUnit_Labels/SN001/SN001_au1.txt            rows of frame,intensity, from frame 1
    Videos_LeftCamera/LeftVideoSN001_comp.avi        (unverified)
"""

from collections.abc import Iterator
from pathlib import Path

from facebehavior.databases.codes import Labels, intensity, whole
from facebehavior.databases.pictures import find_video, names_in, numbered_pictures
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.databases.text import numbered_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "disfa"
CODED = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)
THRESHOLD = 2
FOLDS = (
    frozenset(f"SN{number:03d}" for number in (1, 2, 9, 10, 16, 26, 27, 30, 32)),
    frozenset(f"SN{number:03d}" for number in (6, 11, 12, 13, 18, 21, 24, 28, 31)),
    frozenset(f"SN{number:03d}" for number in (3, 4, 5, 7, 8, 17, 23, 25, 29)),
)
"""The three folds of subjects that are in common use."""


def read_disfa(
    root: Path,
    report: ReadingReport,
    *,
    threshold: int = THRESHOLD,
    camera: str = "left",
    frames: str = "",
    frame_offset: int = 0,
) -> Manifest:
    """Read the labels of all subjects that have a video or pictures.

    Args:
        root: the folder that holds `ActionUnit_Labels`.
        report: takes the counts and problems.
        threshold: intensity from which an action unit is active.
        camera: `left` or `right`.
        frames: folder of pictures in place of the videos, below `root` or anywhere.
        frame_offset: what is added to a row's frame to get the number of its picture.

    Raises:
        FaceBehaviorError: the labels are missing, there is not one video or picture, or an option
            is not possible.
        BadInput: the first malformed row, in strict reading.
    """
    required_folder(root, "DISFA")
    if camera not in ("left", "right") or not 1 <= threshold <= 5:
        raise FaceBehaviorError(
            f"expected camera=left or right and threshold from 1 to 5, found {camera}, {threshold}"
        )
    labels = root / "ActionUnit_Labels"
    subjects = sorted(name for name in names_in(labels) if name.startswith("SN"))
    if not subjects:
        raise FaceBehaviorError(
            f"{root}: expected ActionUnit_Labels/SN001 and others, found none; give the folder "
            "that holds ActionUnit_Labels"
        )
    if frames:
        folder = root / frames
        if not any(numbered_pictures(folder / subject) for subject in subjects):
            raise FaceBehaviorError(f"{folder}: expected pictures in {subjects[0]} and others")
        return Manifest.from_rows(
            row
            for subject in subjects
            for row in _of_pictures(
                labels / subject, folder / subject, threshold, frame_offset, report
            )
        )
    videos = {name: _video(root, camera, name) for name in subjects}
    if not any(videos.values()):
        raise FaceBehaviorError(
            f"{root}: expected Videos_{camera.title()}Camera/{camera.title()}Video{subjects[0]}_"
            "comp.avi, found no video; with pictures, give the option frames=FOLDER"
        )
    return Manifest.from_rows(
        row
        for subject in subjects
        for row in _of_video(labels / subject, videos[subject], threshold, report)
    )


def intensities(
    folder: Path, subject: str, threshold: int, report: ReadingReport
) -> dict[int, Labels]:
    """Give the labels of each frame, from 1; without its file or row an action unit has none."""
    found: dict[int, Labels] = {}
    last: dict[str, int] = {}
    for unit in CODED:
        file = folder / f"{subject}_au{unit}.txt"
        if not file.is_file():
            report.warn(folder, f"no {file.name}: action unit {unit} of {subject} is unknown")
            continue
        for line, cells in numbered_rows(file, report):
            try:
                if len(cells) != 2:
                    raise ValueError(f"expected frame,intensity, found {len(cells)} cells")
                frame = whole(cells[0])
                label = intensity(unit, cells[1], threshold)
            except ValueError as error:
                report.problem(file, line, str(error))
                continue
            if label.keys() & found.get(frame, {}).keys():
                report.problem(file, line, f"frame {frame} is labelled twice")
                continue
            found.setdefault(frame, {}).update(label)
            last[file.name] = max(frame, last.get(file.name, 0))
    shorter = sorted(name for name, end in last.items() if end < max(last.values()))
    if shorter:
        report.mismatch(
            folder,
            f"{len(shorter)} of its files end before the others, such as {shorter[0]} at frame "
            f"{last[shorter[0]]} of {max(last.values())}; are they cut off?",
        )
    return found


def _video(root: Path, camera: str, subject: str) -> Path | None:
    side = camera.title()
    folder = root / f"Videos_{side}Camera"
    return find_video(folder, f"{side}Video{subject}_comp")


def _of_video(
    folder: Path, video: Path | None, threshold: int, report: ReadingReport
) -> Iterator[Labels]:
    labels = intensities(folder, folder.name, threshold, report)
    if video is None:
        report.dropped["no video"] += len(labels)
        return
    for frame, found in sorted(labels.items()):
        # The rows count from 1, the frames of a video from 0.
        yield _row(folder.name, str(video), frame - 1, found)


def _of_pictures(
    folder: Path, pictures: Path, threshold: int, offset: int, report: ReadingReport
) -> Iterator[Labels]:
    labels = intensities(folder, folder.name, threshold, report)
    present = numbered_pictures(pictures)
    if present and labels:
        last = max(labels) + offset
        if max(present) != last:
            report.mismatch(
                pictures,
                f"the last picture is {max(present)}, the last row belongs to {last}; "
                f"is frame_offset {max(present) - max(labels)}?",
            )
    for frame, found in sorted(labels.items()):
        if frame + offset not in present:
            report.dropped["no picture"] += 1
        else:
            path = str(pictures / present[frame + offset])
            yield _row(folder.name, path, frame, found)


def _row(subject: str, image: str, frame: int, labels: Labels) -> Labels:
    return {
        "image": image,
        "database": NAME,
        "subject": subject,
        "video": subject,
        "frame": frame,
        **labels,
    }
