"""From a model file back to a network, to train it further."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError
from torch import Tensor

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file.metadata import HEAD_LABELS, METADATA_KEY, ModelMetadata
from facebehavior.network.configuration import NetworkConfiguration
from facebehavior.network.face_behavior_net import FaceBehaviorNet
from facebehavior.network.halving import single_precision
from facebehavior.network.weights import copy_weights


def load_network(
    path: str | Path,
    heads: Sequence[str] | None = None,
    seed: int = 0,
    *,
    own_heads: Mapping[str, object] | None = None,
    people: int = 0,
    dropout: float | None = None,
) -> tuple[FaceBehaviorNet, ModelMetadata]:
    """Build the network of a model file again, with its weights.

    Args:
        path: a model file that `export_model` wrote.
        heads: the heads that the network shall have. Those that the file lacks, or has with other
            labels, start from random weights. Without it, the network has the heads of the file.
        seed: for the random weights of new heads; the program's random state is left alone.
        own_heads: the heads of other tasks that it shall have, likewise; see
            `NetworkConfiguration`.
        people: how many people the embedding shall learn to tell apart.
        dropout: share of the features that is dropped in training. Without it, the file's.

    Returns:
        The network, in training mode, on the CPU, float32; and what the file says about itself.

    Raises:
        FaceBehaviorError: the file is missing or damaged, is no model file, or its weights are
            not exactly those of the network that it describes.
    """
    model = _read(path)
    metadata = _metadata(model, path)
    usual = tuple(name for name in metadata.heads if name in HEAD_LABELS)
    kept = usual if heads is None else tuple(heads)
    own = metadata.network.get("own_heads", {}) if own_heads is None else dict(own_heads)
    layers = {**metadata.network, "heads": kept, "own_heads": own, "people": people}
    if dropout is not None:
        layers["dropout"] = dropout
    configuration = NetworkConfiguration.from_dict(layers)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = FaceBehaviorNet(configuration)
    weights = _weights(model, path)
    known = known_heads(metadata, configuration)
    unwanted = tuple(f"heads.{name}." for name in metadata.heads if name not in known)
    wanted = configuration.head_labels()
    new = (*(f"heads.{name}." for name in wanted if name not in known), "people")
    fresh = {name: w for name, w in network.state_dict().items() if name.startswith(new)}
    given = {name: w for name, w in weights.items() if not name.startswith(unwanted)}
    copy_weights({**given, **fresh}, network, path)
    return network, metadata


def known_heads(metadata: ModelMetadata, network: NetworkConfiguration) -> set[str]:
    """Name the heads of a network whose outputs a model file has too, in the same order."""
    own = NetworkConfiguration.from_dict(metadata.network).own_heads
    return {
        name
        for name, labels in network.head_labels().items()
        if metadata.heads.get(name) == labels and own.get(name) == network.own_heads.get(name)
    }


def load_trunk(path: str | Path, network: FaceBehaviorNet) -> ModelMetadata:
    """Copy the trunk of a model file into a network, whatever its heads and its crops.

    Args:
        path: a model file that `export_model` wrote.
        network: its trunk must have the same layers; how its last maps become features may
            differ (`compact`, `compact_grid`).

    Returns:
        What the file says about itself.

    Raises:
        FaceBehaviorError: the file is missing or damaged, is no model file, or its trunk has
            other layers; the network is as it was.
    """
    model = _read(path)
    metadata = _metadata(model, path)
    prefix = "backbone."
    weights = {
        name.removeprefix(prefix): weight
        for name, weight in _weights(model, path).items()
        if name.startswith(prefix)
    }
    copy_weights(weights, network.backbone, path)
    return metadata


def _read(path: str | Path) -> onnx.ModelProto:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise FaceBehaviorError(
            f"cannot read the model file {path}: {error.strerror or error}"
        ) from error
    try:
        return onnx.load_model_from_string(content)
    except DecodeError as error:
        raise FaceBehaviorError(
            f"expected an ONNX file, found something else or a damaged file in {path}; "
            "export or download it again"
        ) from error


def _metadata(model: onnx.ModelProto, path: str | Path) -> ModelMetadata:
    for entry in model.metadata_props:
        if entry.key == METADATA_KEY:
            return ModelMetadata.from_json(entry.value)
    raise FaceBehaviorError(
        f"{path} is an ONNX file without the metadata of a model file; give a file that "
        "facebehavior exported"
    )


def _weights(model: onnx.ModelProto, path: str | Path) -> dict[str, Tensor]:
    return dict(_weight(one, path) for one in model.graph.initializer)


def _weight(initializer: onnx.TensorProto, path: str | Path) -> tuple[str, Tensor]:
    name = initializer.name
    # Looked at first, as onnx would follow a reference to whatever file it names.
    if initializer.data_location == onnx.TensorProto.EXTERNAL:
        raise FaceBehaviorError(
            f"the weight {name} of {path} lies in another file, a model file holds all its "
            "weights itself; export the model again"
        )
    try:
        name, array = single_precision(initializer)
    except (ValueError, TypeError) as error:
        raise FaceBehaviorError(
            f"the weight {name} in {path} is damaged; export the model or download it again"
        ) from error
    if array.dtype != np.float32:
        raise FaceBehaviorError(
            f"expected the weight {name} in {path} as float32, found {array.dtype}: no training "
            "can start from a model file in 8 bits; give one in single precision, such as ferplus"
        )
    return name, torch.from_numpy(array.copy())
