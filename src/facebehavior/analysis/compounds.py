"""The compound expressions of analysed faces, by the way that was asked for."""

import logging

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound import (
    COMPOUND_WAYS,
    check_compound_way,
    compound_posterior,
    compound_scores,
    find_compound_set,
    indistinct_classes,
    left_out_action_units,
)
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS, ACTION_UNITS
from facebehavior.model_file import FaceModel, Predictions
from facebehavior.records import CompoundWay
from facebehavior.relatedness import DU_2014

_log = logging.getLogger(__name__)

_OF_THE_HEAD = "du"
"""The set that a compound head of a model answers."""


class CompoundExpressions:
    """Tells the compound expressions of faces from a model's predictions.

    Args:
        model: whose predictions they are.
        name: of the set, see `compound.COMPOUND_SETS`; None for what a head of the model's own
            answers, if it has one.
        way: see `compound.COMPOUND_WAYS`; None for the model's own head where it answers the set,
            else the published score.

    Raises:
        FaceBehaviorError: there is no such set or way, or the model lacks what it takes.

    Attributes:
        names: the classes; none where nothing is told.
        way: how they are told.
    """

    def __init__(self, model: FaceModel, name: str | None, way: str | None) -> None:
        check_compound_way(way)
        learned = "compound" in model.metadata.heads and name in (None, _OF_THE_HEAD)
        self._set = _OF_THE_HEAD if learned else name
        self.names = () if self._set is None else find_compound_set(self._set)
        self.way: CompoundWay = "score"
        if way == "posterior":
            self.way = "posterior"
        elif way is None and learned:
            self.way = "head"
        if self._set is not None and self.way != "head":
            _check_heads(model, self.way)
            _check_action_units(model, self._set)
        if self._set is not None and self.way == "posterior":
            _say_what_is_indistinct(model, self._set)

    def __call__(self, predictions: Predictions) -> list[dict[str, float]] | None:
        """Give the score or share of each class for N faces; None where nothing is told."""
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


def _check_heads(model: FaceModel, way: CompoundWay) -> None:
    metadata, needed = model.metadata, COMPOUND_WAYS[way]
    further = ", or --compound-by posterior" if _has_action_units(model) else ""
    missing = [name for name in needed if name not in metadata.heads]
    if missing:
        raise FaceBehaviorError(
            f"compound expressions are scored from {', '.join(needed)}; the model "
            f"{metadata.name} lacks {', '.join(missing)}: give another with --model{further}"
        )
    if "affect" in needed and "valence" in metadata.untrained:
        raise FaceBehaviorError(
            f"compound expressions are scored with valence, which the model {metadata.name} was "
            f"never taught: give another with --model{further}"
        )


def _has_action_units(model: FaceModel) -> bool:
    return "action_units" in model.metadata.heads and bool(_taught(model))


def _taught(model: FaceModel) -> list[int]:
    columns = zip(ACTION_UNITS, ACTION_UNIT_COLUMNS, strict=True)
    return [unit for unit, column in columns if column not in model.metadata.untrained]


def _say_what_is_indistinct(model: FaceModel, name: str) -> None:
    for one, other in indistinct_classes(name, _taught(model)):
        _log.warning(
            "%s was taught no action unit that tells %s from %s", model.metadata.name, other, one
        )


def _check_action_units(model: FaceModel, name: str) -> None:
    """Say which classes are told by a part of their action units; refuse where none is left."""
    metadata = model.metadata
    taught = _taught(model)
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
