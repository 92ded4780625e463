"""What is analysed at a time: a video, or some photographs; and with what."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facebehavior.analysis.analyzer import Analyzer
from facebehavior.analysis.recording import Recorder
from facebehavior.faces.media import Source

PHOTOGRAPHS_TOGETHER = 64


@dataclass(frozen=True)
class Settings:
    """What every process needs to open the same analyser.

    Attributes:
        model: name or path; None for the default.
        detector: its name.
        detector_model: its own file; None for the one that comes with the package.
        runtime: what runs the network.
        landmarks, compound, compound_by, embedding, points: as for `Recorder`.
    """

    model: str | None = None
    detector: str = "auto"
    detector_model: str | None = None
    runtime: str = "auto"
    landmarks: bool = False
    compound: str | None = None
    compound_by: str | None = None
    embedding: bool = False
    points: bool = False


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Analyzer, Recorder]]:
    """Open model and detector.

    Raises:
        FaceBehaviorError: one of them cannot be opened, or the model lacks what is to be recorded.
    """
    with Analyzer(
        settings.model,
        detector=settings.detector,
        detector_model=settings.detector_model,
        runtime=settings.runtime,
    ) as analyzer:
        yield analyzer, recorder_for(analyzer, settings)


def recorder_for(analyzer: Analyzer, settings: Settings) -> Recorder:
    """Make the recorder of some settings."""
    return Recorder(
        analyzer.model,
        landmarks=settings.landmarks,
        compound=settings.compound,
        compound_by=settings.compound_by,
        embedding=settings.embedding,
        points=settings.points,
    )


@dataclass(frozen=True)
class Lot:
    """What one process analyses at a time.

    Attributes:
        sources: a video, or some photographs.
        settings: with what.
        folder: where its rows are kept.
        work: tells what the rows are made of.
    """

    sources: Sequence[Source]
    settings: Settings
    folder: Path
    work: str


FOLDER = "lot_"
"""What the names of the lots' folders begin with."""


def lots_of(sources: Sequence[Source], settings: Settings, folder: Path) -> list[Lot]:
    """Put photographs that follow one another together; a video stands alone.

    The folder of a lot is named by what is worked on, so that the rows of a video are found again
    when others have been added, and rows of other options are not lost to those of these.
    """
    together: list[list[Source]] = []
    kind = ""
    for source in sources:
        if source.kind == kind == "image" and len(together[-1]) < PHOTOGRAPHS_TOGETHER:
            together[-1].append(source)
        else:
            together.append([source])
        kind = source.kind
    return [_lot(some, settings, folder) for some in together]


def _lot(sources: Sequence[Source], settings: Settings, folder: Path) -> Lot:
    work = _work(sources, settings)
    name = hashlib.sha256(work.encode()).hexdigest()[:16]
    return Lot(sources, settings, folder / f"{FOLDER}{name}", work)


def _work(sources: Sequence[Source], settings: Settings) -> str:
    """Tell of the files as they are now, and of what looks at them."""
    paths = [source.path for source in sources] + [settings.detector_model or ""]
    return repr((sources, [_state(Path(path)) for path in paths], settings))


def _state(path: Path) -> tuple[int, int] | None:
    state = path.stat() if path.is_file() else None
    return state and (state.st_size, state.st_mtime_ns)
