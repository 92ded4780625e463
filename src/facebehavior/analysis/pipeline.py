"""Doing the stages of an analysis at the same time, in order, with bounded memory."""

import os
import queue
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

BESIDE = 10
"""The niceness of threads that work beside the detector."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def quick_switching() -> Iterator[None]:
    """Let Python's threads take turns ten times as often as they do by default.

    A thread that comes back from a detector or decoder waits for its turn; by default up to 5 ms,
    which is most of a frame. It holds for the whole process, so it is for programs, not for
    libraries, to ask for it.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def stand_back() -> None:
    """Let this thread work in the time that the others leave, where the system knows how to.

    The detector decides how long an analysis takes. What is done beside it has time to wait, and
    must not take its processor away.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):  # a sandbox may forbid it, and then it is merely slower
            own = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, max(own, BESIDE))


def read_ahead(
    items: Iterable[Item], most: int, prepare: Callable[[], None] = lambda: None
) -> Generator[Item, None, None]:
    """Go through items that another thread makes, up to `most` of them ahead.

    An error of the items is raised where it would have been without the thread. When the
    iterator is closed before its end, so are the items.

    Args:
        items: what to go through.
        most: how many of them may wait.
        prepare: what the thread does first.
    """
    waiting: queue.Queue[tuple[str, Item | BaseException | None]] = queue.Queue(most)
    stopped = threading.Event()

    def put(kind: str, value: Item | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                waiting.put((kind, value), timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def read() -> None:
        try:
            prepare()
            for item in items:
                if not put("item", item):
                    break
            put("end", None)
        except BaseException as error:
            put("error", error)
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()

    reader = threading.Thread(target=read, name="reader", daemon=True)
    reader.start()
    try:
        while True:
            kind, value = waiting.get()
            if kind == "end":
                return
            if kind == "error":
                raise value  # type: ignore[misc]
            yield value  # type: ignore[misc]
    finally:
        stopped.set()
        reader.join()


def work_beside(
    work: Callable[[Item], Result], items: Iterable[Item], most: int
) -> Iterator[Result]:
    """Give `work(item)` for each item in order; it is done in one other thread.

    Up to `most` results wait while the next items are made.
    """
    with ThreadPoolExecutor(1, "worker", stand_back) as pool:
        waiting: list[Future[Result]] = []
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > most:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def in_groups(
    items: Iterable[Item], share: Callable[[Item], float], part: Callable[[Item], object]
) -> Generator[list[Item], None, None]:
    """Gather items of one part until their shares of a full group sum up to 1 or more."""
    group: list[Item] = []
    total = 0.0
    for item in items:
        if group and part(item) != part(group[0]):
            yield group
            group, total = [], 0.0
        group.append(item)
        total += share(item)
        if total >= 1.0:
            yield group
            group, total = [], 0.0
    if group:
        yield group
