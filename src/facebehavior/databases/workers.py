"""Work on the rows of a database in parallel processes, results in the order of the rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

CHUNK = 128
"""Items handed to a process at a time."""
WAITING = 3
"""Chunks per process that may wait for their turn: what bounds the memory."""


def in_processes(
    work: Callable[[Sequence[Item]], list[Result]],
    items: Sequence[Item],
    workers: int,
    what: str,
) -> Iterator[Result]:
    """Do the same work on all items, with a progress bar on a terminal.

    Args:
        work: turns a chunk of items into as many results; it must be importable by name.
        items: what to work on.
        workers: number of processes; 1 works in this one.
        what: the word before the progress bar.

    Yields:
        One result an item, in order, whatever the number of processes.
    """
    chunks = (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
    with tqdm(total=len(items), desc=what, unit="image", disable=None, leave=False) as bar:
        for results in chunks_in_processes(work, chunks, workers):
            bar.update(len(results))
            yield from results


def chunks_in_processes(
    work: Callable[[Chunk], Result], chunks: Iterable[Chunk], workers: int
) -> Iterator[Result]:
    """Do the same work on all chunks.

    Args:
        work: turns a chunk into its result; it must be importable by name.
        chunks: made one by one, a few ahead of the work.
        workers: number of processes; 1 works in this one.

    Yields:
        One result a chunk, in order, whatever the number of processes.
    """
    return map(work, chunks) if workers == 1 else _pooled(work, iter(chunks), workers)


def _pooled(
    work: Callable[[Chunk], Result], chunks: Iterator[Chunk], workers: int
) -> Iterator[Result]:
    # Spawned, not forked: a fork copies the threads' locks of Arrow and the detector.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: list[Future[Result]] = [
            pool.submit(work, chunk) for chunk in islice(chunks, workers * WAITING)
        ]
        while waiting:
            yield waiting.pop(0).result()
            waiting.extend(pool.submit(work, chunk) for chunk in islice(chunks, 1))
