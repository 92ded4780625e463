"""A frame with its faces and what the model says about them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.faces.face import Face
from facebehavior.faces.media import Frame
from facebehavior.model_file import Predictions


@dataclass(frozen=True, eq=False)
class AnalyzedFrame:
    """One frame, its faces from left to right, and the predictions for them in the same order.

    Attributes:
        source: path of the photograph or video.
        index: 0-based place in the source.
        time_s: presentation time in seconds; None for a photograph.
        image: (H, W, 3) uint8 RGB.
        faces: N faces.
        crops: (N, S, S, C) uint8, as the network saw them.
        predictions: N rows; None for a head that the model lacks.
        tracks: N numbers, the same for one face over a video; empty where nobody is followed.
        people: N names; empty where nobody is named.
    """

    source: str
    index: int
    time_s: float | None
    image: NDArray[np.uint8]
    faces: Sequence[Face]
    crops: NDArray[np.uint8]
    predictions: Predictions
    tracks: tuple[int | None, ...] = ()
    people: tuple[str | None, ...] = ()


@dataclass(frozen=True, eq=False)
class FrameWithFaces:
    """A frame whose faces have been found, but not yet looked at by the network.

    Attributes:
        frame: the frame.
        faces: N faces from left to right.
    """

    frame: Frame
    faces: Sequence[Face]


def analyzed_frame(
    found: FrameWithFaces, crops: NDArray[np.uint8], predictions: Predictions
) -> AnalyzedFrame:
    """Put a frame together with its N crops (N, S, S, C) and the predictions for them."""
    frame = found.frame
    return AnalyzedFrame(
        frame.source, frame.index, frame.time_s, frame.image, found.faces, crops, predictions
    )
