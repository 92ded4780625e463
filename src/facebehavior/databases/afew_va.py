"""AFEW-VA: clips of films with valence, arousal and 68 points of every frame.

Labels: valence and arousal from -10 to 10 in steps of 1, divided by 10 here.
Size: 600 clips.
Where: Intelligent Behaviour Understanding Group, Imperial College London (ibug.doc.ic.ac.uk).
Terms: research only, no redistribution.
Citation: Kossaifi, Tzimiropoulos, Todorovic and Pantic, "AFEW-VA database for valence and arousal
estimation in-the-wild", Image and Vision Computing 2017.
Metric: CCC of valence and of arousal, over folds by clip.

A clip is the unit that is never split. The points of the release are used to cut the faces out.

Layout::

    01/001/001.json   01/001/00000.png ...           twelve folders of clips
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from facebehavior.databases.codes import Labels, affect
from facebehavior.databases.pictures import names_in
from facebehavior.databases.points import five_of_68
from facebehavior.databases.reading import ReadingReport, required_folder
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

NAME = "afew-va"
LARGEST = 10.0
_NO_SENTINEL = float("inf")


def read_afew_va(root: Path, report: ReadingReport) -> Manifest:
    """Read every clip that has its one `.json`.

    Args:
        root: the folder that holds `01` to `12`.
        report: takes the counts and problems.

    Raises:
        FaceBehaviorError: there is no clip.
        BadInput: the first malformed frame, in strict reading.
    """
    required_folder(root, "AFEW-VA")
    clips = [
        root / group / clip
        for group in sorted(names_in(root))
        if group.isdecimal()
        for clip in sorted(names_in(root / group))
    ]
    if not clips:
        raise FaceBehaviorError(
            f"{root}: expected clips such as 01/001, found none; give the folder that holds 01"
        )
    return Manifest.from_rows(row for clip in clips for row in _frames(clip, report))


def _frames(clip: Path, report: ReadingReport) -> Iterator[Labels]:
    names = names_in(clip)
    files = sorted(name for name in names if name.endswith(".json"))
    if len(files) != 1:
        report.problem(clip, "*.json", f"expected one file of annotations, found {len(files)}")
        return
    file = clip / files[0]
    pictures = {Path(name).stem: name for name in sorted(names) if not name.endswith(".json")}
    frames = _annotations(file, report)
    beyond = len(pictures.keys() - frames.keys())
    if beyond:
        report.mismatch(clip, f"{beyond} pictures have no annotation")
    for stem, content in sorted(frames.items()):
        report.rows += 1
        try:
            labels = affect(str(content["valence"]), str(content["arousal"]), _NO_SENTINEL, LARGEST)
            points = five_of_68(np.asarray(content["landmarks"], dtype=np.float64))
            frame = int(stem)
        except (KeyError, TypeError, ValueError) as error:
            reason = f"no {error}" if isinstance(error, KeyError) else str(error)
            report.problem(file, stem, reason)
            continue
        if stem not in pictures:
            report.dropped["no picture"] += 1
            continue
        yield {
            "image": str(clip / pictures[stem]),
            "database": NAME,
            "subject": clip.name,
            "video": clip.name,
            "frame": frame,
            "landmarks": points,
            **labels,
        }


def _annotations(file: Path, report: ReadingReport) -> Mapping[str, Any]:
    try:
        frames = json.loads(file.read_text(encoding="utf-8"))["frames"]
        if isinstance(frames, dict):
            return frames
        reason = "expected frames by their names"
    except (ValueError, KeyError, TypeError, OSError) as error:
        reason = f"expected JSON with the key frames ({error})"
    report.problem(file, 1, reason)
    return {}
