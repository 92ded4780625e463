"""Looking closely at one box of a picture."""

import numpy as np
from numpy.typing import NDArray

from facebehavior.faces.boxes import SAME_FACE, overlaps
from facebehavior.faces.crops import carried_back, cut_square
from facebehavior.faces.face import Face
from facebehavior.faces.landmarker import Landmarker

ENLARGEMENT = 1.75
"""Side of the square that is looked at, over the longer side of the box."""


def face_in_box(
    landmarker: Landmarker, image: NDArray[np.uint8], box: NDArray[np.floating]
) -> Face | None:
    """Find the face that a box stands for.

    Args:
        landmarker: looks at the box's surroundings.
        image: (H, W, 3) uint8, RGB.
        box: (4,) x, y, width, height in pixels of the image.

    Returns:
        The face that overlaps the box most, or None where none does.
    """
    square, corner = cut_square(image, box, ENLARGEMENT)
    faces = carried_back(landmarker.detect(square), 1.0, corner)
    shares = [float(overlaps(face.box, box)[0, 0]) for face in faces]
    if not shares or max(shares) < SAME_FACE:
        return None
    return faces[int(np.argmax(shares))]
