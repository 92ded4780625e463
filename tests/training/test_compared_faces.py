"""Of too many held-out faces, those are compared that say most about telling people apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.training.compared_faces import MOST_FACES, compared_faces


def people(counts: list[int], database: str = "a") -> list[str]:
    return [f"{database}/{who:05d}" for who, count in enumerate(counts) for _ in range(count)]


def faces_of(counts: list[int]) -> tuple[dict[str, int], int]:
    """Give the number of faces taken of each person, and of pairs of one person."""
    names = np.array(people(counts), dtype=object)
    rows, same = compared_faces(names)["a"]
    assert len(same) == len(rows) * (len(rows) - 1) // 2
    assert len(set(rows.tolist())) == len(rows)
    taken, each = np.unique(names[rows].astype(str), return_counts=True)
    expected = int((each * (each - 1) // 2).sum())
    assert same.sum() == expected
    return dict(zip(taken.tolist(), each.tolist(), strict=True)), expected


@pytest.mark.parametrize("number", [1000, 1001, 1500, 4000])
def test_people_with_two_faces_each_are_taken_whole(number: int) -> None:
    taken, same = faces_of([2] * number)
    assert set(taken.values()) == {2}
    assert same == MOST_FACES // 2
    # They are spread over all people, not the first of them.
    places = np.array([int(name[2:]) for name in taken])
    assert np.diff(places).max() <= -(-number // 1000)
    assert places[0] == 0
    assert number - places[-1] <= -(-number // 1000)


def test_people_with_many_faces_give_as_many_each_as_there_is_room_for() -> None:
    assert set(faces_of([500] * 20)[0].values()) == {100}
    assert set(faces_of([5000, 5000])[0].values()) == {1000}
    taken, _ = faces_of([3000, *[1] * 1000])
    assert len(taken) == 1001
    assert taken["a/00000"] == 1000


def test_the_only_two_faces_of_one_person_are_among_many_of_others() -> None:
    taken, same = faces_of([*[1] * 3001, 2, *[1] * 3001])
    assert same == 1
    assert sum(taken.values()) == MOST_FACES


@given(st.lists(st.integers(1, 60), min_size=2, max_size=150))
def test_few_faces_are_all_compared_and_many_are_as_many_as_are_allowed(counts: list[int]) -> None:
    if max(counts) == 1:
        counts[0] = 2
    taken, _ = faces_of(counts)
    number = sum(taken.values())
    assert len(taken) == len(counts)
    if sum(counts) <= MOST_FACES:
        assert number == sum(counts)
    else:
        assert MOST_FACES - len(counts) < number <= MOST_FACES


def test_a_database_with_one_kind_of_pairs_is_left_out() -> None:
    names = np.array([*people([1, 1]), *people([3], "b"), None], dtype=object)
    assert compared_faces(names) == {}
