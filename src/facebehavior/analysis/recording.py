"""From analysed frames to the rows of the record."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.compound import compound_scores, find_compound_set
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.quality import eye_distance, gaze_and_blink, sharpness
from facebehavior.model_file import FaceModel, Predictions
from facebehavior.records import (
    FaceRecord,
    FrameRecord,
    RecordedModel,
    RecordOptions,
    RecordWriter,
    arrow_schema,
    open_writer,
    record_batch,
)

_SCORED_HEADS = ("expression", "action_units", "affect")


class Recorder:
    """Makes the rows that one model's predictions fill.

    Args:
        model: whose predictions they are.
        landmarks: keep the 478 points of each face.
        compound: name of the set of compound expressions to score, see `compound.COMPOUND_SETS`;
            None scores none.

    Raises:
        FaceBehaviorError: there is no such set, or the model lacks a head that its score needs.

    Attributes:
        schema: the Arrow schema of the rows.
    """

    def __init__(
        self, model: FaceModel, *, landmarks: bool = False, compound: str | None = None
    ) -> None:
        metadata = model.metadata
        self._compound = compound
        names = () if compound is None else find_compound_set(compound)
        if compound is not None:
            _check_heads(model)
        self._thresholds = metadata.action_unit_thresholds
        recorded = RecordedModel(
            name=metadata.name,
            version=metadata.version,
            sha256=model.sha256,
            heads=tuple(metadata.heads),
            action_unit_thresholds=self._thresholds,
        )
        self.schema: pa.Schema = arrow_schema(
            RecordOptions(landmarks=landmarks, compound=names), recorded
        )

    def rows(self, frames: Sequence[AnalyzedFrame]) -> pa.RecordBatch:
        """Give one row for each face of the frames, and one for each frame without a face."""
        records = (_frame_record(frame, self._scores(frame.predictions)) for frame in frames)
        return record_batch(records, self.schema, self._thresholds)

    def _scores(self, predictions: Predictions) -> list[dict[str, float]] | None:
        """Score the compound expressions of N faces, or give None where none are asked for."""
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

    def open(self, path: str | Path) -> RecordWriter:
        """Open a writer for such rows; the ending names the format.

        Raises:
            FaceBehaviorError: an unknown ending, or a place that cannot be written to.
        """
        return open_writer(path, self.schema)


def _check_heads(model: FaceModel) -> None:
    missing = [name for name in _SCORED_HEADS if name not in model.metadata.heads]
    if missing:
        raise FaceBehaviorError(
            f"compound expressions are scored from {', '.join(_SCORED_HEADS)}; the model "
            f"{model.metadata.name} lacks {', '.join(missing)}: give another with --model"
        )


def _frame_record(frame: AnalyzedFrame, scores: list[dict[str, float]] | None) -> FrameRecord:
    faces = [
        _face_record(frame, number, None if scores is None else scores[number])
        for number in range(len(frame.faces))
    ]
    return FrameRecord(frame.source, frame.index, frame.time_s, faces)


def _face_record(frame: AnalyzedFrame, number: int, scores: dict[str, float] | None) -> FaceRecord:
    face, predictions = frame.faces[number], frame.predictions
    return FaceRecord(
        face=face,
        face_px=eye_distance(face.points),
        sharpness=sharpness(frame.crops[number]),
        eyes=gaze_and_blink(face.blendshapes),
        expression=None if predictions.expression is None else predictions.expression[number],
        action_units=(
            None if predictions.action_units is None else predictions.action_units[number]
        ),
        affect=None if predictions.affect is None else predictions.affect[number],
        compound=scores,
    )
