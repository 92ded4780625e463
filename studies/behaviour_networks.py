"""The networks of the study of negative transfer, world B, that other studies go on from."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from facebehavior.training.loop import BEST
from studies.negative_transfer.plan import Job, Places, Plan
from studies.negative_transfer.running import predictions_path, run_all
from studies.preparing import prepare_databases

DATABASES = ("expression", "action_units", "affect", "test")
TESTED = "new_domain-test"
"""The name of a run's answers on the database `test`."""
_MINUTES = 1e6


def train_missing(
    arms: Sequence[str], seeds: Iterable[int], databases: Path, work: Path, processes: int
) -> None:
    """Prepare the databases and train the networks that are not there.

    Args:
        arms: of `negative_transfer/study.yaml`.
        seeds: of each arm.
        databases: what `facebehavior synthesize synthetic_study` has made.
        work: folder of that study, or a new one, for `shards`, `runs` and `predictions`.
        processes: side by side.
    """
    shards = work / "shards"
    prepare_databases({name: databases / name for name in DATABASES}, shards)
    jobs = [Job(arm, "B", seed) for seed in seeds for arm in arms]
    places = Places(shards, work, work / "results")
    missing = [job for job in jobs if not _is_trained(job, places)]
    if missing:
        run_all(Plan.read(), missing, places, _MINUTES, processes)


def _is_trained(job: Job, places: Places) -> bool:
    """Say whether a run has come to its end: weights are kept on the way, answers after it."""
    weights = run_folder(places.work, job.arm, job.seed) / BEST
    return weights.is_file() and predictions_path(job, places, TESTED).is_file()


def run_folder(work: Path, arm: str, seed: int) -> Path:
    """Give the folder of a network's run."""
    return work / "runs" / Job(arm, "B", seed).name
