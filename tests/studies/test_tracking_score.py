import numpy as np
import pytest
from studies.tracking import place, score


def boxes(*places: float) -> list[np.ndarray]:
    return [np.array([x, 0.0, 100.0, 100.0]) for x in places]


def test_perfect_tracks_score_1_and_a_switch_costs() -> None:
    truth = [dict(enumerate(boxes(0, 300))) for _ in range(10)]
    right = [list(enumerate(boxes(0, 300))) for _ in range(10)]
    found = score(truth, right)
    assert (found.faces, found.found, found.switches, found.idf1) == (20, 20, 0, 1.0)
    wrong = [*right[:6], *([(7, one[0][1]), one[1]] for one in right[6:])]
    found = score(truth, wrong)
    assert found.switches == 1
    assert found.idf1 == pytest.approx((6 + 10) / 20)


def test_faces_that_are_missed_and_invented_cost_too() -> None:
    truth = [dict(enumerate(boxes(0, 300))) for _ in range(4)]
    half = [[(0, boxes(0)[0])] for _ in range(4)]
    assert score(truth, half).idf1 == pytest.approx(2 * 4 / (8 + 4))


def test_people_leave_and_come_back() -> None:
    assert place(2, 6.0) is None
    assert place(2, 8.5) is not None
    assert place(0, 6.0) is not None
