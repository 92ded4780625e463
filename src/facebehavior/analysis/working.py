"""One lot from its frames to rows that are kept: what is done stays done, whatever stops the work.

The rows of a lot go to segments on the disk. At the end of every part of a video (see
`analyzer.PART_FRAMES`) the segment bears a note of all that the analysis knows there, so that a
later run goes on from it to the very same rows; the last segment's note says that the lot is done.
"""

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.analyzer import Analyzed, Analyzer, part_of
from facebehavior.analysis.lots import Lot
from facebehavior.analysis.recording import Recorder
from facebehavior.errors import BadInput
from facebehavior.faces.media import LostFrame
from facebehavior.records.segments import Segments


@dataclass(frozen=True)
class Count:
    """How much was done.

    Attributes:
        frames: that were analysed.
        faces: that were found.
        lost: frames that damage has taken out.
    """

    frames: int = 0
    faces: int = 0
    lost: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.frames + other.frames, self.faces + other.faces, self.lost + other.lost)


@dataclass(frozen=True)
class Note:
    """Where a lot has come to.

    Attributes:
        done: so much of it.
        last: the last frame of a video that is done.
        following: what is known of the faces on their way through it.
        problems: source and reason of what could not be used.
        finished: whether that is all of the lot.
    """

    done: Count = Count()
    last: int = -1
    following: dict[str, Any] | None = None
    problems: Sequence[Sequence[str]] = field(default_factory=tuple)
    finished: bool = False

    def as_text(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str | None) -> "Note":
        """Read what `as_text` has written; None is the beginning."""
        if text is None:
            return cls()
        fields = json.loads(text)
        return cls(**{**fields, "done": Count(**fields["done"])})

    def bad_inputs(self) -> list[BadInput]:
        """Give the problems as errors."""
        return [BadInput(source, reason) for source, reason in self.problems]


def segments_of(lot: Lot, recorder: Recorder) -> Segments:
    """Open what is kept of a lot; that of other work is removed."""
    return Segments(lot.folder, recorder.schema, lot.work)


@dataclass(frozen=True)
class Step:
    """A piece of the work.

    Attributes:
        lot: of what.
        count: how much was done.
        finished: whether that was the last of the lot.
    """

    lot: Lot
    count: Count
    finished: bool


def work_off_in_turn(
    lots: Sequence[Lot], analyzer: Analyzer, recorder: Recorder
) -> Generator[Step, None, None]:
    """Analyse what is not done of some lots yet, one after the other; see `work_off`."""
    for lot in lots:
        for count in work_off(lot, analyzer, recorder):
            yield Step(lot, count, finished=False)
        yield Step(lot, Count(), finished=True)


def work_off(
    lot: Lot,
    analyzer: Analyzer,
    recorder: Recorder,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Count]:
    """Analyse what is not done of a lot yet.

    Args:
        lot: what to analyse.
        analyzer: what to analyse it with.
        recorder: makes its rows.
        stopped: tells whether to leave off.

    Yields:
        How much was done since the last time.

    Raises:
        FaceBehaviorError: the disk is full or gone.
    """
    segments = segments_of(lot, recorder)
    note = Note.of_text(segments.note)
    if note.finished:
        return
    following = analyzer.following()
    if note.following is not None:
        following.go_on(note.following)
    part = None
    try:
        for group in analyzer.looked_at(lot.sources, note.last):
            if stopped():
                break
            if part is not None and part_of(group[0]) not in (None, part):
                segments.flush(replace(note, following=following.state()).as_text())
            part = part_of(group[0]) or part
            found = [following.follow(item) for item in group]
            segments.add(recorder.rows([one for one in found if not isinstance(one, BadInput)]))
            note = _further(note, found)
            yield _counted(found)
        else:
            segments.flush(replace(note, following=None, finished=True).as_text())
    finally:
        segments.flush()


def _further(note: Note, group: Sequence[Analyzed]) -> Note:
    problems = [(one.source, one.reason) for one in group if isinstance(one, BadInput)]
    numbers = [one.index for one in group if not isinstance(one, BadInput)]
    return replace(
        note,
        done=note.done + _counted(group),
        last=max(numbers, default=note.last),
        problems=(*note.problems, *problems),
    )


def _counted(group: Sequence[Analyzed]) -> Count:
    analyzed = [one for one in group if isinstance(one, AnalyzedFrame)]
    faces = sum(len(frame.faces) for frame in analyzed)
    return Count(len(analyzed), faces, sum(isinstance(one, LostFrame) for one in group))
