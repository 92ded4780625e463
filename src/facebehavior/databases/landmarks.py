"""Finding the five points of each picture of a database, and what to do where none is found."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from facebehavior.errors import BadInput
from facebehavior.faces.alignment import TEMPLATE, TEMPLATE_SIZE, similarity
from facebehavior.faces.face import Detector, Face
from facebehavior.faces.media.images import read_image

SMALL_PICTURE = 160
"""A picture narrower than this (pixels) is enlarged before a face is looked for."""
ENLARGED_TO = 192
"""What a small picture is enlarged to at the least, in pixels, by a whole factor."""
BORDER = 32
"""Black border around an enlarged picture: the detector misses faces that fill their picture."""


@dataclass(frozen=True)
class Located:
    """Where one picture's face is.

    Attributes:
        points: (5, 2) pixels of the picture; None where no face was found.
        size: width and height of the picture in pixels.
    """

    points: NDArray[np.float64] | None
    size: tuple[int, int]


def locate(path: str, detector: Detector) -> Located | BadInput:
    """Find the largest face of a picture.

    Returns:
        Where it is, or what is wrong with the file.
    """
    try:
        image = read_image(Path(path))
    except BadInput as problem:
        return problem
    height, width = image.shape[:2]
    enlarged, factor = enlarge(image)
    faces = detector.detect(enlarged)
    if not faces:
        return Located(None, (width, height))
    points = max(faces, key=_area).points
    border = BORDER if factor > 1 else 0
    return Located((points - border) / factor, (width, height))


def check_given(path: str, points: NDArray[np.float64]) -> Located | BadInput:
    """Check that a picture can be read and the points given for it are those of a face.

    Args:
        path: of the picture.
        points: (5, 2) pixels.

    Returns:
        Where the face is, or what is wrong with the file or the points.
    """
    try:
        height, width = read_image(Path(path)).shape[:2]
        similarity(points, TEMPLATE_SIZE)
    except BadInput as problem:
        return problem
    except ValueError as error:
        return BadInput(path, f"the landmarks given for it are no face: {error}")
    return Located(points, (width, height))


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


def median_points(located: list[Located | BadInput]) -> NDArray[np.float64]:
    """Give the median position of the found faces as shares of width and height, (5, 2).

    Where not one face was found it is the template itself, as in an aligned crop.
    """
    shares = [
        where.points / np.array(where.size)
        for where in located
        if isinstance(where, Located) and where.points is not None
    ]
    if not shares:
        return TEMPLATE / TEMPLATE_SIZE
    return np.asarray(np.median(np.array(shares), axis=0))


def _area(face: Face) -> float:
    return float(face.box[2] * face.box[3])
