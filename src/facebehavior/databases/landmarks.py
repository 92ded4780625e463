"""Finding the five points of each picture of a database, and what to do where none is found."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from facebehavior.faces.alignment import TEMPLATE, TEMPLATE_SIZE
from facebehavior.faces.boxes import overlaps
from facebehavior.faces.face import Detector, Face

SMALL_PICTURE = 160
"""A picture narrower than this (pixels) is enlarged before a face is looked for."""
ENLARGED_TO = 192
"""What a small picture is enlarged to at the least, in pixels, by a whole factor."""
BORDER = 32
"""Black border around an enlarged picture: the detector misses faces that fill their picture."""
SAME_FACE = 0.2
"""Overlap (intersection over union) from which a found face is the one that is meant."""


@dataclass(frozen=True)
class Located:
    """Where one picture's face is.

    Attributes:
        points: (5, 2) pixels of the picture; None where no face was found.
        box: (4,) x, y, width and height of the found face in pixels; None where there is none.
    """

    points: NDArray[np.float64] | None
    box: NDArray[np.float64] | None = None


def locate(
    image: NDArray[np.uint8], detector: Detector, meant: NDArray[np.float64] | None = None
) -> Located:
    """Find the face of a picture: the largest, or the one that is meant.

    Args:
        image: (H, W, 3).
        detector: what finds faces.
        meant: (4,) box in pixels; a face counts only if it overlaps it by `SAME_FACE`.
    """
    enlarged, factor = enlarge(image)
    border = BORDER if factor > 1 else 0
    shift = np.array([border, border, 0, 0])
    faces = detector.detect(enlarged)
    boxes = [(face.box - shift) / factor for face in faces]
    chosen = _largest(faces) if meant is None else _nearest(boxes, meant)
    if chosen is None:
        return Located(None)
    return Located((faces[chosen].points - border) / factor, boxes[chosen])


def points_in_box(box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Guess the five points (5, 2) of a face whose box (4,) is all that is known."""
    return np.asarray(box[:2] + TEMPLATE / TEMPLATE_SIZE * box[2:])


def enlarge(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Enlarge a small picture and put a border around it; leave others as they are.

    Args:
        image: (H, W, 3) uint8.

    Returns:
        The picture to look for faces in, and the factor: a point p of the picture lies at
        p * factor + border, with a border of `BORDER` where the factor is above 1, else of 0.
    """
    side = min(image.shape[:2])
    if side >= SMALL_PICTURE:
        return image, 1
    factor = max(2, math.ceil(ENLARGED_TO / side))
    height, width = image.shape[:2]
    larger = Image.fromarray(image).resize(
        (width * factor, height * factor), Image.Resampling.BICUBIC
    )
    return np.asarray(ImageOps.expand(larger, BORDER)), factor


def median_points(points: NDArray[np.floating], sizes: NDArray[np.integer]) -> NDArray[np.float64]:
    """Give the median position of the found faces as shares of width and height, (5, 2).

    Args:
        points: (N, 5, 2) pixels, nan where no face was found.
        sizes: (N, 2) width and height of the pictures.

    Returns:
        The medians; where not one face was found the template itself, as in an aligned crop.
    """
    found = np.isfinite(points).all(axis=(1, 2))
    if not found.any():
        return TEMPLATE / TEMPLATE_SIZE
    return np.asarray(np.median(points[found] / sizes[found, np.newaxis], axis=0), np.float64)


def _largest(faces: Sequence[Face]) -> int | None:
    areas = [float(face.box[2] * face.box[3]) for face in faces]
    return int(np.argmax(areas)) if areas else None


def _nearest(boxes: Sequence[NDArray[np.float64]], meant: NDArray[np.float64]) -> int | None:
    if not boxes:
        return None
    shared = overlaps(np.array(boxes), meant)[:, 0]
    return int(np.argmax(shared)) if shared.max() >= SAME_FACE else None
