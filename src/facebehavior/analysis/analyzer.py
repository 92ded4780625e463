"""The analyser: photographs and videos in, records out."""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.analysis.analyzed import AnalyzedFrame, FrameWithFaces, analyzed_frame
from facebehavior.analysis.embeddings import check_embedding
from facebehavior.analysis.following import Following
from facebehavior.analysis.lending import Lending
from facebehavior.analysis.people import Gallery, read_gallery
from facebehavior.analysis.pipeline import in_groups, read_ahead, stand_back, work_beside
from facebehavior.analysis.recording import Recorder
from facebehavior.closing import Closing
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.faces.alignment import cut_face
from facebehavior.faces.detectors import open_detector
from facebehavior.faces.face import Detector
from facebehavior.faces.media import Frame, LostFrame, Source, find_sources, read_frames
from facebehavior.faces.tracking import SAME_FACE
from facebehavior.model_file import FaceModel, find_model

if TYPE_CHECKING:
    from facebehavior.analysis.plots import Plots

FRAMES_AHEAD = 4
"""Decoded frames that may wait for the detector."""
FACES_TOGETHER = 16
"""Faces that the network looks at in one call; they may come from several frames."""
FRAMES_TOGETHER = 16
"""Frames that may wait for that many faces."""
BYTES_TOGETHER = 2**26
"""What the pictures of the waiting frames may take."""
PART_FRAMES = 500
"""Frames of a part of a video. At its start the detector starts anew, and the network looks at no
frames of two parts together, so that an analysis can go on there as if it had not been stopped."""

Found = FrameWithFaces | LostFrame | BadInput
"""What becomes of a frame, or of what cannot be read, before the network has looked at it."""
Analyzed = AnalyzedFrame | LostFrame | BadInput
"""The same after it has."""


@dataclass(frozen=True)
class Result:
    """What `Analyzer.analyze` gives.

    Attributes:
        table: the records as an Arrow table, one row a face and frame.
        problems: inputs that could not be read, or not to their end.
    """

    table: pa.Table
    problems: tuple[BadInput, ...]

    @property
    def plot(self) -> "Plots":
        """Pictures of the records: `timeline()`, `circumplex()` and `action_units()`."""
        from facebehavior.analysis.plots import Plots

        return Plots(self.table)


