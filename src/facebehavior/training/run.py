"""A training run and its folder: set up, trained, summed up."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import yaml
from lightning_fabric import Fabric
from lightning_fabric.utilities.exceptions import MisconfigurationException
from torch import nn

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.labels import IDENTITY, KNOWN_TASKS, Task
from facebehavior.relatedness import save_relatedness
from facebehavior.settings import read_yaml
from facebehavior.training.batches import Batches
from facebehavior.training.best import best_network
from facebehavior.training.calibrating import (
    action_unit_thresholds,
    check_expressions,
    check_people,
    expression_temperature,
    verification,
)
from facebehavior.training.checkpoints import Progress
from facebehavior.training.configuration import (
    Configuration,
    Run,
    checked_configuration,
)
from facebehavior.training.coupled import Couplings, build_couplings
from facebehavior.training.data import TrainingData, open_training_data
from facebehavior.training.freezing import freeze
from facebehavior.training.loop import train
from facebehavior.training.objective import Objective
from facebehavior.training.own_tasks import check_labels, check_names
from facebehavior.training.starting import Start, build_network, learned_heads
from facebehavior.training.untrained import untrained_outputs
from facebehavior.training.validation import answers, scores
from facebehavior.training.watch import CollapseWatch

_log = logging.getLogger(__name__)

CONFIGURATION = "configuration.yaml"
SUMMARY = "summary.json"
RELATEDNESS = "relatedness.json"
"""The table that a run with coupling has used, or has started from."""

LEARNED_RELATEDNESS = "learned_relatedness.json"
"""The table that it has learned."""


@dataclass(frozen=True)
class Summary:
    """What a finished run says of itself; `export` turns it into the model's metadata.

    Attributes:
        progress: steps done, and the best of them.
        pictures: training pictures in each label set, and its part of a batch.
        network: the network's configuration.
        crop: how the faces were cut out.
        training_databases: names of the databases, with those of the model it started from or
            whose trunk it took.
        held_out: figures of the best weights on the held-out pictures.
        expression_temperature: fitted on the held-out pictures; 1 where there are none.
        action_unit_thresholds: of best F1 on the held-out pictures; 0.5 where there are none.
        untrained: action units and attributes that nothing has taught.
        verification: when two faces count as one person's, and on which held-out people that was
            measured; None where there are too few.
    """

    progress: Mapping[str, float | int | None]
    pictures: Mapping[str, tuple[int, int]]
    network: Mapping[str, object]
    crop: Mapping[str, int | str]
    training_databases: tuple[str, ...]
    held_out: Mapping[str, float]
    expression_temperature: float
    action_unit_thresholds: Mapping[str, float]
    untrained: tuple[str, ...]
    verification: Mapping[str, float | int | str | None] | None


def run_training(configuration: Configuration, folder: Path) -> Summary:
    """Train, or go on with, the run in a folder.

    Args:
        configuration: of the run.
        folder: the run's own; made where it is missing.

    Raises:
        FaceBehaviorError: the folder holds another configuration's run or cannot be written to,
            or the data do not fit.
    """
    check_names(configuration)
    fabric = launched_fabric(configuration.run)
    data = run_data(configuration)
    check_labels(configuration, data)
    check_expressions(data.held_out, configuration.calibration.expression)
    check_people(data.held_out, configuration.calibration.verification)
    batches = Batches(
        data.label_sets,
        configuration.optimisation.batch_size,
        configuration.seed,
        fabric.global_rank,
        fabric.world_size,
        [label_set.passes for label_set in configuration.label_sets],
    )
    if fabric.is_global_zero:
        _log.info("%s", batch_plan(configuration, batches))
    start = build_network(configuration, data)
    network = start.network
    freeze(network, configuration.optimisation.trained, learned_heads(data))
    learned = (*network.heads, *([IDENTITY] if network.configuration.people else []))
    couplings = build_couplings(
        configuration.coupling, configuration.further_couplings, data, learned
    )
    if fabric.is_global_zero:
        claim_folder(configuration, folder)
    fabric.barrier()
    if fabric.is_global_zero:
        for coupling in couplings:
            save_relatedness(coupling.table, folder / f"{coupling.pair.prefix}{RELATEDNESS}")
    prior = torch.from_numpy(data.expression_prior).float().to(fabric.device)

    def validate(average: nn.Module) -> Mapping[str, float]:
        found = answers(average, data.held_out)
        return {} if found is None else scores(found)

    objective = Objective(
        configuration.losses,
        prior,
        lambda values: summed_over_processes(fabric, values),
        fabric.world_size,
        tuple(coupling.to(fabric.device) for coupling in couplings),
    )
    watch = CollapseWatch(data.expression_prior, data.action_unit_rates)
    progress = train(configuration, folder, fabric, network, batches, objective, validate, watch)
    if fabric.is_global_zero:
        save_learned(couplings, folder)
    pictures = {
        chosen.name: (sum(map(len, found)), part)
        for chosen, found, part in zip(
            configuration.label_sets, data.label_sets, batches.parts, strict=True
        )
    }
    kept = start.base if configuration.optimisation.trained == "heads" else None
    untrained = untrained_outputs(data, couplings, kept, network.configuration.heads)
    summary = _summed_up(configuration, folder, data, start, progress, pictures, untrained)
    if fabric.is_global_zero:
        with writing(folder / SUMMARY) as unfinished:
            unfinished.write_text(json.dumps(asdict(summary), indent=2, sort_keys=True) + "\n")
    return summary


def save_learned(couplings: Sequence[Couplings], folder: Path) -> None:
    """Write the tables that were learned into the run's folder."""
    for coupling in couplings:
        if coupling.learned_table is not None:
            path = folder / f"{coupling.pair.prefix}{LEARNED_RELATEDNESS}"
            save_relatedness(coupling.learned_table.relatedness(), path)


