"""The training loop: resumes by itself, and ends the same whether it was interrupted or not."""

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn
from tqdm import tqdm

from facebehavior.coupling import LearnedTable
from facebehavior.errors import FaceBehaviorError
from facebehavior.network import Logits
from facebehavior.training.augmentation import augmented
from facebehavior.training.batches import Batch, Batches
from facebehavior.training.checkpoints import (
    Progress,
    load_checkpoint,
    save_checkpoint,
    save_weights,
)
from facebehavior.training.configuration import Configuration, Optimisation
from facebehavior.training.freezing import teach
from facebehavior.training.journal import Journal
from facebehavior.training.normalisation import normalised
from facebehavior.training.objective import Objective
from facebehavior.training.prefetch import prefetched
from facebehavior.training.schedule import learning_rate, update_average
from facebehavior.training.watch import CollapseWatch

CHECKPOINT = "checkpoint.safetensors"
BEST = "best.safetensors"
JOURNAL = "metrics.jsonl"
NOTED_EVERY = 50
"""Steps between two lines of training losses in the journal."""

Validate = Callable[[nn.Module], Mapping[str, float]]
"""Gives a network's figures on the held-out pictures; `score` is the one to be raised, nan where
the network no longer answers in finite numbers."""


@dataclass(frozen=True)
class Learner:
    """What one step changes.

    Attributes:
        network: as Fabric set it up.
        average: the averaged weights; what is validated and exported.
        optimiser: as Fabric set it up.
        layout: of pictures and weights in memory.
        tables: those of the couplings that are learned.
    """

    network: nn.Module
    average: nn.Module
    optimiser: torch.optim.Optimizer
    layout: torch.memory_format
    tables: nn.ModuleList


def train(
    configuration: Configuration,
    folder: Path,
    fabric: Fabric,
    network: nn.Module,
    batches: Batches,
    objective: Objective,
    validate: Validate,
    watch: CollapseWatch | None = None,
) -> Progress:
    """Train a network from where the run's folder stands to its last step.

    Every batch, augmentation and dropout is a function of the seed and the step, so a run that is
    killed and started again does the same steps as one that is not.

    Args:
        configuration: of the run.
        folder: for checkpoints and the journal.
        fabric: launched; brings precision, device and processes.
        network: its weights are the start.
        batches: what to learn from.
        objective: what to minimise.
        validate: what the best checkpoint is chosen by.
        watch: looks at the mean predictions whenever the journal is written.

    Returns:
        The progress at the end.

    Raises:
        FaceBehaviorError: training has diverged, or a checkpoint is damaged, of other data, or
            cannot be written.
    """
    settings = configuration.optimisation
    steps = max(1, round(settings.epochs * batches.steps_per_epoch))
    learner = _set_up(network, settings, fabric, nn.ModuleList(objective.learned()))
    checkpoint = folder / CHECKPOINT
    progress = Progress(data=batches.fingerprint() + objective.fingerprint())
    if checkpoint.exists():
        progress = _resumed(checkpoint, progress.data, learner)
    # One process writes the journal; the others' would be the same lines.
    journal = Journal(folder / JOURNAL, progress.step) if fabric.is_global_zero else None
    validation = round(configuration.run.validate_every * batches.steps_per_epoch)
    coming = prefetched(batches.batch, progress.step, steps)
    for step, batch in tqdm(
        coming, "training", total=steps, initial=progress.step, unit="step", disable=None
    ):
        rate = learning_rate(step, steps, settings.learning_rate, settings.warm_up)
        lesson = _Lesson(step, step / steps, rate)
        losses, logits = _learn(learner, batch, lesson, configuration, fabric, objective)
        progress = replace(progress, step=step + 1)
        if progress.step % NOTED_EVERY == 0 and journal is not None:
            noted = {f"loss_{name}": float(value) for name, value in losses.items()}
            means = {} if watch is None else watch.see(progress.step, logits)
            noted |= {f"mean_{name}": value for name, value in means.items()}
            journal.note(progress.step, {"learning_rate": rate, **noted})
        if progress.step % validation == 0 or progress.step == steps:
            figures = _figures(learner.average, fabric, validate)
            _check_converging(figures, progress, folder, settings)
            progress = _validated(learner, progress, folder, fabric, journal, figures)
        if progress.step % configuration.run.checkpoint_every == 0 or progress.step == steps:
            if fabric.is_global_zero:
                save_checkpoint(checkpoint, progress, *_parts(learner))
            fabric.barrier()
    return progress


def _resumed(checkpoint: Path, data: str, learner: Learner) -> Progress:
    progress = load_checkpoint(checkpoint, *_parts(learner))
    if progress.data != data:
        raise FaceBehaviorError(
            f"{checkpoint}: the run has learned from other pictures, labels or tables than those "
            "given; give the same ones, or another folder to start again"
        )
    return progress


