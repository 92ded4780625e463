"""Faces that the user has found already: boxes or five points, picture by picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facebehavior.closing import Closing
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import TEMPLATE_SIZE, similarity
from facebehavior.faces.boxes import left_to_right
from facebehavior.faces.closeup import face_in_box
from facebehavior.faces.face import Face
from facebehavior.faces.landmarker import Landmarker, checked_image

_MESH_IN_TEMPLATE = np.array([(18.0, 25.0), (94.0, 25.0), (18.0, 114.0), (94.0, 114.0)])
"""Corners of a face mesh's usual extent in pixels of the alignment template."""


@dataclass(frozen=True)
class GivenFaces:
    """The faces of one picture; at least one of both is given, and both in the same order.

    Attributes:
        boxes: (N, 4) x, y, width, height in pixels; None where only points are known.
        points: (N, 5, 2) pixels: left eye, right eye, nose tip, left and right corner of the
            mouth, as seen in the picture; None where only boxes are known.

    Raises:
        FaceBehaviorError: neither is given, shapes differ from these, or a number is not finite.
    """

    boxes: ArrayLike | None = None
    points: ArrayLike | None = None

    def __post_init__(self) -> None:
        if self.boxes is None and self.points is None:
            raise FaceBehaviorError("expected given faces as boxes or points, found neither")
        boxes = _checked(self.boxes, (4,), "boxes (N, 4): x, y, width, height")
        points = _checked(self.points, (5, 2), "points (N, 5, 2)")
        if boxes is not None and points is not None and len(boxes) != len(points):
            raise FaceBehaviorError(
                f"expected as many boxes as sets of points, found {len(boxes)} and {len(points)}"
            )
        if boxes is not None and (boxes[:, 2:] <= 0).any():
            raise FaceBehaviorError("expected boxes x, y, width, height with a positive size")
        # Only arrays from here on, whatever was given.
        object.__setattr__(self, "boxes", boxes)
        object.__setattr__(self, "points", points)


class GivenDetector(Closing):
    """Gives the faces that the user knows, picture by picture; a `Detector`.

    The n-th picture or frame that it is shown takes the n-th entry, whatever videos they are of;
    use one `GivenDetector` a source. Faces given by points are taken as they are. Of faces given
    by boxes alone, MediaPipe's landmarker finds the points in the box's surroundings; where it
    finds no face there, the box is left out.

    Args:
        pictures: an entry for each picture, or a mapping from the picture's 0-based number where
            pictures without faces may be missing.
    """

    def __init__(self, pictures: Sequence[GivenFaces] | Mapping[int, GivenFaces]) -> None:
        self._pictures = pictures
        self._next = 0
        self._landmarker: Landmarker | None = None

    def detect(self, image: NDArray[np.uint8]) -> Sequence[Face]:
        """Give the next picture's faces, left to right.

        Args:
            image: (H, W, 3) uint8, RGB.

        Raises:
            FaceBehaviorError: there are more pictures than entries in the sequence, or MediaPipe
                is needed and cannot be loaded.
            ValueError: the image has another shape or type, or points are all in one place.
        """
        picture = checked_image(image)
        given = self._take()
        if given.points is not None:
            return faces_at(given)
        return self._faces_in(picture, np.asarray(given.boxes))

    def start_video(self) -> None:
        """The count of pictures goes on."""

    def follow(self, image: NDArray[np.uint8], time_s: float) -> Sequence[Face]:  # noqa: ARG002
        """Give the next frame's faces; see `detect`."""
        return self.detect(image)

    def close(self) -> None:
        """Free the landmarker, where it was needed."""
        if self._landmarker is not None:
            self._landmarker.close()
        self._landmarker = None

    def _take(self) -> GivenFaces:
        number, self._next = self._next, self._next + 1
        if isinstance(self._pictures, Mapping):
            return self._pictures.get(number, GivenFaces(boxes=np.zeros((0, 4))))
        if number >= len(self._pictures):
            raise FaceBehaviorError(
                f"expected at most {len(self._pictures)} pictures, as many as faces were given "
                "for, found another one; give an entry for each picture"
            )
        return self._pictures[number]

    def _faces_in(self, picture: NDArray[np.uint8], boxes: NDArray[np.float64]) -> list[Face]:
        if self._landmarker is None:
            self._landmarker = Landmarker()
        found = [(face_in_box(self._landmarker, picture, box), box) for box in boxes]
        return left_to_right([replace(face, box=box) for face, box in found if face is not None])


def faces_at(given: GivenFaces) -> list[Face]:
    """Give the faces that points stand for, left to right.

    A face without a box gets the upright rectangle around the place that a face mesh usually
    takes about such points.

    Args:
        given: faces with points.

    Raises:
        ValueError: five points are all in one place.
    """
    points = np.asarray(given.points, dtype=np.float64)
    if given.boxes is None:
        boxes = np.array([_usual_box(five) for five in points]).reshape(-1, 4)
    else:
        boxes = np.asarray(given.boxes, dtype=np.float64)
    return left_to_right(
        [Face(box=box, points=five) for box, five in zip(boxes, points, strict=True)]
    )


def _usual_box(points: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = similarity(points, TEMPLATE_SIZE)
    corners = (_MESH_IN_TEMPLATE - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    begin, end = corners.min(axis=0), corners.max(axis=0)
    return np.concatenate([begin, end - begin])


def _checked(
    values: ArrayLike | None, shape: tuple[int, ...], expected: str
) -> NDArray[np.float64] | None:
    if values is None:
        return None
    array = np.array(values, dtype=np.float64)
    if array.size == 0:
        return array.reshape(0, *shape)
    if array.shape[1:] != shape or not np.isfinite(array).all():
        raise FaceBehaviorError(
            f"expected {expected}, finite numbers, found an array of shape {array.shape}"
        )
    return array