def launched_fabric(run: Run) -> Fabric:
    """Open Fabric as the configuration says, and start the other processes where there are any.

    Raises:
        FaceBehaviorError: there is no such accelerator, strategy or precision, or not here.
    """
    try:
        fabric = Fabric(
            accelerator=run.accelerator,
            devices=run.devices,
            strategy=run.strategy,
            precision=run.precision,  # type: ignore[arg-type]
        )
    except (ValueError, RuntimeError, MisconfigurationException) as error:
        reason = " ".join(str(error).split())
        raise FaceBehaviorError(f"the section run cannot be carried out here: {reason}") from error
    fabric.launch()
    return fabric


def summed_over_processes(fabric: Fabric, values: torch.Tensor) -> torch.Tensor:
    """Sum a tensor over all processes; gives a new one, without gradient."""
    # Fabric may sum in place, and the values are still needed.
    return torch.as_tensor(fabric.all_reduce(values.detach().clone(), reduce_op="sum"))


def batch_plan(configuration: Configuration, batches: Batches) -> str:
    """Say how every step is made up, and how many there are."""
    parts = ", ".join(
        f"{part} of {size // chosen.passes} from {chosen.name}"
        + (f" (seen {chosen.passes} times an epoch)" if chosen.passes > 1 else "")
        for chosen, size, part in zip(
            configuration.label_sets, batches.sizes, batches.parts, strict=True
        )
    )
    steps = max(1, round(configuration.optimisation.epochs * batches.steps_per_epoch))
    return f"each of {steps} steps takes {parts}; {batches.steps_per_epoch} steps an epoch"


def run_data(configuration: Configuration) -> TrainingData:
    """Open the pictures that a run learns from.

    Raises:
        FaceBehaviorError: see `open_training_data`.
    """
    return open_training_data(
        configuration.label_sets,
        configuration.seed,
        further_tasks(configuration),
        people=IDENTITY in configuration.network.heads,
    )


def further_tasks(configuration: Configuration) -> list[Task]:
    """Give the tasks beside expression, action units, affect and identity that a run learns."""
    known = [KNOWN_TASKS[head] for head in configuration.network.heads if head in KNOWN_TASKS]
    own = [
        Task(name, task.kind, task.labels, task.columns)
        for name, task in configuration.tasks.items()
    ]
    return [*known, *own]


def claim_folder(configuration: Configuration, folder: Path) -> None:
    """Write the configuration into the run's folder, or check that the one there is the same.

    Raises:
        FaceBehaviorError: another configuration's run is there, or the folder cannot be written.
    """
    path = folder / CONFIGURATION
    if path.exists():
        if read_run_configuration(folder) != configuration:
            raise FaceBehaviorError(
                f"{folder}: holds the run of another configuration ({path.name} differs); "
                "give another folder, or remove this one to start again"
            )
        return
    with writing(path) as unfinished:
        content = configuration.model_dump(mode="json")
        unfinished.write_text(yaml.safe_dump(content, sort_keys=False))


def read_run_configuration(folder: Path) -> Configuration:
    """Read the configuration of a run.

    Raises:
        FaceBehaviorError: the folder holds no run.
    """
    path = folder / CONFIGURATION
    if not path.is_file():
        raise FaceBehaviorError(f"{folder}: expected a training run, found no {CONFIGURATION}")
    return checked_configuration(read_yaml(path), str(path))


def _summed_up(
    configuration: Configuration,
    folder: Path,
    data: TrainingData,
    start: Start,
    progress: Progress,
    pictures: Mapping[str, tuple[int, int]],
    untrained: tuple[str, ...],
) -> Summary:
    network, base = start.network.configuration, start.base
    found = answers(best_network(folder, network.to_dict()), data.held_out)
    chosen = configuration.calibration
    measured = verification(found and found.of(chosen.verification))
    has_units = "action_units" in network.heads
    return Summary(
        progress=asdict(progress),
        pictures=pictures,
        network=network.to_dict(),
        crop=data.crop_parameters.to_dict(),
        training_databases=tuple(sorted({*data.databases, *start.databases})),
        held_out={} if found is None else scores(found),
        expression_temperature=expression_temperature(found and found.of(chosen.expression), base),
        action_unit_thresholds=action_unit_thresholds(found, base) if has_units else {},
        untrained=untrained,
        verification=None if measured is None else asdict(measured),
    )
