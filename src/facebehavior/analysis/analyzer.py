"""The analyser: photographs and videos in, records out."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.analysis.analyzed import AnalyzedFrame, FrameWithFaces, analyzed_frame
from facebehavior.analysis.embeddings import check_embedding
from facebehavior.analysis.following import Following
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
        detector: name of a detector (see `faces.detectors.DETECTORS`), or a detector of your own,
            which is called in another thread than yours, by one at a time.
        runtime: `auto`, `onnxruntime` or `openvino`.
        gallery: names the people of all that is analysed, by the model's embedding: a
            `people.Gallery`, or a Parquet file that it is read from; "" names people without
            knowing any before, None names nobody.

    Raises:
        FaceBehaviorError: the model or the detector cannot be opened, or people are to be named by
            a model without an embedding.

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
        runtime: str = "auto",
        gallery: Gallery | str | Path | None = None,
    ) -> None:
        self.model = FaceModel(find_model(model), runtime=runtime)
        self.gallery = None if gallery is None else self.opened_gallery(gallery)
        self._owns_detector = isinstance(detector, str)
        self.detector = open_detector(detector) if isinstance(detector, str) else detector
        # Of two analyses that are gone through in turn each has a thread that looks for faces.
        self._detecting = threading.Lock()

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
        frames = read_ahead(_all_frames(sources, after), FRAMES_AHEAD, stand_back)
        found_faces = in_groups(self._find_faces(frames), _share_of_group, part_of)
        # The detector has a thread of its own, so that it need not wait for the rows to be made.
        yield from work_beside(self._look, read_ahead(found_faces, 1), 1)

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
        """Free the detector, unless it is your own."""
        if self._owns_detector:
            self.detector.close()

    def _find_faces(self, frames: Iterable[Frame | LostFrame | BadInput]) -> Iterator[Found]:
        """Find the faces of each frame."""
        part = None
        for frame in frames:
            if not isinstance(frame, Frame):
                yield frame
                continue
            with self._detecting:
                if frame.time_s is None:
                    faces = self.detector.detect(frame.image)
                else:
                    if part_of(frame) != part:
                        self.detector.start_video()
                    faces = self.detector.follow(frame.image, frame.time_s)
            part = part_of(frame)
            yield FrameWithFaces(frame, faces)

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
