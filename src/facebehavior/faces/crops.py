"""Parts of a picture to look at more closely, and faces carried back from them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facebehavior.faces.face import Face


def shrunk(image: NDArray[np.uint8], longest: int) -> tuple[NDArray[np.uint8], int]:
    """Shrink a picture by a whole factor, so that its longer side is below two times `longest`.

    Args:
        image: (H, W, 3) uint8.
        longest: pixels; smaller pictures stay as they are.

    Returns:
        The picture, each pixel the mean of a square of the source, and the factor.
    """
    factor = max(1, max(image.shape[:2]) // longest)
    if factor == 1:
        return image, 1
    return np.asarray(Image.fromarray(image).reduce(factor)), factor


def cut_square(
    image: NDArray[np.uint8], box: NDArray[np.floating], enlargement: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Cut the square around a box out of a picture; beyond the picture it is black.

    Args:
        image: (H, W, 3) uint8.
        box: (4,) x, y, width, height in pixels, finite.
        enlargement: side of the square over the longer side of the box.

    Returns:
        The square (S, S, 3) uint8, and its corner (2,) x, y in the picture.
    """
    box = np.asarray(box, dtype=np.float64)
    height, width = image.shape[:2]
    # A wild box must not ask for much more memory than the picture itself takes.
    side = int(np.clip(np.round(box[2:].max() * enlargement), 1, 3 * max(height, width)))
    centre = np.clip(box[:2] + box[2:] / 2, -side, (width + side, height + side))
    corner = np.round(centre - side / 2).astype(int)
    begin = np.clip(corner, 0, (width, height))
    end = np.clip(corner + side, 0, (width, height))
    square = np.zeros((side, side, image.shape[2]), dtype=np.uint8)
    (left, top), (right, bottom) = begin - corner, end - corner
    square[top:bottom, left:right] = image[begin[1] : end[1], begin[0] : end[0]]
    return square, corner.astype(np.float64)


def carried_back(
    faces: Sequence[Face], factor: float, corner: NDArray[np.float64] | Sequence[float]
) -> list[Face]:
    """Give faces of a part of a picture in the pixels of the picture.

    Args:
        faces: in pixels of the part.
        factor: by which the part was shrunk.
        corner: (2,) x, y of the part in the picture.
    """
    x, y = corner
    return [
        replace(
            face,
            box=face.box * factor + (x, y, 0.0, 0.0),
            points=face.points * factor + (x, y),
            mesh=None if face.mesh is None else face.mesh * factor + (x, y, 0.0),
        )
        for face in faces
    ]