class Analyzer(Closing):
    """Finds the faces of photographs and videos and says what they show.

    >>> analyzer = Analyzer()                                      # doctest: +SKIP
    >>> analyzer.analyze("holiday.jpg").table.to_pylist()          # doctest: +SKIP

    Args:
        model: name of a packaged model, or path of a model file; the default model where None.
        detector: name of a detector (see `faces.detectors.DETECTORS`), or a detector of your own.
            One that is named works in a thread of its own, ahead of what is asked for; yours is
            called in the thread that asks.
        detector_model: a model file of yours for a detector that is named.
        runtime: `auto`, `onnxruntime` or `openvino`.
        gallery: names the people of all that is analysed, by the model's embedding: a
            `people.Gallery`, or a Parquet file that it is read from; "" names people without
            knowing any before, None names nobody.

    Raises:
        FaceBehaviorError: the model or the detector cannot be opened, a model file is given for a
            detector of your own, or people are to be named by a model without an embedding.

    Attributes:
        model: the model.
        detector: what finds faces.
        gallery: the people named so far; None where nobody is named.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        detector: str | Detector = "auto",
        detector_model: str | Path | None = None,
        runtime: str = "auto",
        gallery: Gallery | str | Path | None = None,
    ) -> None:
        self.model = FaceModel(find_model(model), runtime=runtime)
        self.gallery = None if gallery is None else self.opened_gallery(gallery)
        self._lending: Lending | None = None
        if isinstance(detector, str):
            open_another = partial(open_detector, detector, detector_model)
            self.detector = open_another()
            self._lending = Lending(self.detector, open_another)
        elif detector_model is None:
            self.detector = detector
        else:
            raise FaceBehaviorError(
                f"{detector_model}: a model file goes with a detector that is named; a detector of "
                "your own has its own"
            )
        self._unfinished: WeakSet[Generator[list[Analyzed], None, None]] = WeakSet()

    def analyze(self, inputs: str | Path | Sequence[str | Path]) -> Result:
        """Analyse photographs, videos, folders or lists, and keep all records in memory.

        Raises:
            FaceBehaviorError: not one of the inputs can be used.
        """
        recorder = Recorder(self.model)
        batches: list[pa.RecordBatch] = []
        problems: list[BadInput] = []
        for group in self.groups(inputs):
            problems += [item for item in group if isinstance(item, BadInput)]
            batches.append(
                recorder.rows([item for item in group if not isinstance(item, BadInput)])
            )
        table = pa.Table.from_batches(batches, recorder.schema)
        if not len(table):
            raise nothing_usable(problems)
        return Result(table, tuple(problems))

    def stream(self, inputs: str | Path | Sequence[str | Path]) -> Iterator[AnalyzedFrame]:
        """Analyse frame by frame, with bounded memory; frames lost to damage are left out.

        Raises:
            BadInput: an input cannot be read, or not to its end; the frames before are given.
        """
        for group in self.groups(inputs):
            for item in group:
                if isinstance(item, BadInput):
                    raise item
                if isinstance(item, AnalyzedFrame):
                    yield item

    def groups(self, inputs: str | Path | Sequence[str | Path]) -> Iterator[list[Analyzed]]:
        """Analyse in groups of frames, as the network looks at them; for long inputs.

        An input that cannot be read is given as an item in its place, not raised, and so is a
        frame that damage has taken out of a video. Decoding, detection and the network work at
        the same time.

        Args:
            inputs: photographs, videos, folders, lists.
        """
        listed = [inputs] if isinstance(inputs, str | Path) else list(inputs)
        found = find_sources(listed)
        if found.problems:
            yield list(found.problems)
        following = self.following()
        for group in self.looked_at(found.sources):
            yield [following.follow(item) for item in group]

    def looked_at(self, sources: Sequence[Source], after: int = -1) -> Iterator[list[Analyzed]]:
        """Analyse in groups, as `groups` does, without following the faces.

        Args:
            sources: photographs and videos.
            after: the last frame of the first source that is left out.

        Yields:
            Groups of which each belongs to one part of a video, see `part_of`.
        """
        analysis = self._looked_at(sources, after)
        self._unfinished.add(analysis)
        return analysis

    def _looked_at(
        self, sources: Sequence[Source], after: int
    ) -> Generator[list[Analyzed], None, None]:
        frames = read_ahead(_all_frames(sources, after), FRAMES_AHEAD, stand_back)
        left_off = threading.Event()
        with closing(frames), self.borrowed_detector() as detector:
            found = in_groups(
                _find_faces(frames, detector, left_off.is_set), _share_of_group, part_of
            )
            if self._lending is not None:
                # In a thread of its own the detector need not wait for the rows to be made.
                found = read_ahead(found, 1)
            with closing(found):
                try:
                    yield from work_beside(self._look, found, 1)
                finally:
                    left_off.set()

    def borrowed_detector(self) -> AbstractContextManager[Detector]:
        """Have the detector for oneself: where another analysis has it, one more is opened.

        A detector of your own is the only one: analyses that are gone through in turn share it.
        """
        if self._lending is None:
            return nullcontext(self.detector)
        return self._lending.borrowed()

    def following(self) -> Following:
        """Give what follows the faces of the frames to come."""
        measured = self.model.metadata.verification
        return Following(None if measured is None else measured.strictest, self.gallery)

    def opened_gallery(self, gallery: Gallery | str | Path) -> Gallery:
        """Open a gallery for the model's embeddings.

        Args:
            gallery: one, or its Parquet file, which need not be there yet; "" is an empty one.

        Raises:
            FaceBehaviorError: the model has no embedding, or the file is no gallery of such.
        """
        metadata = self.model.metadata
        check_embedding(metadata, "to tell people apart by")
        if isinstance(gallery, Gallery):
            return gallery
        same_face = SAME_FACE if metadata.verification is None else metadata.verification.threshold
        if not str(gallery):
            return Gallery(same_face)
        return read_gallery(gallery, same_face, len(metadata.heads["embedding"]))

    def close(self) -> None:
        """End the analyses that have not come to their end, and free the detector unless yours."""
        for analysis in list(self._unfinished):
            analysis.close()
        if self._lending is not None:
            self.detector.close()

    def _look(self, group: Sequence[Found]) -> list[Analyzed]:
        """Cut all faces of a group of frames out, and let the network look at them in one call."""
        crops = self.cut([item for item in group if isinstance(item, FrameWithFaces)])
        predictions = self.model.predict(crops)
        results: list[Analyzed] = []
        first = 0
        for item in group:
            if not isinstance(item, FrameWithFaces):
                results.append(item)
                continue
            own = slice(first, first + len(item.faces))
            results.append(analyzed_frame(item, crops[own], predictions[own]))
            first = own.stop
        return results

    def cut(self, frames: Sequence[FrameWithFaces]) -> NDArray[np.uint8]:
        """Cut all faces of some frames out, in order; (N, S, S, C) uint8."""
        parameters = self.model.metadata.crop
        count = sum(len(item.faces) for item in frames)
        shape = (count, parameters.size, parameters.size, parameters.channels)
        crops = np.empty(shape, dtype=np.uint8)
        placed = ((item.frame.image, face) for item in frames for face in item.faces)
        for number, (image, face) in enumerate(placed):
            crops[number] = cut_face(image, face.points, parameters)
        return crops


def _find_faces(
    frames: Iterable[Frame | LostFrame | BadInput], detector: Detector, left_off: Callable[[], bool]
) -> Iterator[Found]:
    """Find the faces of each frame, until it is left off."""
    part = None
    for frame in frames:
        if left_off():
            return
        if not isinstance(frame, Frame):
            yield frame
            continue
        if frame.time_s is None:
            faces = detector.detect(frame.image)
        else:
            if part_of(frame) != part:
                detector.start_video()
            faces = detector.follow(frame.image, frame.time_s)
        part = part_of(frame)
        yield FrameWithFaces(frame, faces)


def nothing_usable(problems: Sequence[BadInput]) -> FaceBehaviorError:
    """Give the error of an analysis that found not one input that it could use."""
    if not problems:
        return FaceBehaviorError("expected photographs or videos, found no inputs at all")
    if len(problems) == 1:
        return problems[0]
    return FaceBehaviorError(
        f"not one of the {len(problems)} inputs can be used; the first: {problems[0]}"
    )


def part_of(item: Frame | Found | Analyzed) -> tuple[str, int] | None:
    """Tell which part of which video something belongs to; None for photographs and bad inputs."""
    if isinstance(item, BadInput):
        return None
    frame = item.frame if isinstance(item, FrameWithFaces) else item
    if not isinstance(frame, LostFrame) and frame.time_s is None:
        return None
    return frame.source, frame.index // PART_FRAMES


def _share_of_group(item: Found) -> float:
    if not isinstance(item, FrameWithFaces):
        return 0.0
    return max(
        len(item.faces) / FACES_TOGETHER,
        1 / FRAMES_TOGETHER,
        item.frame.image.nbytes / BYTES_TOGETHER,
    )


def _all_frames(sources: Sequence[Source], after: int) -> Iterator[Frame | LostFrame | BadInput]:
    """Go through the frames of all sources; what goes wrong with one ends that one only."""
    for number, source in enumerate(sources):
        try:
            for frame in read_frames(source):
                if number or frame.index > after:
                    yield frame
        except BadInput as problem:
            yield problem
