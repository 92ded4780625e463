"""From analysed frames to the rows of the record."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.embeddings import check_embedding
from facebehavior.compound import compound_scores, find_compound_set, left_out_action_units
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.media import LostFrame
from facebehavior.faces.quality import eye_distance, gaze_and_blink, sharpness
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    ACTION_UNITS,
    ATTRIBUTE_COLUMNS,
    EMBEDDING_SIZE,
)
from facebehavior.model_file import FaceModel, Predictions
from facebehavior.model_file.metadata import HEAD_LABELS
from facebehavior.records import (
    FaceRecord,
    FrameRecord,
    RecordedModel,
    RecordOptions,
    arrow_schema,
    own_column,
    record_batch,
)
from facebehavior.relatedness import DU_2014

_log = logging.getLogger(__name__)

_OF_THE_HEAD = "du"
"""The set that a compound head of a model answers."""
_SCORED_HEADS = ("expression", "action_units", "affect")


class Recorder:
    """Makes the rows that one model's predictions fill.

    Args:
        model: whose predictions they are.
        landmarks: keep the 478 points of each face.
        compound: name of the set of compound expressions to score, see `compound.COMPOUND_SETS`;
            None scores none. A model with a compound head of its own answers with that, unless
            another set than its own is named.
        embedding: keep the embedding of each face.
        points: keep the five points of each face in a column that no finished record has.

    Raises:
        FaceBehaviorError: there is no such set, or the model lacks a head that is asked for.

    Attributes:
        schema: the Arrow schema of the rows.
    """

    def __init__(
        self,
        model: FaceModel,
        *,
        landmarks: bool = False,
        compound: str | None = None,
        embedding: bool = False,
        points: bool = False,
    ) -> None:
        metadata = model.metadata
        self._of_head = "compound" in metadata.heads and compound in (None, _OF_THE_HEAD)
        self._compound = _OF_THE_HEAD if self._of_head else compound
        names = () if self._compound is None else find_compound_set(self._compound)
        if self._compound is not None and not self._of_head:
            _check_heads(model)
            _check_action_units(model, self._compound)
        if embedding:
            check_embedding(metadata, "to keep or to tell people apart by")
        self._keep_embedding = embedding
        self._own = {
            name: labels for name, labels in metadata.heads.items() if name not in HEAD_LABELS
        }
        self._thresholds = metadata.action_unit_thresholds
        recorded = RecordedModel(
            name=metadata.name,
            version=metadata.version,
            sha256=model.sha256,
            heads=tuple(metadata.heads),
            action_unit_thresholds=self._thresholds,
            untrained=metadata.untrained,
        )
        self.schema: pa.Schema = arrow_schema(
            RecordOptions(
                landmarks=landmarks,
                compound=names,
                compound_head=self._of_head,
                attributes="attributes" in metadata.heads,
                embedding=EMBEDDING_SIZE if embedding else 0,
                own=self._own,
            ),
            recorded,
        )
        if points:
            self.schema = self.schema.append(pa.field("points", pa.list_(pa.float32())))

    def rows(self, frames: Sequence[AnalyzedFrame | LostFrame]) -> pa.RecordBatch:
        """Give one row for each face of the frames, and one for each without a face, or lost."""
        records = (self._frame_record(frame) for frame in frames)
        return record_batch(records, self.schema, self._thresholds)

    def _frame_record(self, frame: AnalyzedFrame | LostFrame) -> FrameRecord:
        if isinstance(frame, LostFrame):
            return FrameRecord(frame.source, frame.index, frame.time_s, None)
        scores = self._scores(frame.predictions)
        faces = [
            replace(
                _face_record(frame, number),
                compound=None if scores is None else scores[number],
                further=self._further(frame.predictions, number),
                embedding=self._embedding(frame.predictions, number),
            )
            for number in range(len(frame.faces))
        ]
        return FrameRecord(frame.source, frame.index, frame.time_s, faces)

    def _further(self, predictions: Predictions, number: int) -> dict[str, float]:
        found: dict[str, float] = {}
        if predictions.attributes is not None:
            values = predictions.attributes[number].tolist()
            found |= dict(zip(ATTRIBUTE_COLUMNS, values, strict=True))
        for task, labels in self._own.items():
            columns = [own_column(task, label) for label in labels]
            found |= dict(zip(columns, predictions.own[task][number].tolist(), strict=True))
        return found

    def _embedding(self, predictions: Predictions, number: int) -> NDArray[np.float32] | None:
        if not self._keep_embedding or predictions.embedding is None:
            return None
        return np.asarray(predictions.embedding[number])

    def _scores(self, predictions: Predictions) -> list[dict[str, float]] | None:
        """Score the compound expressions of N faces, or give None where none are asked for."""
        if self._of_head and predictions.compound is not None:
            names = find_compound_set(_OF_THE_HEAD)
            return [dict(zip(names, row, strict=True)) for row in predictions.compound.tolist()]
        expression, units, affect = (
            predictions.expression,
            predictions.action_units,
            predictions.affect,
        )
        if self._compound is None or expression is None or units is None or affect is None:
            return None
        scores = compound_scores(expression, units, affect[:, 0], self._compound)
        names = find_compound_set(self._compound)
        return [dict(zip(names, row, strict=True)) for row in scores.tolist()]


def _check_heads(model: FaceModel) -> None:
    missing = [name for name in _SCORED_HEADS if name not in model.metadata.heads]
    if missing:
        raise FaceBehaviorError(
            f"compound expressions are scored from {', '.join(_SCORED_HEADS)}; the model "
            f"{model.metadata.name} lacks {', '.join(missing)}: give another with --model"
        )


def _check_action_units(model: FaceModel, name: str) -> None:
    """Say which classes are scored by a part of their action units; refuse where none is left."""
    metadata = model.metadata
    if "valence" in metadata.untrained:
        raise FaceBehaviorError(
            f"compound expressions are scored with valence, which the model {metadata.name} was "
            "never taught: give another with --model"
        )
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


def _face_record(frame: AnalyzedFrame, number: int) -> FaceRecord:
    face, predictions = frame.faces[number], frame.predictions
    return FaceRecord(
        face=face,
        track=frame.tracks[number] if frame.tracks else None,
        person=frame.people[number] if frame.people else None,
        face_px=eye_distance(face.points),
        sharpness=sharpness(frame.crops[number]),
        eyes=gaze_and_blink(face.blendshapes),
        expression=None if predictions.expression is None else predictions.expression[number],
        action_units=(
            None if predictions.action_units is None else predictions.action_units[number]
        ),
        affect=None if predictions.affect is None else predictions.affect[number],
    )
