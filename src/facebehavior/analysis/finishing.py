"""What is done with a whole record after the analysis: cleaned, summed up, reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from facebehavior.analysis.baseline import without_baseline
from facebehavior.analysis.events import events
from facebehavior.analysis.filtering import abstained
from facebehavior.analysis.report import check_plotly, write_report
from facebehavior.analysis.smoothing import SMOOTHERS, smoothed
from facebehavior.analysis.summary import summary
from facebehavior.analysis.thumbnails import Thumbnails
from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.records import with_processing

TABLE_ENDINGS = (".csv", ".parquet")


@dataclass(frozen=True)
class Finish:
    """What is asked for.

    Attributes:
        smoothing: one of `SMOOTHERS`; None leaves the numbers as they are.
        baseline: subtract each face's neutral.
        min_face_px: least distance between the eyes in pixels.
        min_confidence: least confidence of the detector.
        events: path of a table of events; None writes none.
        summary: path of a table with one row a person; None writes none.
        report: path of an HTML page; None writes none.
    """

    smoothing: str | None = None
    baseline: bool = False
    min_face_px: float = 0.0
    min_confidence: float = 0.0
    events: str | None = None
    summary: str | None = None
    report: str | None = None

    def __post_init__(self) -> None:
        """Check everything before any work.

        Raises:
            FaceBehaviorError: an unknown method, a name with another ending, or no plotly.
        """
        if self.smoothing is not None and self.smoothing not in SMOOTHERS:
            raise FaceBehaviorError(
                f"--smooth: expected one of {', '.join(SMOOTHERS)}, found {self.smoothing!r}"
            )
        for path in (self.events, self.summary):
            if path is not None and Path(path).suffix.lower() not in TABLE_ENDINGS:
                raise FaceBehaviorError(f"{path}: expected a name ending in .csv or .parquet")
        if self.report is not None:
            if Path(self.report).suffix.lower() != ".html":
                raise FaceBehaviorError(f"{self.report}: expected a name ending in .html")
            check_plotly()
        abstained(_NOBODY, min_face_px=self.min_face_px, min_confidence=self.min_confidence)

    @property
    def needed(self) -> bool:
        """Whether anything is to be done."""
        return self != Finish()

    @property
    def steps(self) -> list[str]:
        """What is done to the numbers, for the schema."""
        steps = []
        if self.min_face_px or self.min_confidence:
            steps.append(
                f"abstention: below {self.min_face_px:g} pixels between the eyes or a confidence "
                f"of {self.min_confidence:g}"
            )
        if self.smoothing is not None:
            steps.append(f"smoothing: {self.smoothing}")
        if self.baseline:
            steps.append("baseline: each face's own neutral subtracted")
        return steps


def finish(
    table: pa.Table,
    asked: Finish,
    thresholds: Mapping[str, float],
    thumbnails: Thumbnails | None = None,
) -> pa.Table:
    """Clean a record, and write what else is asked for.

    Args:
        table: of records, as a `Recorder` makes them.
        asked: for what.
        thresholds: probability above which each action unit counts as active.
        thumbnails: of the faces, for the report.

    Returns:
        The cleaned record.

    Raises:
        FaceBehaviorError: a file cannot be written.
    """
    if asked.min_face_px or asked.min_confidence:
        table = abstained(table, min_face_px=asked.min_face_px, min_confidence=asked.min_confidence)
    if asked.smoothing is not None:
        table = smoothed(table, asked.smoothing, thresholds)
    if asked.baseline:
        table = without_baseline(table, thresholds)
    table = table.replace_schema_metadata(with_processing(table.schema, asked.steps).metadata)
    if asked.events is not None:
        write_table(events(table, thresholds), asked.events)
    if asked.summary is not None:
        write_table(summary(table), asked.summary)
    if asked.report is not None:
        write_report(asked.report, table, thresholds, thumbnails, asked.steps)
    return table


def write_table(table: pa.Table, path: str | Path) -> None:
    """Write a table as CSV or Parquet, by the ending of its name.

    Raises:
        FaceBehaviorError: it cannot be written.
    """
    path = Path(path)
    with writing(path) as unfinished:
        if path.suffix.lower() == ".parquet":
            pq.write_table(table, unfinished)
        else:
            pyarrow.csv.write_csv(table, unfinished)


_NOBODY = pa.table(
    {
        "face_px": pa.array([], pa.float32()),
        "confidence": pa.array([], pa.float32()),
    }
)


def outputs(asked: Finish) -> Sequence[str]:
    """Give the names of what is written besides the record."""
    return [path for path in (asked.events, asked.summary, asked.report) if path is not None]
