"""A frame: one picture of a photograph or a video; and one that is lost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture and where it comes from.

    Attributes:
        source: path of the photograph or video, as the user would recognise it.
        index: 0-based place in the source; 0 for a photograph.
        time_s: presentation time in seconds; None for a photograph.
        image: (H, W, 3) uint8 RGB, upright and contiguous.
    """

    source: str
    index: int
    time_s: float | None
    image: NDArray[np.uint8]


@dataclass(frozen=True)
class LostFrame:
    """A frame of a video that damage has taken out of it.

    Attributes:
        source: path of the video, as the user would recognise it.
        index: 0-based place in the source.
        time_s: when it should be shown, in seconds; None where the file does not tell.
    """

    source: str
    index: int
    time_s: float | None
