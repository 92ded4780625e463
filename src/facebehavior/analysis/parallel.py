"""Several photographs and videos at once, in processes; rows in the order of the inputs."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.analyzer import Analyzer, sources_from
from facebehavior.analysis.recording import Recorder
from facebehavior.errors import BadInput
from facebehavior.faces.detectors import open_detector
from facebehavior.faces.media import Source, find_sources

WAITING = 2
"""Sources a process that may wait for their turn."""
PHOTOGRAPHS_TOGETHER = 64


@dataclass(frozen=True)
class Settings:
    """What every process needs to open the same analyser.

    Attributes:
        model: name or path; None for the default.
        detector: its name.
        detector_model: its own file; None for the one that comes with the package.
        runtime: what runs the network.
        landmarks, compound, embedding: as for `Recorder`.
    """

    model: str | None = None
    detector: str = "auto"
    detector_model: str | None = None
    runtime: str = "auto"
    landmarks: bool = False
    compound: str | None = None
    embedding: bool = False


@dataclass(frozen=True)
class Part:
    """What came of one source, or of some photographs.

    Attributes:
        rows: an Arrow stream on the disk, so that a long video's rows are in nobody's memory; it
            is there until the next part is asked for. None where there are no rows.
        problems: what could not be used.
        frames: analysed.
        faces: found.
    """

    rows: Path | None
    problems: Sequence[BadInput]
    frames: int
    faces: int

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Go through the rows."""
        if self.rows is not None:
            with pa.OSFile(str(self.rows), "rb") as file:
                yield from pa.ipc.open_stream(file)


@dataclass(frozen=True)
class Lot:
    """What one process analyses at a time.

    Attributes:
        number: its place among all.
        paths: a video, or some photographs.
        done: source and frame that an earlier run has come to.
    """

    number: int
    paths: Sequence[str]
    done: tuple[str, int] | None


def analyze_in_processes(
    inputs: Sequence[str | Path],
    settings: Settings,
    workers: int,
    done: tuple[str, int] | None = None,
) -> Iterator[Part]:
    """Analyse every source in a process of its own; photographs some at a time.

    Args:
        inputs: photographs, videos, folders, lists.
        settings: of the analysers.
        workers: number of processes.
        done: source and frame that an earlier run has come to; it goes on behind them.

    Yields:
        The parts in the order of the inputs: the same rows as without processes.
    """
    listed = find_sources(list(inputs))
    if listed.problems:
        yield Part(None, listed.problems, 0, 0)
    lots = _lots(sources_from(listed.sources, done), done)
    with (
        TemporaryDirectory(prefix="facebehavior-") as folder,
        ProcessPoolExecutor(workers, get_context("spawn")) as pool,
    ):
        work = partial(_analyze, settings=settings, folder=Path(folder))
        coming = iter(lots)
        waiting: list[Future[Part]] = [
            pool.submit(work, lot) for lot in islice(coming, workers * WAITING)
        ]
        while waiting:
            part = waiting.pop(0).result()
            yield part
            if part.rows is not None:
                part.rows.unlink()
            waiting.extend(pool.submit(work, lot) for lot in islice(coming, 1))


def _lots(sources: Sequence[Source], done: tuple[str, int] | None) -> list[Lot]:
    """Put photographs that follow one another together; a video stands alone."""
    together: list[list[str]] = []
    kind = ""
    for source in sources:
        if source.kind == kind == "image" and len(together[-1]) < PHOTOGRAPHS_TOGETHER:
            together[-1].append(source.path)
        else:
            together.append([source.path])
        kind = source.kind
    return [Lot(number, paths, None if number else done) for number, paths in enumerate(together)]


def _analyze(lot: Lot, settings: Settings, folder: Path) -> Part:
    analyzer, recorder = _opened(settings)
    path = folder / f"{lot.number:06d}.arrow"
    problems: list[BadInput] = []
    frames = faces = 0
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, recorder.schema) as rows:
        for group in analyzer.groups(list(lot.paths), done=lot.done):
            problems += [item for item in group if isinstance(item, BadInput)]
            found = [item for item in group if isinstance(item, AnalyzedFrame)]
            frames += len(found)
            faces += sum(len(frame.faces) for frame in found)
            rows.write_batch(recorder.rows(found))
    return Part(path, problems, frames, faces)


@cache
def _opened(settings: Settings) -> tuple[Analyzer, Recorder]:
    """Open model and detector, once in a process; they end with it."""
    detector = open_detector(settings.detector, settings.detector_model)
    analyzer = Analyzer(settings.model, detector=detector, runtime=settings.runtime)
    recorder = Recorder(
        analyzer.model,
        landmarks=settings.landmarks,
        compound=settings.compound,
        embedding=settings.embedding,
    )
    return analyzer, recorder
