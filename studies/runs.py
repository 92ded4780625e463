"""What studies that train share: runs side by side, one result each, kept as they come."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from facebehavior.files import writing


@dataclass(frozen=True)
class Job:
    """One run.

    Attributes:
        name: of its result.
        settings: what tells it from the others.
    """

    name: str
    settings: Mapping[str, Any]


def do_all(
    jobs: Sequence[Job], work: Callable[[Job], Mapping[str, Any]], results: Path, processes: int
) -> dict[str, dict[str, Any]]:
    """Do the runs that have no result yet, and give all results by their names.

    Args:
        jobs: all of them.
        work: does one; it must be importable by name.
        results: folder of one JSON a run.
        processes: side by side, each with one thread.
    """
    waiting = [job for job in jobs if not (results / f"{job.name}.json").is_file()]
    # A process takes a new interpreter, so that each has one thread from the beginning.
    with ProcessPoolExecutor(processes, get_context("spawn"), _one_thread) as pool:
        for job, found in zip(waiting, pool.map(work, waiting), strict=True):
            with writing(results / f"{job.name}.json") as path:
                path.write_text(json.dumps(dict(found), indent=1, sort_keys=True) + "\n")
            print(job.name, flush=True)
    return {job.name: json.loads((results / f"{job.name}.json").read_text()) for job in jobs}


def _one_thread() -> None:
    torch.set_num_threads(1)
