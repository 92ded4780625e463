"""The labels of planned pictures: everything that is true, and what a database reveals of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    AFFECT,
    ATTRIBUTE_COLUMNS,
    EXPRESSIONS,
)
from facebehavior.synthesis.configuration import ALL_LABELS, Configuration, Label
from facebehavior.synthesis.plan import PicturePlan
from facebehavior.synthesis.truth.attributes import attributes

COLUMNS: Mapping[Label, tuple[str, ...]] = {
    "expression": ("expression",),
    "action_units": ACTION_UNIT_COLUMNS,
    "intensities": tuple(f"{name}_intensity" for name in ACTION_UNIT_COLUMNS),
    "affect": AFFECT,
    "compound": ("compound",),
    "identity": ("identity",),
    "attributes": ATTRIBUTE_COLUMNS,
    "people": ("gender", "age_band", "skin_tone"),
    "pose": ("pose_pitch", "pose_yaw", "pose_roll"),
}
"""The columns of the manifest that each kind of label fills."""


def true_labels(plan: PicturePlan, styled: bool) -> dict[str, object]:
    """Give everything that is true of a picture, as a row of a manifest without landmarks.

    Args:
        plan: of the picture.
        styled: whether hair styles are rendered, which needs MakeHuman's assets.
    """
    known = plan.sculpt is None
    row: dict[str, object] = {
        "image": plan.image,
        "database": plan.database,
        "split": plan.split,
        "subject": plan.person.name,
        "identity": plan.person.name,
        "valence": plan.affect[0],
        "arousal": plan.affect[1],
        "gender": plan.person.gender,
        "age_band": plan.person.age_band,
        "skin_tone": plan.person.skin_tone_name,
        "pose_pitch": plan.world.attitude.pitch,
        "pose_yaw": plan.world.attitude.yaw,
        "pose_roll": plan.world.attitude.roll,
    }
    if plan.category is not None:
        row["expression" if plan.category in EXPRESSIONS else "compound"] = plan.category
    if known:
        for name, intensity in zip(ACTION_UNIT_COLUMNS, plan.drawn.intensities, strict=True):
            row[f"{name}_intensity"] = float(intensity)
        row |= dict(zip(ACTION_UNIT_COLUMNS, plan.drawn.active.tolist(), strict=True))
    intensities = plan.drawn.intensities if known else None
    return row | attributes(plan.person, plan.look, intensities, plan.world.faults, styled)


def revealed(
    row: Mapping[str, object], labels: Sequence[Label], points: NDArray[np.float64]
) -> dict[str, object]:
    """Give what a database reveals of a row, and where the face is.

    Args:
        row: all that is true.
        labels: the kinds that are revealed.
        points: (5, 2) pixels.
    """
    hidden = {name for kind in ALL_LABELS if kind not in labels for name in COLUMNS[kind]}
    shown = {name: value for name, value in row.items() if name not in hidden}
    return shown | {"landmarks": points.astype(np.float32).ravel()}


def labels_of(configuration: Configuration, plan: PicturePlan) -> tuple[Label, ...]:
    """Give the kinds of labels that the split of a picture reveals."""
    database = configuration.databases[plan.database]
    split = database.splits[plan.split]
    return database.reveals if split.reveals is None else split.reveals


def checksum(plans: Sequence[PicturePlan], styled: bool) -> str:
    """Give the SHA-256 of all labels of some pictures, so that a test can guard them."""
    digest = hashlib.sha256()
    for plan in plans:
        row = json.dumps(true_labels(plan, styled), sort_keys=True)
        digest.update(row.encode())
    return digest.hexdigest()
