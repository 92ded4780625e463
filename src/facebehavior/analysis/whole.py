"""A whole analysis: from photographs and videos to every file that was asked for.

First all rows are made, and kept beside the output that is named first; then the outputs are made
of them. So an analysis can be stopped at any time, and the same analysis goes on from there to the
very same files.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from facebehavior.analysis.analyzer import Analyzer, nothing_usable
from facebehavior.analysis.asked import Asked
from facebehavior.analysis.finishing import finish
from facebehavior.analysis.keeping import KeptRows
from facebehavior.analysis.lots import Lot, lots_of, opened, recorder_for
from facebehavior.analysis.naming import GalleryFile, name_people, with_people
from facebehavior.analysis.overlay_files import open_overlay
from facebehavior.analysis.parallel import work_off_in_processes
from facebehavior.analysis.people import Names
from facebehavior.analysis.recording import Recorder
from facebehavior.analysis.redrawing import frames_again
from facebehavior.analysis.report import MOST_FACES
from facebehavior.analysis.thumbnails import Place, Thumbnails, clearest
from facebehavior.analysis.working import Count, work_off_in_turn
from facebehavior.errors import BadInput
from facebehavior.faces.media import Source, find_sources
from facebehavior.model_file import ModelMetadata
from facebehavior.records import write_rows


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
    asked.check_places(found.sources)
    if not found.sources:
        raise nothing_usable(found.problems)
    with ExitStack() as stack:
        folder = asked.folder or Path(
            stack.enter_context(TemporaryDirectory(prefix="facebehavior-"))
        )
        analyzer, recorder = stack.enter_context(opened(asked.settings_of_kept_rows))
        if asked.names_people:
            # What is wrong with it is said of the user's file, not of the copy that is begun with.
            analyzer.opened_gallery(asked.gallery or "")
        lots = lots_of(found.sources, asked.settings_of_kept_rows, folder)
        kept = KeptRows(folder, lots, recorder)
        _tell_what_is_done(kept, watcher)
        people = _People(asked, analyzer, folder, lots)
        _analyze(asked, analyzer, recorder, lots, kept, people, watcher)
        notes = [note for _, note in kept.notes()]
        count = sum((note.done for note in notes), Count())
        problems = [*found.problems, *(one for note in notes for one in note.bad_inputs())]
        if not count.frames:
            if not kept.of_others:
                kept.remove()
            raise nothing_usable(problems)
        _write(asked, analyzer, found.sources, kept, people, watcher)
        kept.remove()
    return Outcome(count, problems)


def _tell_what_is_done(kept: KeptRows, watcher: Watcher) -> None:
    if kept.of_others:
        watcher.go_on("unfinished rows of other inputs or options are kept until this is done")
    notes = kept.notes()
    for lot, note in notes:
        if not note.finished and note.last >= 0:
            watcher.go_on(f"going on behind frame {note.last} of {lot.sources[0].path}")
    finished = sum(note.finished for _, note in notes)
    if finished:
        watcher.go_on(f"going on: {finished} parts of the inputs are done")


class _People:
    """Names people lot by lot, where that is asked for."""

    def __init__(self, asked: Asked, analyzer: Analyzer, folder: Path, lots: Sequence[Lot]) -> None:
        self._file = None
        self._names: Names | None = None
        if asked.names_people:
            before: str | Path = ""
            if asked.gallery is not None:
                work = "".join(lot.work for lot in lots)
                self._file = GalleryFile(Path(asked.gallery), folder, work)
                before = self._file.before
            self._names = Names(analyzer.opened_gallery(before))

    def see(self, batches: Iterator[pa.RecordBatch]) -> None:
        if self._names is not None:
            name_people(batches, self._names)
            if self._file is not None:
                self._file.save(self._names.gallery)

    def named(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if self._names is None:
            yield from batches
            return
        for batch in batches:
            yield with_people(batch, self._names)


def _analyze(
    asked: Asked,
    analyzer: Analyzer,
    recorder: Recorder,
    lots: Sequence[Lot],
    kept: KeptRows,
    people: _People,
    watcher: Watcher,
) -> None:
    """Make all rows that are not there yet; name people, and show rows, as lots are finished."""
    shown = asked.output is None and not asked.finish.needed
    show = watcher.table(analyzer.model.metadata)
    steps = (
        work_off_in_turn(lots, analyzer, recorder)
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
    wanted: dict[Place, str] = {}
    if table is not None and asked.finish.report is not None:
        wanted = clearest(table, MOST_FACES)
    thumbnails = Thumbnails(wanted, anonymous=asked.anonymous)
    with ExitStack() as stack:
        drawing = None
        if asked.overlay is not None:
            overlay = open_overlay(asked.overlay, anonymous=asked.anonymous)
            drawing = stack.enter_context(overlay)
        else:
            rows = _of_frames(rows, {(source, frame) for source, frame, _ in wanted})
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
