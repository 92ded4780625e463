"""Tracks against the truth: four synthetic people who move, cross, leave and come back.

Each person is a rendered clip of a moving head; the four are put into one picture, on paths that
cross, and two of them leave for three seconds. The truth is where each was drawn. Counted are
identity switches (a face that is found again under another number than it had) and IDF1 (Ristani
and others, 2016): the share of faces whose number is the one that the person has most of the time,
under the best assignment of numbers to people.

    python -m studies.tracking CLIP CLIP CLIP CLIP -o docs/results/tracking.json [--model MODEL]

The clips are made by `facebehavior synthesize CONFIG --video CLIP`.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import linear_sum_assignment

from facebehavior.analysis import Analyzer
from facebehavior.faces.boxes import overlaps
from facebehavior.faces.media import read_video
from facebehavior.files import writing

WIDTH, HEIGHT, SIDE = 960, 540, 240
SECONDS, RATE = 16, 25
LEAST_OVERLAP = 0.3
GONE = {2: (5.0, 8.0), 3: (7.0, 10.0)}
"""Seconds from and to which a person is not there."""


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


def place(person: int, time_s: float) -> tuple[int, int] | None:
    """Give the upper left corner of a person's picture; None while they are gone."""
    if person in GONE and GONE[person][0] <= time_s < GONE[person][1]:
        return None
    turn = 2 * np.pi * time_s / SECONDS
    across = 0.5 + 0.42 * np.cos(turn + person * np.pi / 2)
    down = 0.12 if person % 2 == 0 else 0.88
    return round(across * (WIDTH - SIDE)), round(down * (HEIGHT - SIDE))


def composed(clips: Sequence[Path], path: Path) -> list[dict[int, NDArray[np.float64]]]:
    """Write the video; give each frame's boxes by person."""
    people = [[frame.image for frame in read_video(clip)] for clip in clips]
    truth: list[dict[int, NDArray[np.float64]]] = []
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(SECONDS * RATE):
            canvas = Image.new("RGB", (WIDTH, HEIGHT), (96, 104, 112))
            boxes = {}
            for person, images in enumerate(people):
                corner = place(person, number / RATE)
                if corner is not None:
                    image = images[number % len(images)]
                    canvas.paste(Image.fromarray(image).resize((SIDE, SIDE)), corner)
                    boxes[person] = np.array([*corner, SIDE, SIDE], dtype=np.float64)
            truth.append(boxes)
            picture = av.VideoFrame.from_ndarray(np.asarray(canvas), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return truth


def score(
    truth: Sequence[dict[int, NDArray[np.float64]]],
    found: Sequence[Sequence[tuple[int, NDArray[np.float64]]]],
) -> Score:
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


def main() -> None:
    """Compose, follow, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs=4, type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--model", help="a packaged model's name or a model file")
    arguments = parser.parse_args()
    video = arguments.output.with_suffix(".mp4")
    truth = composed(arguments.clips, video)
    with Analyzer(arguments.model) as analyzer:
        found = [
            [
                (int(track), face.box)
                for track, face in zip(frame.tracks, frame.faces, strict=True)
                if track is not None
            ]
            for frame in analyzer.stream(video)
        ]
        has_embedding = "embedding" in analyzer.model.metadata.heads
    video.unlink()
    result: dict[str, Any] = {**vars(score(truth, found)), "embedding": has_embedding}
    with writing(arguments.output) as path:
        path.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
