"""A face found in a picture, and what finds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Face:
    """One face in one picture.

    Attributes:
        box: (4,) x, y, width, height in pixels of the picture.
        points: (5, 2) pixels: eyes, nose tip and corners of the mouth, as seen in the picture.
        confidence: 0 to 1; None where the detector gives none.
        mesh: (478, 3) pixels (z in the same scale, relative to the head's centre); None where
            the detector gives none.
        blendshapes: ARKit name to activation, 0 to 1; empty where the detector gives none.
        pose: (3,) pitch, yaw and roll in degrees; None where the detector gives none.
    """

    box: NDArray[np.float64]
    points: NDArray[np.float64]
    confidence: float | None = None
    mesh: NDArray[np.float64] | None = None
    blendshapes: Mapping[str, float] = field(default_factory=dict)
    pose: NDArray[np.float64] | None = None


class Detector(Protocol):
    """Finds the faces of photographs, and of the frames of a video in turn.

    A detector may follow faces from frame to frame, so each video takes `start_video` first. It
    is used as a context manager, or closed.
    """

    def detect(self, image: NDArray[np.uint8]) -> Sequence[Face]:
        """Find the faces of a photograph (H, W, 3) uint8 RGB, left to right."""

    def start_video(self) -> None:
        """Forget the faces of the last video."""

    def follow(self, image: NDArray[np.uint8], time_s: float) -> Sequence[Face]:
        """Find the faces of a video's next frame, shown at `time_s` (s), left to right."""

    def close(self) -> None:
        """Free the models."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
