import os
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.analysis.pipeline import (
    BESIDE,
    in_groups,
    quick_switching,
    read_ahead,
    stand_back,
    work_beside,
)


@given(st.lists(st.integers()), st.integers(1, 5))
def test_read_ahead_gives_the_same_items(items: list[int], most: int) -> None:
    assert list(read_ahead(items, most)) == items


def test_read_ahead_reads_no_further_than_it_may() -> None:
    read: list[int] = []
    two_used = threading.Event()

    def items() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    iterator = read_ahead(items(), 3)
    assert [next(iterator), next(iterator)] == [0, 1]
    two_used.wait(0.3)
    # Two are used, three wait in the queue, one waits for a place in it.
    assert len(read) <= 6
    iterator.close()


def test_an_error_is_raised_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("damaged")

    iterator = read_ahead(items(), 1)
    assert [next(iterator), next(iterator)] == [1, 2]
    with pytest.raises(OSError, match="damaged"):
        next(iterator)


def test_an_error_before_the_first_item_is_raised_too() -> None:
    def refuse() -> None:
        raise OSError("no such thread")

    with pytest.raises(OSError, match="no such thread"):
        next(read_ahead([1, 2], 1, refuse))


def test_closing_early_closes_the_items_and_ends_the_thread() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.set()

    iterator = read_ahead(items(), 2)
    next(iterator)
    iterator.close()
    assert closed.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name == "reader"]


@given(st.lists(st.integers()), st.integers(1, 4))
def test_work_beside_keeps_the_order(items: list[int], most: int) -> None:
    assert list(work_beside(lambda item: item * 2, items, most)) == [2 * item for item in items]


@given(st.lists(st.floats(0, 2)))
def test_groups_hold_all_items_and_end_when_full(shares: list[float]) -> None:
    groups = list(in_groups(shares, lambda share: share, lambda _: 0))
    assert [share for group in groups for share in group] == shares
    for group in groups:
        assert sum(group[:-1]) < 1.0
    for group in groups[:-1]:
        assert sum(group) >= 1.0


@given(st.lists(st.integers(0, 3)))
def test_groups_belong_to_one_part_each(parts: list[int]) -> None:
    groups = list(in_groups(parts, lambda _: 0.4, lambda part: part))
    assert [part for group in groups for part in group] == parts
    assert all(len(set(group)) == 1 and len(group) <= 3 for group in groups)


def test_quick_switching_ends_with_its_block() -> None:
    before = sys.getswitchinterval()
    with quick_switching():
        assert sys.getswitchinterval() < before / 5
    assert sys.getswitchinterval() == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has niceness by thread")
def test_what_is_done_beside_gives_way_and_the_caller_does_not() -> None:
    def niceness(_: int = 0) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    own = niceness()
    beside = [max(own, BESIDE)] * 2
    assert list(read_ahead((niceness() for _ in range(2)), 1, stand_back)) == beside
    assert list(read_ahead((niceness() for _ in range(2)), 1)) == [own] * 2
    assert list(work_beside(niceness, range(2), 1)) == beside
    assert niceness() == own
