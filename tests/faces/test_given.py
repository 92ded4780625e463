import sys

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import TEMPLATE
from facebehavior.faces.boxes import overlaps
from facebehavior.faces.given import GivenDetector, GivenFaces, faces_at
from facebehavior.faces.landmarker import Landmarker

BOX = (175, 65, 100, 115)
"""A loose box around the astronaut's face."""


@pytest.fixture(scope="module")
def astronaut() -> NDArray[np.uint8]:
    return np.asarray(skimage.data.astronaut())  # type: ignore[no-untyped-call]


def test_points_are_taken_as_they_are_and_need_no_model(
    astronaut: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    points = np.stack([np.add(TEMPLATE, (300, 50)), np.add(TEMPLATE, (100, 50))])
    with GivenDetector([GivenFaces(points=points.tolist())]) as given:
        left, right = given.detect(astronaut)
    np.testing.assert_array_equal(left.points, points[1])
    np.testing.assert_array_equal(right.points, points[0])
    assert left.points.dtype == left.box.dtype == np.float64
    assert (left.mesh, left.pose, left.confidence) == (None, None, None)


def test_a_face_given_by_points_gets_the_box_of_a_mesh(astronaut: NDArray[np.uint8]) -> None:
    with Landmarker() as landmarker:
        (face,) = landmarker.detect(astronaut)
    (given,) = faces_at(GivenFaces(points=face.points[np.newaxis]))
    assert overlaps(given.box, face.box)[0, 0] > 0.8


def test_boxes_and_points_are_kept_together(astronaut: NDArray[np.uint8]) -> None:
    boxes = [(90.0, 40.0, 120.0, 130.0)]
    given = GivenDetector([GivenFaces(boxes=boxes, points=[np.add(TEMPLATE, (100, 50))])])
    (face,) = given.detect(astronaut)
    np.testing.assert_array_equal(face.box, boxes[0])


def test_boxes_alone_get_their_points_from_the_landmarker(astronaut: NDArray[np.uint8]) -> None:
    pictures = {0: GivenFaces(boxes=[BOX, (380, 380, 60, 60)]), 2: GivenFaces(boxes=[BOX])}
    with GivenDetector(pictures) as given, Landmarker() as landmarker:
        (face,) = given.detect(astronaut)
        given.start_video()
        assert list(given.follow(astronaut, 0.0)) == []
        assert len(given.follow(astronaut, 0.1)) == 1
        (expected,) = landmarker.detect(astronaut)
    np.testing.assert_array_equal(face.box, BOX)
    np.testing.assert_allclose(face.points, expected.points, atol=3)
    assert face.mesh is not None


def test_more_pictures_than_entries_are_a_mistake(astronaut: NDArray[np.uint8]) -> None:
    given = GivenDetector([GivenFaces(boxes=[])])
    assert list(given.detect(astronaut)) == []
    with pytest.raises(FaceBehaviorError, match="expected at most 1 pictures"):
        given.detect(astronaut)


@pytest.mark.parametrize(
    ("boxes", "points", "text"),
    [
        (None, None, "found neither"),
        ([(1, 2, 3)], None, r"boxes \(N, 4\)"),
        ([(1, 2, float("nan"), 3)], None, r"boxes \(N, 4\)"),
        ([(1, 2, 0, 3)], None, "positive size"),
        (None, [[(1, 2)] * 4], r"points \(N, 5, 2\)"),
        ([(1, 2, 3, 4)], [[(1, 2)] * 5] * 2, "found 1 and 2"),
    ],
)
def test_what_gives_no_faces_is_refused(
    boxes: list[tuple[float, ...]] | None, points: list[list[tuple[float, ...]]] | None, text: str
) -> None:
    with pytest.raises(FaceBehaviorError, match=text):
        GivenFaces(boxes=boxes, points=points)
