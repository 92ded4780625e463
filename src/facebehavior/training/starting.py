"""What network a run starts with: random weights, those of model files, or of a file's trunk."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import torch

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import IDENTITY
from facebehavior.model_file import ModelMetadata, find_model
from facebehavior.network import (
    FaceBehaviorNet,
    NetworkConfiguration,
    known_heads,
    load_network,
    load_trunk,
)
from facebehavior.training.configuration import Configuration, Head, Network, expanded
from facebehavior.training.data import TrainingData
from facebehavior.training.normalisation import MEAN, SCALE

_log = logging.getLogger(__name__)

HEADS: tuple[str, ...] = get_args(Head)


class Start(NamedTuple):
    """The network that a run starts with.

    Attributes:
        network: in training mode, on the CPU.
        base: what the model file that the run goes on from, the first of several, says of itself;
            None without one.
        databases: what has taught the weights already.
    """

    network: FaceBehaviorNet
    base: ModelMetadata | None = None
    databases: tuple[str, ...] = ()


def build_network(configuration: Configuration, data: TrainingData) -> Start:
    """Make the network of a run, or take it from the model file that the run starts from.

    A head without a single label to learn from is left out: it could only invent numbers. Heads
    of the model file stay where nothing that they stand on is trained.

    Raises:
        FaceBehaviorError: the model file was made for other crops, no head has labels, the
            configuration asks for other layers than the model file has, or for another trunk than
            that whose weights it starts with; or several files are not of one network.
    """
    chosen = configuration.network
    wanted = (*chosen.heads, *configuration.tasks)
    learned = tuple(head for head in wanted if head in data.labelled_heads)
    if not learned:
        raise FaceBehaviorError(
            f"the training pictures are labelled with {', '.join(data.labelled_heads)}, "
            f"but network.heads names only {', '.join(chosen.heads)}"
        )
    if "heads" in chosen.model_fields_set:
        for head in (head for head in wanted if head not in learned):
            _log.warning("no training picture is labelled with %s: its head is left out", head)
    tasks = {task.name: task for task in data.tasks}
    layers: dict[str, Any] = {
        "heads": tuple(
            dict.fromkeys("embedding" if h == IDENTITY else h for h in learned if h in HEADS)
        ),
        "own_heads": {
            name: {"kind": tasks[name].kind, "labels": tasks[name].labels}
            for name in learned
            if name in configuration.tasks
        },
        "people": len(tasks[IDENTITY].labels) if IDENTITY in learned else 0,
    }
    if isinstance(configuration.start_from, str):
        return _loaded_network(configuration, configuration.start_from, layers, data)
    if configuration.start_from is not None:
        files = configuration.start_from
        return _mean([_loaded_network(configuration, one, layers, data) for one in files], files)
    torch.manual_seed(configuration.seed)
    layers |= chosen.model_dump(exclude={"heads"}, exclude_none=True) | {
        "input_size": data.crop_parameters.size,
        "channels": data.crop_parameters.channels,
    }
    network = FaceBehaviorNet(NetworkConfiguration.from_dict(layers))
    if configuration.trunk_from is None:
        return Start(network)
    trunk = load_trunk(find_model(expanded(configuration.trunk_from)), network)
    _check_normalisation(trunk, configuration.trunk_from)
    return Start(network, databases=trunk.training_databases)


def learned_heads(data: TrainingData) -> set[str]:
    """Give the heads of the network that the training pictures have labels for."""
    return {"embedding" if name == IDENTITY else name for name in data.labelled_heads}


def _loaded_network(
    configuration: Configuration, start_from: str, heads: Mapping[str, Any], data: TrainingData
) -> Start:
    asked_for = _chosen_layers(configuration.network)
    if asked_for:
        raise FaceBehaviorError(
            f"network.{asked_for[0]} cannot be chosen together with start_from: "
            "the model file decides the layers"
        )
    path, seed = expanded(start_from), configuration.seed
    if configuration.optimisation.trained == "heads":
        heads = _with_those_of(load_network(path, seed=seed)[0].configuration, heads)
    dropout = configuration.network.dropout
    network, metadata = load_network(path, seed=seed, dropout=dropout, **heads)
    if metadata.crop != data.crop_parameters:
        raise FaceBehaviorError(
            f"{start_from} reads crops of {metadata.crop.to_dict()}, the shards "
            f"hold {data.crop_parameters.to_dict()}; prepare them as the model needs them"
        )
    _check_normalisation(metadata, start_from)
    return Start(network, metadata, metadata.training_databases)


def _mean(starts: Sequence[Start], files: Sequence[str]) -> Start:
    """Give the first network the mean of all weights (a model soup: Wortsman et al., ICML 2022).

    Networks that were trained further from one another's weights lie so close that their mean is
    a network as good, and often better on other data than it has learned from.
    """
    first = starts[0]
    for start, file in zip(starts[1:], files[1:], strict=True):
        # A head that only one of them has would be a mean with random weights.
        if _layers(start) != _layers(first):
            raise FaceBehaviorError(
                f"start_from: expected models of one network, found other layers or heads in "
                f"{file} than in {files[0]}"
            )
    states = [start.network.state_dict() for start in starts]
    mean = {
        name: torch.stack([state[name] for state in states]).mean(dim=0)
        if weight.is_floating_point()
        else weight
        for name, weight in states[0].items()
    }
    first.network.load_state_dict(mean)
    databases = dict.fromkeys(name for start in starts for name in start.databases)
    return first._replace(databases=tuple(databases))


def _layers(start: Start) -> tuple[NetworkConfiguration, set[str]]:
    """Give the layers of a network and which of its heads the model file had already."""
    layers = start.network.configuration
    return layers, set() if start.base is None else known_heads(start.base, layers)


def _chosen_layers(network: Network) -> list[str]:
    """Name the keys of layers that somebody has chosen, be it as they are by default."""
    # Dropout has no weights: each run may choose it anew.
    layers = [name for name in Network.model_fields if name not in {"heads", "dropout"}]
    if network.model_fields_set >= set(layers):
        # As in the configuration that a run keeps: all keys are written out, chosen or not.
        return [n for n in layers if getattr(network, n) != Network.model_fields[n].default]
    return [name for name in layers if name in network.model_fields_set]


def _check_normalisation(metadata: ModelMetadata, path: str) -> None:
    if {*metadata.mean} != {MEAN} or {*metadata.scale} != {SCALE}:
        raise FaceBehaviorError(
            f"{path} normalises pixels by mean {metadata.mean} and scale {metadata.scale}; "
            f"only models with {MEAN} and {SCALE} can be trained further"
        )


def _with_those_of(known: NetworkConfiguration, heads: Mapping[str, Any]) -> dict[str, Any]:
    """Add the heads that a network has already to those that are learned."""
    own = {name: head.model_dump() for name, head in known.own_heads.items()}
    return {
        "heads": tuple(dict.fromkeys([*known.heads, *heads["heads"]])),
        "own_heads": own | heads["own_heads"],
        "people": heads["people"],
    }
