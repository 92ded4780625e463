"""What is compared: worlds, arms, seeds and contrasts, read from `study.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from facebehavior.settings import read_yaml
from facebehavior.training.configuration import Configuration, checked_configuration

PLAN = Path(__file__).with_name("study.yaml")
Task = Literal["expression", "action_units", "affect"]
TASKS: tuple[Task, ...] = ("expression", "action_units", "affect")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Arm(_Section):
    """One way to train.

    Attributes:
        tasks: that the network has.
        coupling: the section of a training configuration; None couples nothing.
        network: keys of the section `network` that differ from the other arms'.
    """

    tasks: tuple[Task, ...] = TASKS
    coupling: Mapping[str, Any] | None = None
    network: Mapping[str, Any] = {}


class World(_Section):
    """Which shards tasks learn from and are tested on, where that is not the usual.

    Attributes:
        train: the shards of some tasks; a task that is not named learns from those of its name.
        test: the shards in a new domain; a task that is not named is tested on `test`.
    """

    train: Mapping[Task, str] = {}
    test: Mapping[Task, str] = {}


class Lot(_Section):
    """Runs that are started together: every arm with every seed, one seed after the other."""

    world: str
    arms: tuple[str, ...]
    seeds: tuple[int, ...]


class Contrast(_Section):
    """A difference between two arms, `better` minus `worse`, each in the world of its family."""

    better: str
    worse: str
    tasks: tuple[Task, ...] = TASKS


class Family(_Section):
    """Contrasts whose p-values are corrected together, measured on one kind of test."""

    world: str
    measured: Literal["new_domain", "in_domain"] = "new_domain"
    contrasts: tuple[Contrast, ...]


class Plan(_Section):
    """The whole study.

    Attributes:
        training: keys of a training configuration that all runs share.
        pictures_a_task: pictures of each task in a step.
        worlds: by name.
        arms: by name.
        pilot: arms that are compared on validation people before the others are run.
        lots: runs, the most important first.
        families: contrasts by the name of their family.
    """

    training: Mapping[str, Any]
    pictures_a_task: int
    worlds: Mapping[str, World]
    arms: Mapping[str, Arm]
    pilot: Mapping[str, Arm] = {}
    lots: tuple[Lot, ...] = ()
    families: Mapping[str, Family] = {}

    @classmethod
    def read(cls, path: Path = PLAN) -> Self:
        """Read a plan from YAML."""
        return cls.model_validate(read_yaml(path))

    def jobs(self) -> list["Job"]:
        """List the runs of all lots in their order, each once."""
        listed = [
            Job(arm, lot.world, seed) for lot in self.lots for seed in lot.seeds for arm in lot.arms
        ]
        return list(dict.fromkeys(listed))


@dataclass(frozen=True)
class Job:
    """One run.

    Attributes:
        arm: its name in the plan.
        world: its name in the plan.
        seed: of weights and batches.
        pilot: whether the arm is one of the pilot's.
    """

    arm: str
    world: str
    seed: int
    pilot: bool = False

    @property
    def name(self) -> str:
        """The name of the run's files."""
        return f"{'pilot-' if self.pilot else ''}{self.arm}-{self.world}-seed{self.seed}"


@dataclass(frozen=True)
class Places:
    """Where things are; only the results are small.

    Attributes:
        shards: a folder of shards for each database.
        work: for checkpoints and predictions.
        results: one JSON a run.
        empirical: the table estimated from jointly labelled pictures.
    """

    shards: Path
    work: Path
    results: Path

    @property
    def empirical(self) -> Path:
        """The estimated table."""
        return self.work / "empirical.json"

    def database(self, task: Task, world: World) -> Path:
        """Give the shards that a task is trained on."""
        return self.shards / world.train.get(task, task)

    def new_domain(self, task: Task, world: World) -> Path:
        """Give the shards that a task is tested on."""
        return self.shards / world.test.get(task, "test")

    def measured(self, kind: str, task: Task, world: World) -> Path:
        """Give the shards of a kind of test: `validation`, `in_domain` or `new_domain`."""
        place = self.new_domain if kind == "new_domain" else self.database
        return place(task, world)


def configuration_of(plan: Plan, job: Job, places: Places) -> Configuration:
    """Give the training configuration of a run.

    Raises:
        FaceBehaviorError: a key or a value is not allowed.
    """
    arm = (plan.pilot if job.pilot else plan.arms)[job.arm]
    world = plan.worlds[job.world]
    sets = [
        {
            "name": task,
            "sources": [{"shards": str(places.database(task, world)), "split": "train"}],
        }
        for task in arm.tasks
    ]
    content: dict[str, Any] = {
        **plan.training,
        "name": job.name,
        "seed": job.seed,
        "label_sets": sets,
        "network": {**plan.training["network"], **arm.network, "heads": list(arm.tasks)},
        "optimisation": {
            **plan.training["optimisation"],
            "batch_size": plan.pictures_a_task * len(arm.tasks),
        },
    }
    if arm.coupling is not None:
        content["coupling"] = dict(arm.coupling)
        if arm.coupling.get("table") == "empirical":
            content["coupling"]["table"] = str(places.empirical)
    return checked_configuration(content, f"{PLAN.name}: {job.arm}")
