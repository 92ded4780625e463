"""Reading the next batches while the network learns from this one."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")

AHEAD = 3
"""Batches that may wait to be used: what bounds the memory."""


def prefetched(read: Callable[[int], Item], first: int, last: int) -> Iterator[tuple[int, Item]]:
    """Read items `first` to `last - 1` in one other thread, a few ahead.

    Yields:
        Each number and its item, in order. An error of `read` is raised where its item is due.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="batches") as pool:
        waiting: list[tuple[int, Future[Item]]] = []
        for number in range(first, last):
            waiting.append((number, pool.submit(read, number)))
            if len(waiting) > AHEAD:
                number, item = waiting.pop(0)
                yield number, item.result()
        for number, item in waiting:
            yield number, item.result()