def _set_up(
    network: nn.Module, settings: Optimisation, fabric: Fabric, tables: nn.ModuleList
) -> Learner:
    average = copy.deepcopy(network).requires_grad_(False)
    layout = memory_format(network)
    network = network.to(memory_format=layout)  # type: ignore[call-overload]
    changed = [p for p in network.parameters() if p.requires_grad]
    decayed = [p for p in changed if p.ndim > 1]
    others = [p for p in changed if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": settings.weight_decay},
            # Biases and normalisation scales are not pulled to zero: they carry no capacity.
            {"params": others, "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
    )
    wrapped, wrapped_optimiser = fabric.setup(network, optimiser)
    return Learner(wrapped, fabric.to_device(average), wrapped_optimiser, layout, tables)


def memory_format(network: nn.Module) -> torch.memory_format:
    """Give the quickest layout of pictures and weights that the network can be trained in.

    On processors without AVX-512, the strided convolutions of one pixel on fewer than eight maps
    write beyond their memory where the channels come last (torch 2.13).
    """
    narrow = any(
        isinstance(part, nn.Conv2d) and part.kernel_size == (1, 1) and part.in_channels < 8
        for part in network.modules()
    )
    return torch.contiguous_format if narrow else torch.channels_last


def _parts(learner: Learner) -> tuple[nn.Module, nn.Module, torch.optim.Optimizer, nn.Module]:
    return _bare(learner.network), learner.average, learner.optimiser, learner.tables


def _bare(network: nn.Module) -> nn.Module:
    """Take a network out of Fabric's and the distributed strategy's wrappers."""
    while isinstance(inner := getattr(network, "module", None), nn.Module):
        network = inner
    return network


@dataclass(frozen=True)
class _Lesson:
    """Where a step stands.

    Attributes:
        step: steps done before it.
        progress: share of all steps done before it.
        rate: learning rate.
    """

    step: int
    progress: float
    rate: float


def _learn(
    learner: Learner,
    batch: Batch,
    lesson: _Lesson,
    configuration: Configuration,
    fabric: Fabric,
    objective: Objective,
) -> tuple[Mapping[str, torch.Tensor], Logits]:
    """Do one step; give the losses by name, and what the network said."""
    seeds = np.random.SeedSequence([configuration.seed, lesson.step, fabric.global_rank])
    for_pictures, for_dropout = (int(seed) for seed in seeds.generate_state(2))
    torch.manual_seed(for_dropout)
    generator = torch.Generator().manual_seed(for_pictures)
    faces = augmented(fabric.to_device(batch.faces).float(), configuration.augmentation, generator)
    faces = normalised(faces).contiguous(memory_format=learner.layout)
    for group in learner.optimiser.param_groups:
        group["lr"] = lesson.rate
    teach(learner.network)
    logits = learner.network(faces)
    figures = objective(logits, batch.targets.to(fabric.device), lesson.progress)
    fabric.backward(figures["loss"])
    settings = configuration.optimisation
    if settings.clip is not None:
        fabric.clip_gradients(learner.network, learner.optimiser, max_norm=settings.clip)
    learner.optimiser.step()
    learner.optimiser.zero_grad()
    for table in objective.learned():
        join_gradient(table, fabric)
        table.move()
    update_average(learner.average, _bare(learner.network), settings.averaging, lesson.step + 1)
    return {name: value.detach() for name, value in figures.items()}, logits


def join_gradient(table: LearnedTable, fabric: Fabric) -> None:
    """Give a learned table the mean of the gradients that all processes have of it.

    The distributed strategy sees only to the network's gradients.
    """
    if table.logits.grad is not None:
        gradient = fabric.all_reduce(table.logits.grad, reduce_op="mean")
        table.logits.grad = torch.as_tensor(gradient)


def _figures(average: nn.Module, fabric: Fabric, validate: Validate) -> Mapping[str, float]:
    """Look at the averaged weights; the score is nan where they are not finite themselves."""
    figures: Mapping[str, float] = {}
    if fabric.is_global_zero:
        finite = all(bool(value.isfinite().all()) for value in average.state_dict().values())
        figures = validate(average) if finite else {"score": math.nan}
    return fabric.broadcast(figures)


def _check_converging(
    figures: Mapping[str, float], progress: Progress, folder: Path, settings: Optimisation
) -> None:
    if not math.isnan(figures.get("score", 0.0)):
        return
    kept = f"{folder / BEST} keeps the weights of step {progress.best_step}"
    raise FaceBehaviorError(
        f"training has diverged by step {progress.step}: the network no longer computes finite "
        f"numbers; give a lower optimisation.learning_rate (found {settings.learning_rate:g}) and "
        f"another folder" + (f"; {kept}" if progress.best_step else "")
    )


def _validated(
    learner: Learner,
    progress: Progress,
    folder: Path,
    fabric: Fabric,
    journal: Journal | None,
    figures: Mapping[str, float],
) -> Progress:
    """Note the figures; keep the averaged weights where they are the best so far."""
    score = figures.get("score")
    # Where no figure is defined, as without held-out pictures, the latest weights are the best.
    better = progress.best_score is None or (score is not None and score > progress.best_score)
    if journal is not None:
        if better:
            save_weights(folder / BEST, learner.average)
        journal.note(progress.step, {f"held_out_{name}": value for name, value in figures.items()})
    fabric.barrier()
    return replace(progress, best_score=score, best_step=progress.step) if better else progress
