"""Weak labels of real faces, given by teachers: a stage of the packaged model's recipe.

Three teachers, none of which is an expert on faces, so that every label here is called weak:

- action units from MediaPipe's blendshapes: active above one share, inactive below another, null
  between them and for action units that no blendshape follows;
- valence and arousal from the votes for expressions and the places of the words on the circumplex;
- an embedding from dlib's recognition network (CC0), centred over the database.

    python tools/weak_labels.py ferplus FOLDER -o ferplus.parquet --teacher DIR --workers 2
    python tools/weak_labels.py lfw FOLDER -o lfw.parquet --teacher DIR --test-people 0.25

DIR holds dlib_face_recognition_resnet_model_v1.dat and shape_predictor_5_face_landmarks.dat, both
of the package face_recognition_models; dlib itself is the package dlib-bin. What has been looked at
is kept beside the output, and not looked at again.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases import READERS, ReadingReport
from facebehavior.databases.landmarks import BORDER, enlarge
from facebehavior.databases.workers import chunks_in_processes
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.faces.detectors import open_detector
from facebehavior.faces.face import Detector, Face
from facebehavior.faces.media import read_image
from facebehavior.files import writing
from facebehavior.labels import VOTE_EXPRESSIONS, Manifest
from facebehavior.synthesis.truth.affect import POSITIONS

ROWS_TOGETHER = 500
_POINTS_FILE = "shape_predictor_5_face_landmarks.dat"
_EMBEDDING_FILE = "dlib_face_recognition_resnet_model_v1.dat"
EMBEDDING_SIZE = 128
CHIP_SIZE, CHIP_PADDING = 150, 0.25

BLENDSHAPES: Mapping[str, tuple[tuple[str, ...], float, float]] = {
    "au01": (("browInnerUp",), 0.15, 0.45),
    "au02": (("browOuterUpLeft", "browOuterUpRight"), 0.12, 0.40),
    "au04": (("browDownLeft", "browDownRight"), 0.10, 0.30),
    "au05": (("eyeWideLeft", "eyeWideRight"), 0.05, 0.20),
    "au12": (("mouthSmileLeft", "mouthSmileRight"), 0.15, 0.45),
    "au25": (("mouthLowerDownLeft", "mouthLowerDownRight"), 0.05, 0.25),
    "au26": (("jawOpen",), 0.08, 0.25),
}
"""Of each action unit: the blendshapes whose mean follows it, the share below which it counts as
inactive, and the share above which it counts as active. Fixed before any network was trained."""

NOT_POSITIONED = "contempt"
"""The eighth expression of the votes; it has no place on the project's circumplex."""


