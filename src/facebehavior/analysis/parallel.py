"""Several lots of photographs and videos at once, in processes."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import cache
from itertools import islice
from multiprocessing.synchronize import Event

from facebehavior.analysis.analyzer import Analyzer
from facebehavior.analysis.lots import Lot, Settings, opened
from facebehavior.analysis.recording import Recorder
from facebehavior.analysis.working import Count, Step, work_off
from facebehavior.errors import FaceBehaviorError

WAITING = 2
"""Lots a process that may wait for their turn."""


def work_off_in_processes(lots: Sequence[Lot], workers: int) -> Generator[Step, None, None]:
    """Analyse what is not done of some lots yet; their rows are kept as `work_off` keeps them.

    Args:
        lots: what to analyse.
        workers: number of processes.

    Yields:
        Each lot in its order, when it is done.

    Raises:
        FaceBehaviorError: the disk is full or gone, or a process has been killed.
    """
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(workers, context, _prepare, (stop,))
    coming = iter(lots)
    try:
        waiting: list[tuple[Lot, Future[Count]]] = [
            (lot, pool.submit(_work_off, lot)) for lot in islice(coming, workers * WAITING)
        ]
        while waiting:
            lot, future = waiting.pop(0)
            yield Step(lot, _result(future), finished=True)
            waiting.extend((lot, pool.submit(_work_off, lot)) for lot in islice(coming, 1))
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _result(future: Future[Count]) -> Count:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise FaceBehaviorError(
            "one of the processes was killed, as where memory runs out; the same command goes on, "
            "fewer --workers need less"
        ) from error


# An event can be handed to a process only while that is started.
_stop: Event


def _prepare(stop: Event) -> None:
    """Leave it to the first process when to stop; if that is killed, end too."""
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work_off(lot: Lot) -> Count:
    if _stop.is_set():
        return Count()
    analyzer, recorder = _opened(lot.settings)
    return sum(work_off(lot, analyzer, recorder, _stop.is_set), Count())


_open_until_the_end = ExitStack()


@cache
def _opened(settings: Settings) -> tuple[Analyzer, Recorder]:
    """Open model and detector, once in a process; they end with it."""
    return _open_until_the_end.enter_context(opened(settings))
