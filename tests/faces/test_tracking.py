"""Which face is which over time."""

import json
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from facebehavior.faces.tracking import COAST_S, Tracker

STEP = 0.04


def boxes(*centres: tuple[float, float], size: float = 60.0) -> NDArray[np.float64]:
    return np.array([[x - size / 2, y - size / 2, size, size] for x, y in centres]).reshape(-1, 4)


def scene(level: int) -> NDArray[np.uint8]:
    return np.full((90, 160, 3), level, dtype=np.uint8)


def direction(seed: int) -> NDArray[np.float64]:
    vector = np.random.default_rng(seed).normal(size=64)
    return np.asarray(vector / np.linalg.norm(vector))


def test_a_face_that_moves_keeps_its_number() -> None:
    tracker = Tracker()
    numbers = [tracker.follow(boxes((100 + 12 * n, 100)), STEP * n) for n in range(40)]
    assert numbers == [[0]] * 40


def test_two_faces_that_cross_keep_theirs() -> None:
    tracker = Tracker()
    for n in range(41):
        left, right = (100 + 8 * n, 100.0), (420 - 8 * n, 118.0)
        numbers = tracker.follow(boxes(left, right), STEP * n)
    assert numbers == [0, 1]


@given(st.permutations(range(4)))
def test_the_order_of_the_boxes_does_not_matter(order: list[int]) -> None:
    tracker = Tracker()
    centres = [(100.0 + 90 * n, 80.0 + 7 * n) for n in range(4)]
    assert tracker.follow(boxes(*centres), 0.0) == [0, 1, 2, 3]
    shuffled = [centres[place] for place in order]
    assert tracker.follow(boxes(*shuffled), STEP) == list(order)


def test_the_assignment_is_the_best_for_all_faces_together() -> None:
    tracker = Tracker()
    first = boxes((100, 100), (130, 100))
    tracker.follow(first, 0.0)
    moved = boxes((118, 100), (148, 100))
    numbers = tracker.follow(moved, STEP)
    best = max(
        permutations(range(2)),
        key=lambda order: sum(-abs(moved[i, 0] - first[j, 0]) for i, j in enumerate(order)),
    )
    assert numbers == list(best)


def test_a_face_that_blinks_out_is_taken_up_again_where_it_was_going() -> None:
    tracker = Tracker()
    for n in range(10):
        tracker.follow(boxes((100 + 10 * n, 100)), STEP * n)
    for n in range(10, 14):
        assert tracker.follow(boxes(), STEP * n) == []
    assert tracker.follow(boxes((100 + 10 * 14, 100)), STEP * 14) == [0]
    assert tracker.follow(boxes((100 + 10 * 14, 100)), STEP * 14 + COAST_S + 0.5) == [1]


def test_who_comes_back_is_known_by_the_embedding_alone() -> None:
    tracker = Tracker(same_face=0.5)
    anne, ben = direction(1), direction(2)
    tracker.follow(boxes((100, 100)), 0.0, embeddings=anne[None])
    tracker.follow(boxes((400, 100)), 5.0, embeddings=ben[None])
    assert tracker.follow(boxes((300, 200)), 9.0, embeddings=anne[None]) == [0]
    assert tracker.follow(boxes((100, 90)), 12.0, embeddings=direction(3)[None]) == [2]


def test_a_track_is_never_two_faces_of_one_frame() -> None:
    tracker = Tracker(same_face=0.5)
    anne = direction(1)
    tracker.follow(boxes((100, 100)), 0.0, embeddings=anne[None])
    twins = np.stack([anne, anne])
    numbers = tracker.follow(boxes((100, 100), (400, 100)), 3.0, embeddings=twins)
    assert sorted(numbers) == [0, 1]


def test_after_a_cut_nothing_is_where_it_was() -> None:
    tracker = Tracker()
    tracker.follow(boxes((100, 100)), 0.0, scene(30))
    assert tracker.follow(boxes((100, 100)), STEP, scene(40)) == [0]
    assert tracker.follow(boxes((100, 100)), 2 * STEP, scene(220)) == [1]
    assert tracker.follow(boxes((100, 100)), 3 * STEP, scene(220)) == [1]


def test_a_cut_back_to_someone_is_followed_by_the_embedding() -> None:
    tracker = Tracker(same_face=0.5)
    anne, ben = direction(1), direction(2)
    tracker.follow(boxes((100, 100)), 0.0, scene(30), anne[None])
    assert tracker.follow(boxes((100, 100)), STEP, scene(220), ben[None]) == [1]
    assert tracker.follow(boxes((100, 100)), 2 * STEP, scene(30), anne[None]) == [0]


@pytest.mark.parametrize("stop", range(6))
def test_a_tracker_goes_on_where_another_has_stopped(stop: int) -> None:
    anne, ben = direction(1), direction(2)
    seen = [
        (boxes((100, 100), (300, 100)), 30, [anne, ben]),
        (boxes((110, 100), (300, 105)), 40, [anne, ben]),
        (boxes((120, 100)), 50, [anne]),
        (boxes((100, 100)), 220, [direction(3)]),
        (boxes((500, 100), (100, 100)), 30, [ben, anne]),
        (boxes((510, 100), (100, 100), (300, 300)), 30, [ben, anne, direction(4)]),
    ]
    found = []
    tracker = Tracker(same_face=0.5)
    for number, (places, grey, embeddings) in enumerate(seen):
        if number == stop:
            tracker = Tracker.of_state(json.loads(json.dumps(tracker.state())), same_face=0.5)
        found.append(tracker.follow(places, number * STEP, scene(grey), np.stack(embeddings)))
    assert found == [[0, 1], [0, 1], [0], [2], [1, 0], [1, 0, 3]]
