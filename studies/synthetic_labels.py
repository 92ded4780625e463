"""Are the labels of the synthetic study to be seen in its pictures, and how far could they be told?

    python studies/synthetic_labels.py DATA --assets MAKEHUMAN --sculpts FACSHUMAN

DATA is what `facebehavior synthesize synthetic_study` has made. Three questions, fixed beforehand:

1. Does the default detector find the faces, that is, is there a box around the true tip of the
   nose? Of each database, evenly spread pictures with a yaw of at most 45 degrees; the domains
   `covered`, `small` and `turned` are reported apart.
2. Does an independent tracker see each action unit? MediaPipe's blendshape that stands for it
   (`BLENDSHAPES`) must separate faces that show the action unit from faces that do not: (a) by
   itself, on heads of the domain `laboratory` that show it alone or nothing; (b) among all others,
   on the frontal pictures of the three test splits (yaw at most 15, pitch at most 10 degrees).
3. What does an oracle reach that knows the true action units? (`synthesis.truth.oracle`)

Writes docs/results/synthetic_labels.json and .md.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from facebehavior.evaluation.metrics import (
    accuracy,
    concordance,
    confusion_matrix,
    roc_auc,
    unweighted_average_recall,
)
from facebehavior.faces.detectors import open_detector
from facebehavior.faces.face import Detector
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    ACTION_UNIT_NAMES,
    ACTION_UNITS,
    AFFECT,
    COMPOUND_EXPRESSIONS,
    EXPRESSIONS,
    Manifest,
)
from facebehavior.synthesis import Materials, Photographer, read_configuration
from facebehavior.synthesis.configuration import Configuration
from facebehavior.synthesis.plan import PicturePlan, plan_database, truth_table
from facebehavior.synthesis.truth.drawing import with_intensities
from facebehavior.synthesis.truth.oracle import category_posterior, expected_affect

RESULTS = Path(__file__).parents[1] / "docs" / "results"
HARD = ("test_covered", "test_small", "test_turned")
MIXED = (("expression", "test"), ("action_units", "test"), ("affect", "test"))


def _both(name: str) -> tuple[str, str]:
    return f"{name}Left", f"{name}Right"


BLENDSHAPES: Mapping[int, tuple[str, ...]] = {
    1: ("browInnerUp",),
    2: _both("browOuterUp"),
    4: _both("browDown"),
    5: _both("eyeWide"),
    6: _both("cheekSquint"),
    7: _both("eyeSquint"),
    9: _both("noseSneer"),
    10: _both("mouthUpperUp"),
    12: _both("mouthSmile"),
    14: _both("mouthDimple"),
    15: _both("mouthFrown"),
    17: ("mouthShrugLower",),
    20: _both("mouthStretch"),
    23: ("mouthRollLower", "mouthRollUpper"),
    24: _both("mouthPress"),
    25: _both("mouthLowerDown"),
    26: ("jawOpen",),
}
"""The blendshapes whose mean stands for each action unit."""


def main() -> None:
    """Measure and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--sculpts", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=500, help="of each database (%(default)s)")
    parser.add_argument("--heads", type=int, default=150, help="for each unit (%(default)s)")
    arguments = parser.parse_args()
    configuration = read_configuration("synthetic_study")
    materials = Materials(arguments.assets, arguments.sculpts)
    with open_detector() as detector:
        result = {
            "detection": detection(arguments.data, configuration, detector, arguments.pictures),
            "alone": alone(configuration, materials, detector, arguments.heads),
            "mixed": mixed(arguments.data, detector, arguments.pictures),
            "oracle": oracle(arguments.data, configuration),
        }
    (RESULTS / "synthetic_labels.json").write_text(json.dumps(result, indent=1) + "\n")
    (RESULTS / "synthetic_labels.md").write_text(page(result))
    print(page(result))


