"""Boxes of faces: how much they overlap, which stay, in which order."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facebehavior.faces.face import Face

SAME_FACE = 0.3
"""Intersection over union from which two boxes stand for the same face."""


def overlaps(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give the intersection over union of every pair of boxes.

    Args:
        first: (N, 4) x, y, width, height.
        second: (M, 4), in the same units.

    Returns:
        (N, M) values in [0, 1]; 0 where a box has no area.
    """
    one = np.asarray(first, dtype=np.float64).reshape(-1, 1, 4)
    other = np.asarray(second, dtype=np.float64).reshape(1, -1, 4)
    begin = np.maximum(one[..., :2], other[..., :2])
    end = np.minimum(one[..., :2] + one[..., 2:], other[..., :2] + other[..., 2:])
    shared = np.maximum(end - begin, 0.0).prod(axis=-1)
    union = one[..., 2:].prod(axis=-1) + other[..., 2:].prod(axis=-1) - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def strongest(
    boxes: NDArray[np.float64], scores: NDArray[np.float64], overlap: float
) -> NDArray[np.intp]:
    """Choose boxes from the highest score down, leaving out those that overlap a chosen one.

    Equal scores keep their order, so the outcome does not depend on the sorting.

    Args:
        boxes: (N, 4) x, y, width, height.
        scores: (N,).
        overlap: intersection over union above which two boxes stand for one face.

    Returns:
        (K,) indices of the chosen boxes, the highest score first.
    """
    waiting = np.argsort(-scores, kind="stable")
    chosen = []
    while waiting.size:
        best, waiting = waiting[0], waiting[1:]
        chosen.append(best)
        waiting = waiting[overlaps(boxes[best], boxes[waiting])[0] <= overlap]
    return np.array(chosen, dtype=np.intp)


def left_to_right(faces: Sequence[Face]) -> list[Face]:
    """Sort faces by the centres of their boxes; by height where two stand above each other."""
    return sorted(faces, key=lambda face: (face.box[:2] + face.box[2:] / 2).tolist())
