"""A whole analysis: from photographs and videos to every file that was asked for.

First all rows are made, and kept beside the output that is named first; then the outputs are made
of them. So an analysis can be stopped at any time, and the same analysis goes on from there to the
very same files.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from facebehavior.analysis.analyzer import Analyzer, nothing_usable
from facebehavior.analysis.finishing import Finish, finish, outputs
from facebehavior.analysis.keeping import KeptRows
from facebehavior.analysis.lots import Lot, Settings, lots_of, opened, recorder_for
from facebehavior.analysis.naming import GalleryFile, name_people, with_people
from facebehavior.analysis.overlay_files import check_overlay, open_overlay
from facebehavior.analysis.parallel import work_off_in_processes
from facebehavior.analysis.people import Gallery
from facebehavior.analysis.redrawing import frames_again
from facebehavior.analysis.thumbnails import Thumbnails, clearest
from facebehavior.analysis.working import Count, work_off_in_turn
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.faces.media import Source, find_sources
from facebehavior.files import check_writable
from facebehavior.model_file import ModelMetadata
from facebehavior.records import checked_format, write_rows


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        settings: of the analysis.
        output: path of the record; None writes none.
        overlay: path of an overlay, or of a folder for several; None draws none.
        anonymous: hide the faces of overlay and report.
        people: name people.
        gallery: path of the file that keeps their names; None keeps none.
        finish: what is done with the whole record.
        workers: processes.
    """

    settings: Settings = field(default_factory=Settings)
    output: str | None = None
    overlay: str | None = None
    anonymous: bool = False
    people: bool = False
    gallery: str | None = None
    finish: Finish = field(default_factory=Finish)
    workers: int = 1

    def __post_init__(self) -> None:
        """Check what can be checked before any work.

        Raises:
            FaceBehaviorError: something cannot be done or written.
        """
        if self.workers < 1:
            raise FaceBehaviorError(f"--workers should be 1 or more, found {self.workers}")
        if self.anonymous and not (self.overlay or self.finish.report):
            raise FaceBehaviorError(
                "--anonymize hides faces in --overlay and --report: give one of them"
            )
        if self.output is not None:
            checked_format(self.output)

    @property
    def files(self) -> list[str]:
        """The files to write, the record first."""
        named = (self.output, self.overlay, *outputs(self.finish), self.gallery)
        return [name for name in named if name]

    @property
    def names_people(self) -> bool:
        """Whether people are named."""
        return self.people or self.gallery is not None

    @property
    def draws(self) -> bool:
        """Whether the pictures are needed a second time."""
        return self.overlay is not None or self.finish.report is not None

    @property
    def kept(self) -> Settings:
        """The settings that make rows from which everything can be made."""
        return replace(
            self.settings,
            embedding=self.settings.embedding or self.names_people,
            landmarks=self.settings.landmarks or self.anonymous,
            points=self.draws,
        )


