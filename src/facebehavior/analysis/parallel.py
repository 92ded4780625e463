"""Several photographs and videos at once, in processes; rows in the order of the inputs."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.analyzer import Analyzer
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
        batches: rows.
        problems: what could not be used.
        frames: analysed.
        faces: found.
    """

    batches: Sequence[pa.RecordBatch]
    problems: Sequence[BadInput]
    frames: int
    faces: int


def analyze_in_processes(
    inputs: Sequence[str | Path], settings: Settings, workers: int
) -> Iterator[Part]:
    """Analyse every source in a process of its own; photographs some at a time.

    Args:
        inputs: photographs, videos, folders, lists.
        settings: of the analysers.
        workers: number of processes.

    Yields:
        The parts in the order of the inputs: the same rows as without processes.
    """
    listed = find_sources(list(inputs))
    if listed.problems:
        yield Part([], listed.problems, 0, 0)
    lots = _lots(listed.sources)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        work = partial(_analyze, settings=settings)
        coming = iter(lots)
        waiting: list[Future[Part]] = [
            pool.submit(work, lot) for lot in islice(coming, workers * WAITING)
        ]
        while waiting:
            yield waiting.pop(0).result()
            waiting.extend(pool.submit(work, lot) for lot in islice(coming, 1))


def _lots(sources: Sequence[Source]) -> list[list[str]]:
    """Put photographs that follow one another together; a video stands alone."""
    lots: list[list[str]] = []
    kind = ""
    for source in sources:
        if source.kind == kind == "image" and len(lots[-1]) < PHOTOGRAPHS_TOGETHER:
            lots[-1].append(source.path)
        else:
            lots.append([source.path])
        kind = source.kind
    return lots


def _analyze(paths: Sequence[str], settings: Settings) -> Part:
    problems: list[BadInput] = []
    batches: list[pa.RecordBatch] = []
    frames = faces = 0
    with open_detector(settings.detector, settings.detector_model) as detector:
        analyzer = Analyzer(settings.model, detector=detector, runtime=settings.runtime)
        recorder = Recorder(
            analyzer.model,
            landmarks=settings.landmarks,
            compound=settings.compound,
            embedding=settings.embedding,
        )
        for group in analyzer.groups(list(paths)):
            problems += [item for item in group if isinstance(item, BadInput)]
            found = [item for item in group if isinstance(item, AnalyzedFrame)]
            frames += len(found)
            faces += sum(len(frame.faces) for frame in found)
            if found:
                batches.append(recorder.rows(found))
    return Part(batches, problems, frames, faces)
