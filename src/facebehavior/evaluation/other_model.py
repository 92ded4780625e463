"""What a model is compared with: another model, or what answers as one does."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.comparison import Comparison, paired_difference
from facebehavior.evaluation.figures import Scored
from facebehavior.evaluation.labelled_crops import LabelledCrops, crops_in_parts
from facebehavior.evaluation.protocols import EvaluationProtocol
from facebehavior.evaluation.resampling import Groups, Resampling, groups_among
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    AFFECT,
    ATTRIBUTE_COLUMNS,
)
from facebehavior.model_file import FaceModel, join

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Answers:
    """One task's answers for M images.

    Attributes:
        values: (M,) class indices, (M, A) decisions, or (M, 2) numbers.
        answered: of the same shape, true where there is an answer.
    """

    values: NDArray[Any]
    answered: NDArray[np.bool_]


class OtherModel(Protocol):
    """Something that has answers for evaluated images."""

    name: str

    def answers(
        self, data: LabelledCrops, rows: NDArray[np.int64]
    ) -> tuple[dict[str, Answers], int]:
        """Give the answers by task for M rows, and for how many rows there are none."""


class ModelAnswers:
    """Another model file, which has to read the same crops.

    Args:
        model: the model.
    """

    def __init__(self, model: FaceModel) -> None:
        self.name = f"{model.metadata.name} {model.metadata.version}"
        self._model = model

    def answers(
        self, data: LabelledCrops, rows: NDArray[np.int64]
    ) -> tuple[dict[str, Answers], int]:
        """Run the model.

        Raises:
            FaceBehaviorError: it reads other crops.
        """
        metadata = self._model.metadata
        if metadata.crop != data.crop_parameters:
            raise FaceBehaviorError(
                f"the model {metadata.name} reads other crops than these: analyse the pictures "
                "with it, and compare with the file of its records"
            )
        found = join([self._model.predict(crops) for crops in crops_in_parts(data, rows)])
        answers = {}
        if found.expression is not None:
            answers["expression"] = _complete(found.expression.argmax(axis=1))
        if found.action_units is not None:
            thresholds = metadata.action_unit_thresholds
            limits = np.array([thresholds.get(name, 0.5) for name in ACTION_UNIT_COLUMNS])
            known = np.isfinite(found.action_units)
            answers["action_units"] = Answers(found.action_units > limits, known)
        if found.attributes is not None:
            known = np.isfinite(found.attributes)
            answers["attributes"] = Answers(found.attributes > 0.5, known)
        if found.affect is not None:
            answers["affect"] = Answers(found.affect.astype(np.float64), np.isfinite(found.affect))
        return answers, 0


def compare(
    other: OtherModel,
    data: LabelledCrops,
    rows: NDArray[np.int64],
    scored: Sequence[Scored],
    protocol: EvaluationProtocol,
    persons: Groups,
    resampling: Resampling,
) -> Comparison:
    """Compare the main figure of every task that both have answered."""
    answers, unmatched = other.answers(data, rows)
    differences = []
    for one in scored:
        if one.task not in answers or one.task not in protocol.main_metric:
            continue
        theirs = answers[one.task]
        values, answered = theirs.values[one.rows], theirs.answered[one.rows]
        names: Mapping[int, str] = {}
        if one.annotated is not None:
            assert one.columns is not None
            values, answered = values[:, one.columns], answered[:, one.columns]
            names = {n: _NAMES[one.task][column] for n, column in enumerate(one.columns)}
        found = paired_difference(
            one,
            values,
            answered,
            protocol.main_metric[one.task],
            names,
            groups_among(persons, one.rows),
            resampling,
        )
        if found is not None:
            differences.append(found)
    if not differences:
        _log.warning(
            "%s: nothing to compare, it has no answer to what the protocol %s judges here",
            other.name,
            protocol.name,
        )
    return Comparison(other.name, tuple(differences), unmatched)


_NAMES: Mapping[str, Sequence[str]] = {
    "action_units": ACTION_UNIT_COLUMNS,
    "attributes": ATTRIBUTE_COLUMNS,
    "affect": AFFECT,
}


def _complete(values: NDArray[Any]) -> Answers:
    return Answers(values, np.ones(values.shape, dtype=np.bool_))