@dataclass(frozen=True)
class Seen:
    """What the teachers say of N pictures.

    Attributes:
        scores: (N, A) mean blendshapes of the action units of `BLENDSHAPES`, nan without a face.
        embedding: (N, 128) as dlib gives them, nan without a face.
        points: (N, 5, 2) pixels of the picture, nan without a face.
    """

    scores: NDArray[np.float32]
    embedding: NDArray[np.float32]
    points: NDArray[np.float32]

    def save(self, path: Path) -> None:
        """Write all arrays into one npz file."""
        with writing(path) as unfinished, unfinished.open("wb") as file:
            np.savez(file, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "Seen":
        """Read what `save` has written."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**{name: arrays[name] for name in arrays.files})


def main() -> None:
    """Look at every picture; write the manifest with its weak labels."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", choices=sorted(READERS))
    parser.add_argument("root", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--test-people", type=float, default=0.0, help="share kept from training")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    manifest = READERS[arguments.database](arguments.root, ReadingReport())
    images = manifest.column("image").to_pylist()
    seen = look(images, arguments.output.with_suffix(".seen"), arguments.teacher, arguments.workers)
    rows = labelled(manifest, seen, arguments.test_people)
    Manifest.from_rows(rows).write(arguments.output)
    found = int(np.isfinite(seen.points[:, 0, 0]).sum())
    print(f"{arguments.output}: {len(images)} pictures, {found} with a face")


def look(images: Sequence[str], kept: Path, teacher: Path, workers: int) -> Seen:
    """Ask the teachers about all pictures; go on where an earlier run has stopped.

    Raises:
        FaceBehaviorError: dlib or a file of the teacher is missing.
    """
    if find_spec("dlib") is None:
        raise FaceBehaviorError("dlib is not installed; pip install --no-deps dlib-bin")
    for name in (_POINTS_FILE, _EMBEDDING_FILE):
        if not (teacher / name).is_file():
            raise FaceBehaviorError(
                f"{teacher / name}: expected a file of the package face_recognition_models, found "
                "none; --teacher names the folder that holds it"
            )
    kept.mkdir(parents=True, exist_ok=True)
    starts = range(0, len(images), ROWS_TOGETHER)
    missing = [start for start in starts if not (kept / f"{start:06d}.npz").is_file()]
    chunks = (images[start : start + ROWS_TOGETHER] for start in missing)
    results = chunks_in_processes(partial(look_at, teacher=teacher), chunks, workers)
    for start, result in zip(missing, results, strict=True):
        result.save(kept / f"{start:06d}.npz")
    parts = [Seen.load(kept / f"{start:06d}.npz") for start in starts]
    return Seen(*(np.concatenate([getattr(one, name) for one in parts]) for name in vars(parts[0])))


def look_at(images: Sequence[str], teacher: Path) -> Seen:
    """Ask the teachers about some pictures."""
    scores = np.full((len(images), len(BLENDSHAPES)), np.nan, dtype=np.float32)
    embedding = np.full((len(images), EMBEDDING_SIZE), np.nan, dtype=np.float32)
    points = np.full((len(images), 5, 2), np.nan, dtype=np.float32)
    for row, name in enumerate(images):
        try:
            picture, factor = enlarge(read_image(name))
        except BadInput:
            continue
        faces = _detector().detect(picture)
        if not faces:
            continue
        face = max(faces, key=lambda one: float(one.box[2] * one.box[3]))
        border = BORDER if factor > 1 else 0
        points[row] = (face.points - border) / factor
        scores[row] = [
            np.mean([face.blendshapes[shape] for shape in shapes])
            for shapes, _, _ in BLENDSHAPES.values()
        ]
        embedding[row] = _embedded(picture, face, teacher)
    return Seen(scores, embedding, points)


def labelled(manifest: Manifest, seen: Seen, test_people: float) -> Iterator[dict[str, object]]:
    """Go through the rows with their weak labels; what the manifest labels itself stays."""
    known = np.isfinite(seen.embedding[:, 0])
    centred = seen.embedding - seen.embedding[known].mean(axis=0)
    for row, labels in enumerate(manifest.rows()):
        person = labels.get("identity")
        if test_people and person is not None:
            labels["split"] = "test" if chosen(str(person), test_people) else "train"
            labels["subject"] = person
        votes = labels.get("expression_votes")
        if votes is not None:
            labels |= affect_of_votes(np.asarray(votes, dtype=np.float64))
        if known[row]:
            labels |= action_units_of(seen.scores[row])
            labels["embedding"] = centred[row].tolist()
            labels["landmarks"] = seen.points[row].ravel().tolist()
        yield {key: value for key, value in labels.items() if value is not None}


def action_units_of(scores: NDArray[np.floating]) -> dict[str, object]:
    """Give the action units (by column) that the teacher is sure of."""
    found: dict[str, object] = {}
    for score, (unit, (_, low, high)) in zip(scores, BLENDSHAPES.items(), strict=True):
        if score >= high or score <= low:
            found[unit] = bool(score >= high)
    return found


def affect_of_votes(votes: NDArray[np.float64]) -> dict[str, object]:
    """Give valence and arousal of the words that got votes (8 shares); nothing without votes."""
    words = [place for place, word in enumerate(VOTE_EXPRESSIONS) if word != NOT_POSITIONED]
    share = votes[words]
    if share.sum() < 0.5:
        return {}
    places = np.array([POSITIONS[VOTE_EXPRESSIONS[place]] for place in words])
    valence, arousal = share @ places / share.sum()
    return {"valence": float(valence), "arousal": float(arousal)}


def chosen(person: str, share: float) -> bool:
    """Choose a share of the people, by their names alone."""
    digest = hashlib.sha256(person.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


@cache
def _detector() -> Detector:
    return open_detector("landmarker")


@cache
def _networks(teacher: Path) -> tuple[Any, Any]:
    import dlib

    return (
        dlib.shape_predictor(str(teacher / _POINTS_FILE)),
        dlib.face_recognition_model_v1(str(teacher / _EMBEDDING_FILE)),
    )


def _embedded(picture: NDArray[np.uint8], face: Face, teacher: Path) -> NDArray[np.float64]:
    import dlib

    predictor, recogniser = _networks(teacher)
    left, top, width, height = (float(value) for value in face.box)
    rectangle = dlib.rectangle(round(left), round(top), round(left + width), round(top + height))
    shape = predictor(picture, rectangle)
    chip = dlib.get_face_chip(picture, shape, CHIP_SIZE, CHIP_PADDING)
    return np.array(recogniser.compute_face_descriptor(chip))


if __name__ == "__main__":
    try:
        main()
    except FaceBehaviorError as mistake:
        print(f"weak_labels: {mistake}", file=sys.stderr)
        sys.exit(2)
