"""Turning a video frame upright by the display matrix of its file."""

from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray


class DisplayMatrix:
    """Gives the display matrix of the frames of a video, in turn."""

    def __init__(self) -> None:
        self._rotation: int | None = None
        self._matrix: bytes | None = None

    def of(self, frame: VideoFrame) -> bytes | None:
        """Give the matrix of a frame as nine 32-bit integers; None where it has none.

        PyAV ties a frame and its side data into a circle that keeps both in memory until the
        garbage collector comes by. So these are only looked at when the rotation changes.
        """
        if frame.rotation != self._rotation:
            self._rotation = frame.rotation
            matrix: Any = frame.side_data.get("DISPLAYMATRIX")
            self._matrix = None if matrix is None else bytes(matrix)
        return self._matrix


def upright(image: NDArray[np.uint8], matrix: bytes | None) -> NDArray[np.uint8]:
    """Turn and mirror a picture as a display matrix says, to the nearest quarter turn.

    A matrix holds a, b, u, c, d, v, x, y, w and carries a point (p, q) of the stored picture to
    (a p + c q + x, b p + d q + y) of the shown one, with q and the second row counted downwards.
    Telephones write it when they are held upright.

    Args:
        image: (H, W, 3) uint8, as stored.
        matrix: nine 32-bit integers in the machine's byte order; None where the file has none.

    Returns:
        (H, W, 3) or, after a quarter turn, (W, H, 3) uint8, contiguous.
    """
    if matrix is None:
        return np.ascontiguousarray(image)
    a, b, _, c, d = np.frombuffer(matrix, dtype=np.int32)[:5].astype(np.int64).tolist()
    swapped = abs(b) + abs(c) > abs(a) + abs(d)
    across, down = (c, b) if swapped else (a, d)
    turned = image.swapaxes(0, 1) if swapped else image
    turned = turned[:, ::-1] if across < 0 else turned
    turned = turned[::-1] if down < 0 else turned
    return np.ascontiguousarray(turned)
