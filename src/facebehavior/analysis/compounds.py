"""The compound expressions of analysed faces, by the way that was asked for."""

import logging
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound import (
    compound_posterior,
    compound_scores,
    find_compound_set,
    left_out_action_units,
)
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS, ACTION_UNITS
from facebehavior.model_file import FaceModel, Predictions
from facebehavior.relatedness import DU_2014

_log = logging.getLogger(__name__)

Way = Literal["score", "posterior"]
WAYS: tuple[Way, ...] = ("score", "posterior")
"""The published zero-shot score, or Bayes' rule on the action units alone."""
OF_THE_HEAD = "du"
"""The set that a compound head of a model answers."""
_NEEDED_HEADS: dict[str, tuple[str, ...]] = {
    "score": ("expression", "action_units", "affect"),
    "posterior": ("action_units",),
}


class CompoundExpressions:
    """Tells the compound expressions of faces from a model's predictions.

    Args:
        model: whose predictions they are.
        name: of the set, see `compound.COMPOUND_SETS`; None for what a head of the model's own
            answers, if it has one.
        way: None for the model's own head where it answers the set, else the published score.

    Raises:
        FaceBehaviorError: there is no such set or way, or the model lacks what it takes.

    Attributes:
        names: the classes; none where nothing is told.
        way: `score`, `posterior` or `head`.
    """

    def __init__(self, model: FaceModel, name: str | None, way: str | None) -> None:
        check_way(name, way)
        learned = "compound" in model.metadata.heads and name in (None, OF_THE_HEAD)
        self._set = OF_THE_HEAD if learned else name
        self.names = () if self._set is None else find_compound_set(self._set)
        self.way: Literal["score", "posterior", "head"] = "score"
        if way == "posterior":
            self.way = "posterior"
        elif way is None and learned:
            self.way = "head"
        if self._set is not None and self.way != "head":
            _check_heads(model, self.way)
            _check_action_units(model, self._set)

    def __call__(self, predictions: Predictions) -> list[dict[str, float]] | None:
        """Give the score of each class for N faces; None where nothing is told."""
        values = None if self._set is None else self._values(predictions, self._set)
        if values is None:
            return None
        return [dict(zip(self.names, row, strict=True)) for row in values.tolist()]

    def _values(self, predictions: Predictions, name: str) -> NDArray[np.floating] | None:
        expression, units, affect = (
            predictions.expression,
            predictions.action_units,
            predictions.affect,
        )
        if self.way == "head":
            return predictions.compound
        if units is None:
            return None
        if self.way == "posterior":
            return compound_posterior(units, name)
        if expression is None or affect is None:
            return None
        return compound_scores(expression, units, affect[:, 0], name)


def check_way(name: str | None, way: str | None) -> None:
    """See whether a way of scoring can be asked for.

    Raises:
        FaceBehaviorError: there is none of that name, or no set is named.
    """
    if way is None:
        return
    if way not in WAYS:
        raise FaceBehaviorError(
            f"compound expressions are told by {' or '.join(WAYS)}, found {way!r}"
        )
    if name is None:
        raise FaceBehaviorError(
            "--compound-by says how compound expressions are told: give --compound with it"
        )


def _check_heads(model: FaceModel, way: str) -> None:
    metadata, needed = model.metadata, _NEEDED_HEADS[way]
    missing = [name for name in needed if name not in metadata.heads]
    if missing:
        raise FaceBehaviorError(
            f"compound expressions are scored from {', '.join(needed)}; the model "
            f"{metadata.name} lacks {', '.join(missing)}: give another with --model"
        )
    if "affect" in needed and "valence" in metadata.untrained:
        raise FaceBehaviorError(
            f"compound expressions are scored with valence, which the model {metadata.name} was "
            "never taught: give another with --model, or --compound-by posterior"
        )


def _check_action_units(model: FaceModel, name: str) -> None:
    """Say which classes are told by a part of their action units; refuse where none is left."""
    metadata = model.metadata
    columns = zip(ACTION_UNITS, ACTION_UNIT_COLUMNS, strict=True)
    taught = [unit for unit, column in columns if column not in metadata.untrained]
    if len(taught) == len(ACTION_UNITS):
        return
    missing = left_out_action_units(name, taught)
    for category, units in missing.items():
        if len(units) == len(DU_2014[category]):
            raise FaceBehaviorError(
                f"the model {metadata.name} was never taught an action unit of {category}: give "
                "another with --model, or another set with --compound"
            )
    _log.warning(
        "%s was never taught %s: compound expressions are scored without them",
        metadata.name,
        ", ".join(f"AU {unit}" for unit in ACTION_UNITS if unit not in taught),
    )
