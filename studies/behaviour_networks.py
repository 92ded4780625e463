"""The networks of the study of negative transfer, world B, that other studies go on from."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from facebehavior.training.loop import BEST
from studies.negative_transfer.plan import Job, Places, Plan
from studies.negative_transfer.running import run_all
from studies.preparing import prepare_databases

DATABASES = ("expression", "action_units", "affect", "test")
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
    missing = [job for job in jobs if not (run_folder(work, job.arm, job.seed) / BEST).is_file()]
    if missing:
        run_all(Plan.read(), missing, Places(shards, work, work / "results"), _MINUTES, processes)


def run_folder(work: Path, arm: str, seed: int) -> Path:
    """Give the folder of a network's run."""
    return work / "runs" / Job(arm, "B", seed).name
