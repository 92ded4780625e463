"""From analysed frames to the rows of the record."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.faces.quality import eye_distance, gaze_and_blink, sharpness
from facebehavior.model_file import FaceModel
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


class Recorder:
    """Makes the rows that one model's predictions fill.

    Args:
        model: whose predictions they are.
        landmarks: keep the 478 points of each face.

    Attributes:
        schema: the Arrow schema of the rows.
    """

    def __init__(self, model: FaceModel, *, landmarks: bool = False) -> None:
        metadata = model.metadata
        self._thresholds = metadata.action_unit_thresholds
        recorded = RecordedModel(
            name=metadata.name,
            version=metadata.version,
            sha256=model.sha256,
            heads=tuple(metadata.heads),
            action_unit_thresholds=self._thresholds,
        )
        self.schema: pa.Schema = arrow_schema(RecordOptions(landmarks=landmarks), recorded)

    def rows(self, frames: Sequence[AnalyzedFrame]) -> pa.RecordBatch:
        """Give one row for each face of the frames, and one for each frame without a face."""
        return record_batch(map(_frame_record, frames), self.schema, self._thresholds)

    def open(self, path: str | Path) -> RecordWriter:
        """Open a writer for such rows; the ending names the format.

        Raises:
            FaceBehaviorError: an unknown ending, or a place that cannot be written to.
        """
        return open_writer(path, self.schema)


def _frame_record(frame: AnalyzedFrame) -> FrameRecord:
    faces = [_face_record(frame, number) for number in range(len(frame.faces))]
    return FrameRecord(frame.source, frame.index, frame.time_s, faces)


def _face_record(frame: AnalyzedFrame, number: int) -> FaceRecord:
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
    )
