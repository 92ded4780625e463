"""Tracks and people of the frames of an analysis, in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.people import Gallery, Names
from facebehavior.faces.tracking import SAME_FACE, Tracker

Item = TypeVar("Item")


class Following:
    """Gives every face of a video its track, and every face its person.

    Args:
        same_face: cosine from which two embeddings are of one person.
        gallery: names people; None names nobody.
    """

    def __init__(self, same_face: float | None = None, gallery: Gallery | None = None) -> None:
        self._same_face = SAME_FACE if same_face is None else same_face
        self._named = None if gallery is None else Names(gallery)
        self._source: str | None = None
        self._tracker = Tracker(self._same_face)

    def state(self) -> dict[str, object]:
        """Tell what is known of the video so far, in numbers and texts that JSON can hold."""
        return {"source": self._source, "tracker": self._tracker.state()}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Know again what another has told by `state`."""
        self._source = state["source"]
        self._tracker = Tracker.of_state(state["tracker"], self._same_face)

    def follow(self, item: Item) -> Item | AnalyzedFrame:
        """Give the next frame with the tracks and people of its faces; all else as it is."""
        return self._followed(item) if isinstance(item, AnalyzedFrame) else item

    def _followed(self, frame: AnalyzedFrame) -> AnalyzedFrame:
        if frame.source != self._source:
            self._source, self._tracker = frame.source, Tracker(self._same_face)
        embeddings = frame.predictions.embedding
        tracks: Sequence[int | None] = [None] * len(frame.faces)
        if frame.time_s is not None:
            boxes = np.array([face.box for face in frame.faces]).reshape(-1, 4)
            tracks = self._tracker.follow(boxes, frame.time_s, frame.image, embeddings)
        people = self._names(frame, tracks, embeddings)
        return replace(frame, tracks=tuple(tracks), people=people)

    def _names(
        self,
        frame: AnalyzedFrame,
        tracks: Sequence[int | None],
        embeddings: NDArray[np.float32] | None,
    ) -> tuple[str | None, ...]:
        if self._named is None or embeddings is None:
            return (None,) * len(frame.faces)
        return tuple(
            self._named.name(frame.source, place if track is None else track, embeddings[place])
            for place, track in enumerate(tracks)
        )
