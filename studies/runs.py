"""What studies that train share: runs side by side, one result each, kept as they come."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

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
    return read_all(jobs, results)


def read_all(jobs: Sequence[Job], results: Path) -> dict[str, dict[str, Any]]:
    """Give the results by the runs' names; a run that is not finished is left out."""
    paths = {job.name: results / f"{job.name}.json" for job in jobs}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.is_file()}


def arms_by_seeds(arms: Iterable[str], seeds: Iterable[int]) -> list[Job]:
    """Name the runs of each arm with each seed, seed by seed."""
    return [
        Job(f"{arm.replace(', ', '-').replace(' ', '_')}-seed{seed}", {"arm": arm, "seed": seed})
        for seed, arm in product(seeds, arms)
    ]


def values(found: Mapping[str, Mapping[str, Any]], arm: str, figure: str) -> list[float]:
    """Give a figure of each run of an arm that has it."""
    all_values = [one["figures"][figure] for one in found.values() if one["arm"] == arm]
    return [value for value in all_values if value is not None]


def mean_and_spread(found: Mapping[str, Mapping[str, Any]], arm: str, figure: str) -> str:
    """Write the mean ± standard deviation of a figure over the runs of an arm."""
    numbers = values(found, arm, figure)
    return f"{np.mean(numbers):.3f} ± {np.std(numbers, ddof=1):.3f}" if numbers else "-"


def means(
    found: Mapping[str, Mapping[str, Any]], arms: Iterable[str], figures: Iterable[str]
) -> dict[str, dict[str, float]]:
    """Give the mean of each figure of each arm that has it."""
    names = tuple(figures)
    return {
        arm: {name: float(np.mean(v)) for name in names if (v := values(found, arm, name))}
        for arm in arms
    }


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write a study's summary."""
    with writing(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=1) + "\n")


def tell(content: Mapping[str, Any], output: Path | None) -> None:
    """Print what was measured, and keep it where a file is named."""
    print(json.dumps(content, indent=1))
    if output is not None:
        write_json(content, output)


def keep_arrays(path: Path, **arrays: NDArray[Any]) -> None:
    """Write arrays by their names as one compressed file, without pickle."""
    with writing(path) as unfinished, unfinished.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def with_interval(one: Mapping[str, float], sign: str = "") -> str:
    """Write `value`, and `low` to `high`; `sign` is `+` where it is a difference."""
    value, low, high = (f"{one[name]:{sign}.3f}" for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def discussion(study: str) -> str:
    """Give what has been written about a study's results, with an empty line; or nothing."""
    path = Path(study).with_suffix(".discussion.md")
    return f"{path.read_text().strip()}\n\n" if path.is_file() else ""


def _one_thread() -> None:
    torch.set_num_threads(1)