def detection(
    data: Path, configuration: Configuration, detector: Detector, pictures: int
) -> dict[str, dict[str, int]]:
    """Count the faces that the detector finds, database by database."""
    found = {}
    for name in configuration.databases:
        truth = Manifest.read(data / name / "truth.parquet")
        yaw = np.abs(truth.column("pose_yaw").to_numpy())
        chosen = _spread(np.flatnonzero(yaw <= 45.0), pictures)
        names = truth.column("image").take(chosen).to_pylist()
        points = truth.column("landmarks").take(chosen).to_pylist()
        hits = [
            _finds(detector, _read(data / name / image), np.reshape(five, (5, 2)))
            for image, five in zip(_bar(names, name), points, strict=True)
        ]
        found[name] = {"pictures": len(hits), "found": int(sum(hits))}
    return found


def alone(
    configuration: Configuration, materials: Materials, detector: Detector, heads: int
) -> dict[str, dict[str, float]]:
    """Compare heads that show one action unit with heads that show none."""
    photographer = Photographer(configuration, materials)
    plans = plan_database(configuration, "joint")
    rng = np.random.default_rng(0)
    nothing = np.zeros(len(ACTION_UNITS), dtype=np.bool_)
    still = _seen(photographer, detector, _showing(plans[::5], nothing, rng, 2 * heads))
    found = {}
    for position, number in enumerate(_bar(ACTION_UNITS, "action units")):
        active = nothing.copy()
        active[position] = True
        shown = _seen(photographer, detector, _showing(plans[2::5], active, rng, heads))
        scores = np.array([_score(shapes, number) for shapes in (*shown, *still)])
        truth = np.arange(len(scores)) < len(shown)
        found[str(number)] = {"auc": roc_auc(truth, scores), "heads": len(shown)}
    return found


def mixed(data: Path, detector: Detector, pictures: int) -> dict[str, dict[str, float]]:
    """Compare faces with and without each action unit among all their others."""
    shapes: list[Mapping[str, float]] = []
    active: list[NDArray[np.bool_]] = []
    for name, split in MIXED:
        truth = Manifest.read(data / name / "truth.parquet").split(split)
        turned = np.abs(truth.column("pose_yaw").to_numpy()) > 15.0
        turned |= np.abs(truth.column("pose_pitch").to_numpy()) > 10.0
        chosen = _spread(np.flatnonzero(~turned), pictures)
        units = _columns(truth, ACTION_UNIT_COLUMNS)[chosen]
        images = truth.column("image").take(chosen).to_pylist()
        for image, row in zip(_bar(images, name), units, strict=True):
            faces = [
                face
                for face in detector.detect(_read(data / name / image))
                if face.mesh is not None
            ]
            if faces:
                shapes.append(faces[0].blendshapes)
                active.append(row)
    truth_rows = np.array(active, dtype=np.bool_)
    found = {}
    for position, number in enumerate(ACTION_UNITS):
        scores = np.array([_score(one, number) for one in shapes])
        column = truth_rows[:, position]
        found[str(number)] = {"auc": roc_auc(column, scores), "active": int(column.sum())}
    return found


def oracle(data: Path, configuration: Configuration) -> dict[str, float]:
    """Give the ceiling of the test database: expression, compound expression and affect."""
    truth = Manifest.read(data / "test" / "truth.parquet")
    generator = configuration.generator_of("test")
    table = truth_table(generator)
    intensities = _columns(truth, tuple(f"{name}_intensity" for name in ACTION_UNIT_COLUMNS))
    active = _columns(truth, ACTION_UNIT_COLUMNS).astype(np.bool_)
    result: dict[str, float] = {}
    for task, names in (("expression", EXPRESSIONS), ("compound", tuple(COMPOUND_EXPRESSIONS))):
        labels = truth.column(task).to_pylist()
        labelled = np.array([label is not None for label in labels])
        classes = np.array([names.index(label) for label in labels if label is not None])
        posterior = category_posterior(active[labelled], table, generator.noise, names)
        guessed = posterior.argmax(axis=1)
        result[f"{task}_accuracy"] = accuracy(classes, guessed)
        result[f"{task}_uar"] = unweighted_average_recall(
            confusion_matrix(classes, guessed, len(names))
        )
        result[f"{task}_chance"] = 1.0 / len(names)
    everything = (*EXPRESSIONS, *COMPOUND_EXPRESSIONS)
    basic = configuration.databases["test"].faces.expressions
    prior = np.array([basic / len(EXPRESSIONS)] * len(EXPRESSIONS) + [(1 - basic) / 15] * 15)
    posterior = category_posterior(active, table, generator.noise, everything, prior)
    expected = expected_affect(intensities, posterior, everything)
    for column, name in enumerate(AFFECT):
        result[f"{name}_ccc"] = concordance(truth.column(name).to_numpy(), expected[:, column])
    return result


