"""From the runs' files to means, gains and contrasts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studies.negative_transfer.figures import BALANCED, MAIN, class_offsets
from studies.negative_transfer.plan import TASKS, Family, Job, Places, Plan, Task, World
from studies.negative_transfer.predictions import Predictions
from studies.negative_transfer.replicating import replicated
from studies.negative_transfer.running import KINDS, predictions_path, read_result, result_path
from studies.resampling import Array, difference, holm, seed_difference

Arms = dict[tuple[str, str, str], dict[str, dict[int, Array]]]
"""For each arm, world and kind of test, for each figure, for each seed: the figure under all draws;
(R + 1,)."""


@dataclass(frozen=True)
class Compared:
    """One difference between two arms.

    Attributes:
        family: whose p-values are corrected together; empty for a gain over uncoupled.
        world, measured: in which world, and on which kind of test.
        figure: that is compared.
        seeds: that both arms have.
        mean, low, high: of the difference, with its 95 % interval.
        p: two-sided, corrected within the family where there is one; None for one seed, which
            says nothing of others.
    """

    family: str
    world: str
    measured: str
    better: str
    worse: str
    figure: str
    seeds: int
    mean: float
    low: float
    high: float
    p: float | None

    @property
    def place(self) -> tuple[str, ...]:
        """What is compared, and where."""
        return self.family, self.world, self.measured, self.better, self.worse, self.figure


def finished(plan: Plan, places: Places) -> list[Job]:
    """List the runs that have a result."""
    return [job for job in plan.jobs() if result_path(job, places).exists()]


def on_hand(plan: Plan, places: Places) -> list[Job]:
    """List the finished runs of those arms of which the predictions of every seed are there."""
    jobs = finished(plan, places)
    missing = [job for job in jobs if not predictions_path(job, places, "").parent.is_dir()]
    lacking = {(job.arm, job.world) for job in missing}
    return [job for job in jobs if (job.arm, job.world) not in lacking]


def resampled(plan: Plan, places: Places) -> Arms:
    """Compute the figures of every run on hand under the draws of people."""
    found: Arms = {}
    for job in on_hand(plan, places):
        world = plan.worlds[job.world]
        for kind in KINDS:
            arm = found.setdefault((job.arm, job.world, kind), {})
            for task in plan.arms[job.arm].tasks:
                for figure, values in _of_run(job, world, kind, task, places).items():
                    arm.setdefault(figure, {})[job.seed] = values
    return found


def _of_run(job: Job, world: World, kind: str, task: Task, places: Places) -> dict[str, Array]:
    """Compute a run's figures, or read them where that was done before."""
    database = places.measured(kind, task, world).name
    predictions = predictions_path(job, places, f"{kind}-{database}")
    figures = _kept(predictions, task, f"resampled-{kind}-{task}.npz", np.zeros(1))
    if task == "expression":
        trained_on = places.database(task, world).name
        validation = Predictions.load(predictions_path(job, places, f"validation-{trained_on}"))
        offsets = class_offsets(validation)
        balanced = _kept(predictions, task, f"resampled-{kind}-balanced.npz", offsets)
        figures[BALANCED] = balanced[MAIN["expression"]]
    return figures


