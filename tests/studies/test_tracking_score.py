import numpy as np
import pytest
from studies.tracking import numbered, place, score

from facebehavior.analysis import AnalyzedFrame
from facebehavior.faces.face import Face
from facebehavior.model_file import Predictions


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


def test_in_the_second_video_the_same_people_stand_elsewhere() -> None:
    assert place(0, 6.0, shift=2) is None
    assert place(2, 6.0, shift=2) is not None
    for person in range(4):
        assert place(person, 1.0, shift=2) == place((person + 2) % 4, 1.0)


def test_people_are_numbered_by_their_names_over_videos() -> None:
    def frame(source: str, *names: str) -> AnalyzedFrame:
        faces = [Face(box, np.zeros((5, 2))) for box in boxes(*range(len(names)))]
        crops, tracks = np.empty((0, 0, 0, 0), np.uint8), tuple(range(len(names)))
        image = np.zeros((4, 4, 3), np.uint8)
        return AnalyzedFrame(source, 0, 0.0, image, faces, crops, Predictions(), tracks, names)

    tracks, people = numbered([frame("a", "anne", "ben"), frame("b", "ben", "cleo")])
    assert [[number for number, _ in one] for one in tracks] == [[0, 1], [0, 1]]
    assert [[number for number, _ in one] for one in people] == [[0, 1], [1, 2]]
    # Whoever bears another name in the second video is a switch, and costs IDF1.
    truth = [dict(enumerate(boxes(0, 1))), {1: boxes(0)[0], 0: boxes(1)[0]}]
    found = score(truth, people)
    assert found.switches == 1
    assert found.idf1 == pytest.approx(2 * 3 / 8)
