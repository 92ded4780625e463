"""The five points of a face out of the 68 that several databases give."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facebehavior.faces.alignment import TEMPLATE, TEMPLATE_SIZE

_CORNERS_OF_EYES = ((36, 39), (42, 45))
_NOSE_TIP, _CORNERS_OF_MOUTH = 30, (48, 54)


def five_of_68(points: NDArray[np.float64]) -> list[float]:
    """Reduce 68 points to the five that faces are aligned by.

    Args:
        points: (68, 2) pixels, in the order of the 300-W annotation.

    Returns:
        x0, y0, ... x4, y4: the means of each eye's two corners, the nose tip, the corners of the
        mouth, as the manifest's column `landmarks` holds them.

    Raises:
        ValueError: the points have another shape or are not finite.
    """
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise ValueError(f"expected 68 points, found an array of {points.shape} or no numbers")
    eyes = [points[list(corners)].mean(axis=0) for corners in _CORNERS_OF_EYES]
    five: Sequence[NDArray[np.float64]] = (*eyes, points[_NOSE_TIP], *points[[*_CORNERS_OF_MOUTH]])
    return [float(value) for point in five for value in point]


def template_points(size: int) -> list[float]:
    """Give the five points of a crop that its database has already aligned to the template.

    Args:
        size: width of the crop in pixels.

    Returns:
        x0, y0, ... x4, y4 in pixels of the crop.
    """
    return [float(value) for value in (TEMPLATE * (size / TEMPLATE_SIZE)).ravel()]