@dataclass(frozen=True)
class Watcher:
    """Who is told of the progress; each is called from the thread of the analysis.

    Attributes:
        begin: a stage that goes through frames.
        done: that so many frames are done.
        go_on: what an earlier run has left, in words.
        table: for a model, gives what rows are shown to where no file is asked for.
    """

    begin: Callable[[str], None]
    done: Callable[[int], object]
    go_on: Callable[[str], None]
    table: Callable[[ModelMetadata], Callable[[pa.RecordBatch], None]]


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        count: all that is in the record.
        problems: inputs that could not be used, or not to their end.
    """

    count: Count
    problems: Sequence[BadInput]


def analyze_whole(inputs: Sequence[str | Path], asked: Asked, watcher: Watcher) -> Outcome:
    """Analyse, and write everything that is asked for.

    Raises:
        FaceBehaviorError: nothing can be used, or something cannot be written.
    """
    found = find_sources(list(inputs))
    _check_places(asked, found.sources)
    if not found.sources:
        raise nothing_usable(found.problems)
    with ExitStack() as stack:
        folder = (
            Path(asked.files[0]).with_name(f"{Path(asked.files[0]).name}.partial")
            if asked.files
            else Path(stack.enter_context(TemporaryDirectory(prefix="facebehavior-")))
        )
        analyzer, recorder = stack.enter_context(opened(asked.kept))
        if asked.names_people:
            analyzer.opened_gallery(asked.gallery or "")
        lots = lots_of(found.sources, asked.kept, folder)
        kept = KeptRows(folder, lots, recorder)
        _tell_what_is_done(kept, watcher)
        people = _People(asked, analyzer, folder, lots)
        _analyze(asked, analyzer, lots, kept, people, watcher)
        notes = [note for _, note in kept.notes()]
        count = sum((note.done for note in notes), Count())
        problems = [*found.problems, *(one for note in notes for one in note.bad_inputs())]
        if not count.frames:
            kept.remove()
            raise nothing_usable(problems)
        _write(asked, analyzer, found.sources, kept, people, watcher)
        kept.remove()
    return Outcome(count, problems)


def _check_places(asked: Asked, sources: Sequence[Source]) -> None:
    if asked.overlay is not None:
        check_overlay(asked.overlay, sources)
    for name in asked.files:
        if Path(name).suffix:
            check_writable(name)


def _tell_what_is_done(kept: KeptRows, watcher: Watcher) -> None:
    for lot, note in kept.notes():
        if not note.finished and note.last >= 0:
            watcher.go_on(f"going on behind frame {note.last} of {lot.sources[0].path}")
    finished = sum(note.finished for _, note in kept.notes())
    if finished:
        watcher.go_on(f"going on: {finished} parts of the inputs are done")


class _People:
    """Names people lot by lot, where that is asked for."""

    def __init__(self, asked: Asked, analyzer: Analyzer, folder: Path, lots: Sequence[Lot]) -> None:
        self._file = None
        self.gallery: Gallery | None = None
        if asked.names_people:
            before: str | Path = ""
            if asked.gallery is not None:
                work = "".join(lot.work for lot in lots)
                self._file = GalleryFile(Path(asked.gallery), folder, work)
                before = self._file.before
            self.gallery = analyzer.opened_gallery(before)

    def see(self, batches: Iterator[pa.RecordBatch]) -> None:
        if self.gallery is not None:
            name_people(batches, self.gallery)
            if self._file is not None:
                self._file.save(self.gallery)

    def named(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if self.gallery is None:
            yield from batches
            return
        for batch in batches:
            yield with_people(batch, self.gallery)


def _analyze(
    asked: Asked,
    analyzer: Analyzer,
    lots: Sequence[Lot],
    kept: KeptRows,
    people: _People,
    watcher: Watcher,
) -> None:
    """Make all rows that are not there yet; name people, and show rows, as lots are finished."""
    shown = asked.output is None and not asked.finish.needed
    show = watcher.table(analyzer.model.metadata)
    steps = (
        work_off_in_turn(lots, analyzer, recorder_for(analyzer, asked.kept))
        if asked.workers == 1
        else work_off_in_processes(lots, asked.workers)
    )
    watcher.begin("analysing")
    with ExitStack() as stack:
        stack.callback(steps.close)
        for step in steps:
            watcher.done(step.count.frames)
            if step.finished:
                people.see(kept.rows_of(step.lot))
                if shown:
                    for batch in people.named(kept.rows_of(step.lot)):
                        show(batch)


def _write(
    asked: Asked,
    analyzer: Analyzer,
    sources: Sequence[Source],
    kept: KeptRows,
    people: _People,
    watcher: Watcher,
) -> None:
    """Make everything that is asked for of the rows."""
    schema = recorder_for(analyzer, asked.settings).schema
    public = (_with_schema(batch, schema) for batch in people.named(kept.rows()))
    table = pa.Table.from_batches(public, schema) if asked.finish.needed else None
    thumbnails = _draw(asked, analyzer, sources, people.named(kept.rows()), table, watcher)
    if table is not None:
        thresholds = analyzer.model.metadata.action_unit_thresholds
        table = finish(table, asked.finish, thresholds, thumbnails)
        schema, public = table.schema, iter(table.to_batches())
    if asked.output is not None:
        write_rows(asked.output, schema, public)


def _draw(
    asked: Asked,
    analyzer: Analyzer,
    sources: Sequence[Source],
    rows: Iterator[pa.RecordBatch],
    table: pa.Table | None,
    watcher: Watcher,
) -> Thumbnails | None:
    """Draw the overlay, and cut the faces out that the report shows."""
    if not asked.draws:
        return None
    heads = tuple(analyzer.model.metadata.heads)
    thumbnails = Thumbnails(anonymous=asked.anonymous)
    with ExitStack() as stack:
        drawing = None
        if asked.overlay is not None:
            overlay = open_overlay(asked.overlay, anonymous=asked.anonymous)
            drawing = stack.enter_context(overlay)
        elif table is not None:
            rows = _of_frames(rows, clearest(table))
        watcher.begin("drawing")
        for frame in frames_again(rows, sources, heads):
            thumbnails.see(frame)
            if drawing is not None:
                drawing.write(frame)
            watcher.done(1)
    return thumbnails


def _of_frames(
    batches: Iterator[pa.RecordBatch], wanted: set[tuple[str, int]]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        keys = zip(batch["source"].to_pylist(), batch["frame"].to_pylist(), strict=True)
        yield batch.filter(pa.array([key in wanted for key in keys], pa.bool_()))


def _with_schema(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [batch[name] for name in schema.names]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
