"""Analysed frames made again from kept rows and the pictures that these tell of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.analyzer import FRAMES_AHEAD
from facebehavior.analysis.pipeline import read_ahead, stand_back
from facebehavior.analysis.series import EXPRESSION_COLUMNS
from facebehavior.errors import BadInput
from facebehavior.faces.face import Face
from facebehavior.faces.media import Frame, Source, read_frames
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT
from facebehavior.model_file import Predictions
from facebehavior.records import BOX_COLUMNS

Row = Mapping[str, Any]

_NEEDED = (
    *("source", "frame", "track", "person", "detected", "confidence", "landmarks", "points"),
    *BOX_COLUMNS,
    *EXPRESSION_COLUMNS,
    *ACTION_UNIT_COLUMNS,
    *AFFECT,
)


def frames_again(
    batches: Iterable[pa.RecordBatch], sources: Sequence[Source], heads: Sequence[str]
) -> Iterator[AnalyzedFrame]:
    """Read the pictures of kept rows again.

    The frames are those of the analysis, as far as they are drawn: without crops, blendshapes
    and pose, and with the heads for expressions, action units and affect alone.

    Args:
        batches: of rows with `points`, all of a frame or none, in the order of the sources.
        sources: of the analysis.
        heads: of the model.
    """
    rows = (row for batch in batches for row in _needed(batch).to_pylist())
    known = {source.path: source for source in sources}
    for path, of_source in groupby(rows, key=lambda row: str(row["source"])):
        frames = read_ahead(_pictures(known[path]), FRAMES_AHEAD, stand_back)
        for index, of_frame in groupby(of_source, key=lambda row: int(row["frame"])):
            found = list(of_frame)
            if found[0]["detected"] is None:
                continue
            frame = next((frame for frame in frames if frame.index >= index), None)
            if frame is None or frame.index != index:
                break
            yield _analyzed(frame, [row for row in found if row["detected"]], heads)


def _needed(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.select([name for name in _NEEDED if name in batch.schema.names])


def _pictures(source: Source) -> Iterator[Frame]:
    """Go through the pictures of a source; of what it lacks the analysis has told."""
    try:
        for frame in read_frames(source):
            if isinstance(frame, Frame):
                yield frame
    except BadInput:
        return


def _analyzed(frame: Frame, rows: Sequence[Row], heads: Sequence[str]) -> AnalyzedFrame:
    return AnalyzedFrame(
        frame.source,
        frame.index,
        frame.time_s,
        frame.image,
        [_face(row) for row in rows],
        np.empty((len(rows), 0, 0, 0), dtype=np.uint8),
        Predictions(
            expression=_values(rows, EXPRESSION_COLUMNS, "expression" in heads),
            action_units=_values(rows, ACTION_UNIT_COLUMNS, "action_units" in heads),
            affect=_values(rows, AFFECT, "affect" in heads),
        ),
        tuple(row["track"] for row in rows),
        tuple(row["person"] for row in rows),
    )


def _face(row: Row) -> Face:
    mesh = row.get("landmarks")
    return Face(
        box=np.array([row[name] for name in BOX_COLUMNS], dtype=np.float64),
        points=np.array(row["points"], dtype=np.float64).reshape(5, 2),
        confidence=row["confidence"],
        mesh=None if mesh is None else np.array(mesh, dtype=np.float64).reshape(-1, 3),
    )


def _values(rows: Sequence[Row], columns: Sequence[str], there: bool) -> NDArray[np.float32] | None:
    if not there:
        return None
    listed = [[np.nan if row[name] is None else row[name] for name in columns] for row in rows]
    return np.array(listed, dtype=np.float32).reshape(len(rows), len(columns))
