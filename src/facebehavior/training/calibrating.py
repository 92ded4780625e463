"""What is fitted to the best weights of a run, on held-out pictures."""

from collections.abc import Sequence

import numpy as np

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.model_file import MatchThreshold, ModelMetadata
from facebehavior.model_file.calibration import (
    best_thresholds,
    equal_error_threshold,
    fit_temperature,
)
from facebehavior.training.batches import Pictures
from facebehavior.training.compared_faces import compared_faces
from facebehavior.training.validation import HeldOut, pairs

FEWEST_HELD_OUT, FEWEST_OF_EACH = 100, 10
"""Held-out labels below which no temperature is fitted, and held-out faces with and without an
action unit below which it gets no threshold: a handful would be told apart too well."""


def expression_temperature(found: HeldOut | None, base: ModelMetadata | None) -> float:
    """Fit the temperature, or keep that of the model that the run started from, or 1."""
    if found is not None and "expression" in found.logits:
        chosen = found.labels.expression_annotated
        if chosen.sum() >= FEWEST_HELD_OUT:
            return fit_temperature(
                found.logits["expression"][chosen], found.labels.expression[chosen]
            )
    return 1.0 if base is None else base.calibration.get("expression_temperature", 1.0)


def action_unit_thresholds(found: HeldOut | None, base: ModelMetadata | None) -> dict[str, float]:
    """Choose the thresholds, or keep those of the model that the run started from, or 0.5."""
    kept = dict.fromkeys(ACTION_UNIT_COLUMNS, 0.5)
    if base is not None:
        kept |= base.action_unit_thresholds
    if found is not None and found.labels.action_units_annotated.any():
        probabilities = 1.0 / (1.0 + np.exp(-found.logits["action_units"]))
        thresholds = best_thresholds(
            probabilities, found.labels.action_units, found.labels.action_units_annotated
        )
        active = found.labels.action_units > 0.5
        annotated = found.labels.action_units_annotated
        fewest = np.minimum((active & annotated).sum(axis=0), (~active & annotated).sum(axis=0))
        chosen = zip(
            ACTION_UNIT_COLUMNS, thresholds.tolist(), fewest >= FEWEST_OF_EACH, strict=True
        )
        kept |= {name: threshold for name, threshold, enough in chosen if enough}
    return kept


def verification(found: HeldOut | None) -> MatchThreshold | None:
    """Choose when two faces count as one person's: the strictest that any database asks for.

    Args:
        found: what the network answers to held-out faces of known people.

    Returns:
        The threshold with the name of the database that it was measured on; None where no
        database has both kinds of pairs.
    """
    measured = [
        equal_error_threshold(likeness, same, database)
        for database, (likeness, same) in ({} if found is None else pairs(found)).items()
    ]
    known = [one for one in measured if one is not None]
    return max(known, key=lambda one: one.threshold) if known else None


def check_expressions(held_out: Sequence[Pictures], label_set: str | None) -> None:
    """Check, before an hour of training, that a named label set can choose the temperature.

    Raises:
        FaceBehaviorError: it holds out too few pictures with an expression.
    """
    if label_set is None:
        return
    chosen = [one.labels.expression_annotated for one in held_out if one.label_set == label_set]
    found = sum(int(annotated.sum()) for annotated in chosen)
    if found < FEWEST_HELD_OUT:
        raise FaceBehaviorError(
            f"calibration.expression: expected {FEWEST_HELD_OUT} held-out expressions or more in "
            f"the label set {label_set!r}, found {found}; give its sources a greater hold_out, or "
            "leave it out"
        )


def check_people(held_out: Sequence[Pictures], label_set: str | None) -> None:
    """Check, before an hour of training, that a named label set can choose the threshold.

    Raises:
        FaceBehaviorError: among its held-out faces are no two of one person, or none of two.
    """
    if label_set is None:
        return
    chosen = [one for one in held_out if one.label_set == label_set]
    people = [one.people for one in chosen if one.people is not None]
    if not any(compared_faces(np.concatenate(people)) if people else ()):
        raise FaceBehaviorError(
            f"calibration.verification: expected held-out people of the label set {label_set!r}, "
            "one of them with two faces; found none; give its sources a greater hold_out"
        )