def _kept(path: Path, task: str, name: str, offsets: NDArray[np.float64]) -> dict[str, Array]:
    kept = path.with_name(name)
    if not kept.exists():
        found = Predictions.load(path)
        moved = replace(found, expression=(found.expression + offsets).astype(np.float32))
        np.savez(kept, allow_pickle=False, **replicated(task, moved))
    with np.load(kept, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def contrasts(plan: Plan, arms: Arms) -> list[Compared]:
    """Compare what the plan names, as far as it was run; p-values corrected by family."""
    return [one for name, family in plan.families.items() for one in _family(name, family, arms)]


def with_kept(found: list[Compared], kept: Iterable[Compared]) -> list[Compared]:
    """Put comparisons that were made before beside those that can be made now.

    A family is corrected as a whole: where one of its comparisons cannot be made again, all of
    them stay as they were.
    """
    kept = list(kept)
    again = {one.place for one in found}
    stay = {one.family for one in kept if one.family and one.place not in again}
    old = [one for one in kept if one.family in stay or one.place not in again]
    places = {one.place for one in old}
    new = [one for one in found if one.family not in stay and one.place not in places]
    return old + new


def _family(name: str, family: Family, arms: Arms) -> list[Compared]:
    place = (family.world, family.measured)
    compared = [
        _compared(name, place, contrast.better, contrast.worse, MAIN[task], arms)
        for contrast in family.contrasts
        for task in contrast.tasks
    ]
    corrected = holm([None if one is None else one.p for one in compared])
    return [
        replace(one, p=p) for one, p in zip(compared, corrected, strict=True) if one is not None
    ]


def over_seeds(
    plan: Plan, places: Places, compared: Sequence[Compared]
) -> list[tuple[float, float] | None]:
    """Give the 95 % interval of each difference by Student's t over its seeds alone.

    It needs no predictions, says nothing of other people, and knows what the draws do not: that
    three seeds tell little of how much seeds differ. None where there is one seed.
    """
    found: dict[tuple[str, str, str, str], dict[int, float]] = {}
    for job in finished(plan, places):
        for measured, figures in read_result(result_path(job, places))["figures"].items():
            for figure, value in figures.items():
                found.setdefault((job.arm, job.world, measured, figure), {})[job.seed] = value
    intervals: list[tuple[float, float] | None] = []
    for one in compared:
        first, second = (
            found.get((arm, one.world, one.measured, one.figure), {})
            for arm in (one.better, one.worse)
        )
        several = len(set(first) & set(second)) > 1
        intervals.append(seed_difference(first, second)[1:3] if several else None)
    return intervals


def gains(arms: Arms) -> list[Compared]:
    """Compare every arm with the uncoupled network of its world, in every figure."""
    found = []
    for (arm, world, kind), figures in arms.items():
        for figure in figures if arm != "uncoupled" else ():
            one = _compared("", (world, kind), arm, "uncoupled", figure, arms)
            if one is not None:
                found.append(one)
    return found


def _compared(
    family: str, place: tuple[str, str], better: str, worse: str, figure: str, arms: Arms
) -> Compared | None:
    first = arms.get((better, *place), {}).get(figure, {})
    second = arms.get((worse, *place), {}).get(figure, {})
    seeds = len(set(first) & set(second))
    if not seeds:
        return None
    mean, low, high, p = difference(first, second)
    known = p if seeds > 1 else None
    return Compared(family, *place, better, worse, figure, seeds, mean, low, high, known)


def means(
    plan: Plan, places: Places
) -> dict[str, dict[str, dict[str, tuple[float, float | None]]]]:
    """Give mean and standard deviation over seeds, by arm and world, measured set and figure."""
    collected: dict[str, dict[str, dict[str, list[float]]]] = {}
    for job in finished(plan, places):
        figures = read_result(result_path(job, places))["figures"]
        for measured, values in figures.items():
            for figure, value in values.items():
                sets = collected.setdefault(f"{job.arm}-{job.world}", {})
                sets.setdefault(measured, {}).setdefault(figure, []).append(value)
    return {
        arm: {
            measured: {name: _mean_and_deviation(values) for name, values in figures.items()}
            for measured, figures in sets.items()
        }
        for arm, sets in collected.items()
    }


def _mean_and_deviation(values: list[float]) -> tuple[float, float | None]:
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return float(np.mean(values)), deviation


def pilot_figures(plan: Plan, places: Places) -> Mapping[str, Mapping[str, float]]:
    """Give figures on validation people, by arm: the pilot's, and of the arms that it varies."""
    found = {}
    for job in [Job("uncoupled", "B", 0), *(Job(arm, "B", 0, True) for arm in plan.pilot)]:
        path = result_path(job, places)
        if path.exists():
            figures = read_result(path)["figures"]["validation"]
            found[job.arm] = {MAIN[task]: figures[MAIN[task]] for task in TASKS}
    return found


def seeds_of(plan: Plan, places: Places) -> dict[str, int]:
    """Count the finished seeds of every arm and world."""
    counts: dict[str, int] = {}
    for job in finished(plan, places):
        counts[f"{job.arm}-{job.world}"] = counts.get(f"{job.arm}-{job.world}", 0) + 1
    return counts