def page(result: Mapping[str, Any]) -> str:
    """Tell the result in tables."""
    easy = {name: one for name, one in result["detection"].items() if name not in HARD}
    looked_at = sum(one["pictures"] for one in easy.values())
    total = sum(one["found"] for one in easy.values()) / looked_at
    lines = [
        "# The labels of the synthetic study",
        "",
        "Written by `studies/synthetic_labels.py`.",
        "",
        "## Faces found by the default detector, yaw up to 45 degrees",
        "",
        "| database | found | of |",
        "| --- | --- | --- |",
        *(
            f"| {name}{' (hard)' if name in HARD else ''} | {one['found'] / one['pictures']:.1%} "
            f"| {one['pictures']} |"
            for name, one in result["detection"].items()
        ),
        f"| **all but the hard ones** | **{total:.1%}** | {looked_at} |",
        "",
        "## Does MediaPipe see the action units?",
        "",
        "ROC AUC of the matching blendshape; *alone*: heads that show only this action unit "
        "against heads that show none; *mixed*: frontal pictures of the test splits, all action "
        "units at once.",
        "",
        "| action unit | blendshape | alone | mixed |",
        "| --- | --- | --- | --- |",
        *(_unit_row(result, number) for number in ACTION_UNITS),
        "",
        "## What an oracle reaches that knows the true action units",
        "",
        "| test database | value |",
        "| --- | --- |",
        *(
            f"| {name.replace('_', ' ')} | {value:.3f} |"
            for name, value in result["oracle"].items()
        ),
        "",
    ]
    return "\n".join(lines)


def _unit_row(result: Mapping[str, Any], number: int) -> str:
    blendshape = BLENDSHAPES[number][0].removesuffix("Left")
    alone_auc, mixed_auc = (result[kind][str(number)]["auc"] for kind in ("alone", "mixed"))
    name = ACTION_UNIT_NAMES[number]
    return f"| {number} {name} | {blendshape} | {alone_auc:.2f} | {mixed_auc:.2f} |"


def _showing(
    plans: Sequence[PicturePlan],
    active: NDArray[np.bool_],
    rng: np.random.Generator,
    count: int,
) -> list[PicturePlan]:
    """Give plans of heads that show some action units (17,) and no others."""
    chosen = [plans[number] for number in _spread(np.arange(len(plans)), count)]
    return [replace(plan, drawn=with_intensities(active, rng), sculpt=None) for plan in chosen]


def _seen(
    photographer: Photographer, detector: Detector, plans: Sequence[PicturePlan]
) -> list[Mapping[str, float]]:
    """Give the blendshapes of the heads that are found."""
    faces = [detector.detect(photographer.take(plan).pixels) for plan in plans]
    return [found[0].blendshapes for found in faces if found and found[0].blendshapes]


def _finds(detector: Detector, picture: NDArray[np.uint8], points: NDArray[np.float64]) -> bool:
    """Tell whether a face that is found holds the true tip of the nose."""
    x, y = points[2]
    return any(
        face.box[0] <= x <= face.box[0] + face.box[2]
        and face.box[1] <= y <= face.box[1] + face.box[3]
        for face in detector.detect(picture)
    )


def _score(shapes: Mapping[str, float], number: int) -> float:
    return float(np.mean([shapes[name] for name in BLENDSHAPES[number]]))


def _columns(manifest: Manifest, names: tuple[str, ...]) -> NDArray[np.float64]:
    columns = [manifest.column(name).to_numpy(zero_copy_only=False) for name in names]
    return np.stack(columns, axis=1).astype(np.float64)


def _spread(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Give at most so many of the rows, evenly spread."""
    places = np.linspace(0, len(rows) - 1, min(count, len(rows))).round().astype(np.int64)
    return np.asarray(rows[places])


def _bar(items: Sequence[Any], what: str) -> Iterator[Any]:
    return iter(tqdm(items, desc=what, disable=None, leave=False))


def _read(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


if __name__ == "__main__":
    main()
