"""The runs: trained, measured and noted, one JSON each, two side by side."""

import json
import logging
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from facebehavior.databases.shards import Shards
from facebehavior.files import writing
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.network import FaceBehaviorNet
from facebehavior.relatedness import read_relatedness, save_relatedness
from facebehavior.relatedness.from_manifests import expression_relatedness
from facebehavior.training.best import best_network
from facebehavior.training.run import LEARNED_RELATEDNESS, run_training
from studies.negative_transfer.figures import figures_of, thresholds_of
from studies.negative_transfer.plan import TASKS, Job, Places, Plan, World, configuration_of
from studies.negative_transfer.predictions import Predictions, predicted

KINDS = ("in_domain", "new_domain")
"""The kinds of tests that arms are compared on."""

_log = logging.getLogger(__name__)


def estimate_table(places: Places) -> None:
    """Estimate the empirical table, unless it is there or its pictures are not."""
    joint = places.shards / "joint"
    if joint.is_dir() and not places.empirical.exists():
        save_relatedness(expression_relatedness(Shards(joint).manifest), places.empirical)


def run_all(plan: Plan, jobs: list[Job], places: Places, minutes: float, processes: int) -> None:
    """Do the runs that have no result yet; none is started after some minutes."""
    end = time.time() + 60 * minutes
    waiting = [job for job in jobs if not result_path(job, places).exists()]
    waiting = [job for job in waiting if _databases_are_there(plan, job, places)]
    # A process takes a new interpreter, so that each has one thread from the beginning.
    with ProcessPoolExecutor(processes, get_context("spawn"), _one_thread) as pool:
        runs = [pool.submit(_run_before, end, plan, job, places) for job in waiting]
        for job, run in zip(waiting, runs, strict=True):
            _log.info("%s: %s", job.name, "done" if run.result() else "not started")


def _databases_are_there(plan: Plan, job: Job, places: Places) -> bool:
    arm, world = (plan.pilot if job.pilot else plan.arms)[job.arm], plan.worlds[job.world]
    wanted = [places.measured(kind, task, world) for kind in KINDS for task in arm.tasks]
    if arm.coupling is not None and arm.coupling.get("table") == "empirical":
        wanted.append(places.shards / "joint")
    return all(any(folder.glob("*.arrow")) for folder in wanted)


def result_path(job: Job, places: Places) -> Path:
    """Give the place of a run's JSON."""
    return places.results / f"{job.name}.json"


def read_result(path: Path) -> dict[str, Any]:
    """Read a run's JSON."""
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def predictions_path(job: Job, places: Places, measured: str) -> Path:
    """Give the place of the predictions for `validation`, `in_domain` or `new_domain` of a task."""
    return places.work / "predictions" / job.name / f"{measured}.npz"


def _one_thread() -> None:
    torch.set_num_threads(1)
    logging.basicConfig(level=logging.WARNING)


def _run_before(end: float, plan: Plan, job: Job, places: Places) -> bool:
    if time.time() > end:
        return False
    started = time.perf_counter()
    folder = places.work / "runs" / job.name
    summary = run_training(configuration_of(plan, job, places), folder)
    seconds = time.perf_counter() - started
    network = best_network(folder, summary.network)
    content = {
        "arm": job.arm,
        "world": job.world,
        "seed": job.seed,
        "steps": summary.progress["step"],
        "pictures_a_step": sum(part for _, part in summary.pictures.values()),
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "training_seconds": round(seconds, 1),
        "figures": _measured(network, plan.worlds[job.world], job, places),
    }
    learned = folder / LEARNED_RELATEDNESS
    if learned.exists():
        content["learned_table"] = read_relatedness(learned).values.round(4).tolist()
    with writing(result_path(job, places)) as unfinished:
        unfinished.write_text(json.dumps(content, indent=1) + "\n")
    return True


def _measured(
    network: FaceBehaviorNet, world: World, job: Job, places: Places
) -> dict[str, dict[str, float]]:
    """Measure each task on validation people, on its own database's test and in the new domain."""
    tasks = [task for task in TASKS if task in network.configuration.heads]
    sets = {"validation": "validation", "in_domain": "test"}
    if not job.pilot:
        sets["new_domain"] = "test"
    found: dict[tuple[str, str], Predictions] = {}
    for measured, split in sets.items():
        for task in tasks:
            database = places.measured(measured, task, world)
            same = found.get((measured, database.name))
            kept = predictions_path(job, places, f"{measured}-{database.name}")
            found[measured, database.name] = same or predicted(network, database, split, kept)
    thresholds = np.full(len(ACTION_UNIT_COLUMNS), 0.5)
    if "action_units" in tasks:
        own = places.database("action_units", world).name
        thresholds = thresholds_of(found["validation", own])
    figures: dict[str, dict[str, float]] = {}
    for measured in sets:
        figures[measured] = {}
        for task in tasks:
            answers = found[measured, places.measured(measured, task, world).name]
            figures[measured] |= figures_of(task, answers, thresholds)
    return figures
