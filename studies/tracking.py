"""Tracks and people against the truth: four synthetic people who cross, leave and come back.

Each person is a rendered clip of a moving head; the four are put into one picture, on paths that
cross, and two of them leave for three seconds. In a second video the same four are in other
places, and the other two leave. The truth is where each was drawn. Counted are identity switches
(a face that is found again under another number, or name, than it had) and IDF1 (Ristani and
others, 2016): the share of faces whose number is the one that the person has most of the time,
under the best assignment of numbers to people. `track` is counted in the first video, `person` in
the first, across its gaps, and over both videos as if they were one.

    python -m studies.tracking -o docs/results/tracking.json --assets FOLDER --sculpts FOLDER

The heads are those of the configuration `synthetic_study_sculpted` under four other seeds.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import linear_sum_assignment

from facebehavior.analysis import AnalyzedFrame, Analyzer
from facebehavior.faces.boxes import overlaps
from facebehavior.faces.media import read_video
from facebehavior.files import REPEATABLE_X264
from facebehavior.synthesis import Materials, read_configuration, write_video
from studies.runs import tell

WIDTH, HEIGHT, SIDE = 960, 540, 240
SECONDS, RATE = 16, 25
LEAST_OVERLAP = 0.3
GONE = {2: (5.0, 8.0), 3: (7.0, 10.0)}
"""Seconds from and to which who stands in a place is not there."""
CONFIGURATION, SEEDS, CLIP_S = "synthetic_study_sculpted", (101, 102, 103, 104), 8.0
"""What the heads are rendered by, and how long each clip is before it begins again."""
SHIFTS = (0, 2)
"""By how many places each video moves the people on."""

Boxes = dict[int, NDArray[np.float64]]
"""Of one frame, the boxes by person."""
Named = list[tuple[int, NDArray[np.float64]]]
"""Of one frame, numbers and boxes."""


@dataclass(frozen=True)
class Score:
    """How well people were followed.

    Attributes:
        faces: that were drawn.
        found: of them.
        switches: how often a person's number changed.
        idf1: from 0 to 1.
    """

    faces: int
    found: int
    switches: int
    idf1: float


def rendered(folder: Path, materials: Materials) -> list[Path]:
    """Make a clip of each person."""
    configuration = read_configuration(CONFIGURATION)
    clips = [folder / f"{seed}.mp4" for seed in SEEDS]
    for seed, clip in zip(SEEDS, clips, strict=True):
        changed = configuration.model_copy(update={"seed": seed, "picture_size": SIDE})
        write_video(changed, materials, clip, CLIP_S)
    return clips


def place(person: int, time_s: float, shift: int = 0) -> tuple[int, int] | None:
    """Give the upper left corner of a person's picture; None while they are gone."""
    spot = (person + shift) % len(SEEDS)
    if spot in GONE and GONE[spot][0] <= time_s < GONE[spot][1]:
        return None
    turn = 2 * np.pi * time_s / SECONDS
    across = 0.5 + 0.42 * np.cos(turn + spot * np.pi / 2)
    down = 0.12 if spot % 2 == 0 else 0.88
    return round(across * (WIDTH - SIDE)), round(down * (HEIGHT - SIDE))


def composed(clips: Sequence[Path], path: Path, shift: int) -> list[Boxes]:
    """Write a video; give each frame's boxes by person."""
    people = [[frame.image for frame in read_video(clip)] for clip in clips]
    truth: list[Boxes] = []
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=RATE, options={"crf": "18", **REPEATABLE_X264}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(SECONDS * RATE):
            canvas = Image.new("RGB", (WIDTH, HEIGHT), (96, 104, 112))
            boxes = {}
            for person, images in enumerate(people):
                corner = place(person, number / RATE, shift)
                if corner is not None:
                    image = images[number % len(images)]
                    canvas.paste(Image.fromarray(image).resize((SIDE, SIDE)), corner)
                    boxes[person] = np.array([*corner, SIDE, SIDE], dtype=np.float64)
            truth.append(boxes)
            picture = av.VideoFrame.from_ndarray(np.asarray(canvas), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return truth


def score(truth: Sequence[Boxes], found: Sequence[Named]) -> Score:
    """Compare numbers with people.

    Args:
        truth: of each frame, the boxes by person.
        found: of each frame, numbers and boxes.
    """
    pairs: list[tuple[int, int]] = []
    last: dict[int, int] = {}
    faces = predicted = switches = 0
    for boxes, given in zip(truth, found, strict=True):
        faces += len(boxes)
        predicted += len(given)
        people = sorted(boxes)
        if not people or not given:
            continue
        shares = _inside(np.stack([boxes[p] for p in people]), np.stack([b for _, b in given]))
        rows, columns = linear_sum_assignment(shares, maximize=True)
        for row, column in zip(rows, columns, strict=True):
            if shares[row, column] < LEAST_OVERLAP:
                continue
            person, number = people[row], given[column][0]
            pairs.append((person, number))
            switches += person in last and last[person] != number
            last[person] = number
    table = np.zeros((max(p for p, _ in pairs) + 1, max(n for _, n in pairs) + 1))
    for person, number in pairs:
        table[person, number] += 1
    rows, columns = linear_sum_assignment(table, maximize=True)
    right = table[rows, columns].sum()
    return Score(faces, len(pairs), switches, float(2 * right / (faces + predicted)))


def _inside(drawn: NDArray[np.float64], given: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of each found box that lies inside each drawn picture."""
    shared = overlaps(drawn, given)
    areas = np.add.outer(drawn[:, 2] * drawn[:, 3], given[:, 2] * given[:, 3])
    common = shared * areas / (1 + shared)
    return np.asarray(common / (given[:, 2] * given[:, 3]))


def numbered(found: Sequence[AnalyzedFrame]) -> tuple[list[Named], list[Named]]:
    """Give each frame's boxes with their tracks, and with their people's numbers."""
    numbers: dict[str, int] = {}
    tracks, people = [], []
    for frame in found:
        boxes = [face.box for face in frame.faces]
        names = [str(name) for name in frame.people]
        tracks.append([(int(str(t)), box) for t, box in zip(frame.tracks, boxes, strict=True)])
        people.append(
            [(numbers.setdefault(n, len(numbers)), b) for n, b in zip(names, boxes, strict=True)]
        )
    return tracks, people


def main() -> None:
    """Render, compose, follow, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--assets", type=Path, help="as for facebehavior synthesize")
    parser.add_argument("--sculpts", type=Path, help="as for facebehavior synthesize")
    parser.add_argument("--model", help="a packaged model's name or a model file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clips = rendered(Path(folder), Materials(arguments.assets, arguments.sculpts))
        videos = [Path(folder) / f"video_{shift}.mp4" for shift in SHIFTS]
        truths = [
            composed(clips, video, shift) for video, shift in zip(videos, SHIFTS, strict=True)
        ]
        with Analyzer(arguments.model, gallery="") as analyzer:
            model = analyzer.model.metadata
            tracks, people = numbered(list(analyzer.stream(videos)))
    first = len(truths[0])
    result: dict[str, Any] = {
        "model": f"{model.name} {model.version}",
        "track": vars(score(truths[0], tracks[:first])),
        "person": vars(score(truths[0], people[:first])),
        "person_over_two_videos": vars(score([*truths[0], *truths[1]], people)),
        "names": len({number for frame in people for number, _ in frame}),
    }
    tell(result, arguments.output)


if __name__ == "__main__":
    main()
