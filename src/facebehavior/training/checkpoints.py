"""Checkpoints: one safetensors file with everything that a run needs to go on."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        step: steps done.
        best_score: best validation score so far; None before the first validation.
        best_step: the step after which it was reached.
        data: fingerprint of what the run learns from.
    """

    step: int = 0
    best_score: float | None = None
    best_step: int = 0
    data: str = ""


def save_checkpoint(
    path: Path,
    progress: Progress,
    network: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    tables: nn.Module,
) -> None:
    """Write the whole state of a run; a run killed meanwhile keeps the last checkpoint.

    Raises:
        FaceBehaviorError: the file cannot be written.
    """
    tensors = _prefixed("network", network.state_dict())
    tensors |= _prefixed("average", average.state_dict())
    tensors |= _prefixed("tables", tables.state_dict())
    tensors |= _optimiser_tensors(optimiser)
    _save(path, tensors, {"progress": json.dumps(progress.__dict__)})


def load_checkpoint(
    path: Path,
    network: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    tables: nn.Module,
) -> Progress:
    """Put the state of a run back into place.

    Raises:
        FaceBehaviorError: the file is damaged or belongs to another network.
    """
    tensors, notes = _load(path)
    _put(path, network, _without_prefix("network", tensors))
    _put(path, average, _without_prefix("average", tensors))
    _put(path, tables, _without_prefix("tables", tensors))
    _restore_optimiser(optimiser, tensors)
    return Progress(**json.loads(notes["progress"]))


def save_weights(path: Path, network: nn.Module) -> None:
    """Write a network's weights alone.

    Raises:
        FaceBehaviorError: the file cannot be written.
    """
    _save(path, dict(network.state_dict()), {})


def load_weights(path: Path, network: nn.Module) -> None:
    """Read a network's weights.

    Raises:
        FaceBehaviorError: the file is missing, damaged or belongs to another network.
    """
    _put(path, network, _load(path)[0])


def _save(path: Path, tensors: dict[str, Tensor], notes: dict[str, str]) -> None:
    with writing(path) as unfinished:
        # safetensors keeps one memory layout only; channels_last weights are laid out anew.
        save_file({name: t.detach().contiguous() for name, t in tensors.items()}, unfinished, notes)


def _load(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(str(path), framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise FaceBehaviorError(
            f"{path}: expected a checkpoint, found a missing or damaged file ({error})"
        ) from error


def _put(path: Path, network: nn.Module, tensors: dict[str, Tensor]) -> None:
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise FaceBehaviorError(
            f"{path}: the checkpoint belongs to another network ({str(error).splitlines()[-1]})"
        ) from error


def _prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def _without_prefix(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(f"{prefix}."): tensor
        for name, tensor in tensors.items()
        if name.startswith(f"{prefix}.")
    }


def _optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"optimiser.{parameter}.{name}": value
        for parameter, values in optimiser.state_dict()["state"].items()
        for name, value in values.items()
    }


def _restore_optimiser(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in _without_prefix("optimiser", tensors).items():
        number, name = key.split(".")
        like = parameters[int(number)]
        laid_out = torch.empty_like(like).copy_(value) if value.shape == like.shape else value
        state.setdefault(int(number), {})[name] = laid_out
    content = optimiser.state_dict()
    content["state"] = state
    optimiser.load_state_dict(content)
