"""From analysed frames to the rows of the record."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.compounds import CompoundExpressions
from facebehavior.analysis.embeddings import check_embedding
from facebehavior.faces.media import LostFrame
from facebehavior.faces.quality import eye_distance, gaze_and_blink, sharpness
from facebehavior.labels import ATTRIBUTE_COLUMNS, EMBEDDING_SIZE
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


class Recorder:
    """Makes the rows that one model's predictions fill.

    Args:
        model: whose predictions they are.
        landmarks: keep the 478 points of each face.
        compound: name of the set of compound expressions to score, see `compound.COMPOUND_SETS`;
            None scores none. A model with a compound head of its own answers with that, unless
            another set than its own, or a way, is named.
        compound_by: `score`, the published one, or `posterior`, Bayes' rule on the action units
            alone; None for the head or else the score.
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
        compound_by: str | None = None,
        embedding: bool = False,
        points: bool = False,
    ) -> None:
        metadata = model.metadata
        self._compound = CompoundExpressions(model, compound, compound_by)
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
                compound=self._compound.names,
                compound_by=self._compound.way,
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
        scores = self._compound(frame.predictions)
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
