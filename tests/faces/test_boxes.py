import numpy as np
import pytest

from facebehavior.faces.boxes import left_to_right, overlaps, strongest
from facebehavior.faces.face import Face


def slow_overlap(one: list[int], other: list[int]) -> float:
    """Count the shared cells of two boxes with whole numbers."""
    cells = [
        {(x, y) for x in range(b[0], b[0] + b[2]) for y in range(b[1], b[1] + b[3])}
        for b in (one, other)
    ]
    union = len(cells[0] | cells[1])
    return len(cells[0] & cells[1]) / union if union else 0.0


def test_overlaps_count_shared_area_over_area_of_both() -> None:
    generator = np.random.default_rng(3)
    first, second = generator.integers(0, 9, (20, 4)), generator.integers(0, 9, (15, 4))
    found = overlaps(first.astype(np.float64), second.astype(np.float64))
    expected = [[slow_overlap(a.tolist(), b.tolist()) for b in second] for a in first]
    np.testing.assert_allclose(found, np.array(expected), atol=1e-15)


def test_no_boxes_overlap_nothing() -> None:
    assert overlaps(np.zeros((0, 4)), np.ones((3, 4))).shape == (0, 3)


def test_strongest_keeps_the_best_of_each_bunch_whatever_the_order() -> None:
    generator = np.random.default_rng(5)
    boxes = np.column_stack([generator.uniform(0, 50, (60, 2)), generator.uniform(5, 30, (60, 2))])
    scores = generator.permutation(60) / 60.0
    chosen = strongest(boxes, scores, 0.3)
    assert (np.diff(scores[chosen]) < 0).all()
    shares = overlaps(boxes[chosen], boxes[chosen]) - np.eye(len(chosen))
    assert shares.max() <= 0.3
    for left_out in set(range(60)) - set(chosen.tolist()):
        rivals = chosen[scores[chosen] > scores[left_out]]
        assert overlaps(boxes[left_out], boxes[rivals]).max() > 0.3
    order = generator.permutation(60)
    np.testing.assert_array_equal(order[strongest(boxes[order], scores[order], 0.3)], chosen)


def test_strongest_of_none_is_none() -> None:
    assert strongest(np.zeros((0, 4)), np.zeros(0), 0.5).shape == (0,)


def test_faces_are_sorted_by_the_centres_of_their_boxes() -> None:
    boxes = [(10.0, 0.0, 4.0, 4.0), (0.0, 0.0, 40.0, 4.0), (11.0, -5.0, 2.0, 4.0)]
    faces = [Face(box=np.array(box), points=np.zeros((5, 2))) for box in boxes]
    assert [tuple(face.box) for face in left_to_right(faces)] == [boxes[2], boxes[0], boxes[1]]


@pytest.mark.parametrize("size", [0.0, 1e-300])
def test_a_box_without_area_overlaps_nothing(size: float) -> None:
    assert overlaps(np.array([1.0, 1.0, size, size]), np.array([0.0, 0.0, 9.0, 9.0]))[0, 0] == 0
