"""A small network with lively weights, its metadata, and its model file."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from facebehavior.faces.alignment import CropParameters
from facebehavior.model_file.metadata import HEAD_LABELS, ModelMetadata
from facebehavior.network import FaceBehaviorNet, NetworkConfiguration, export_model


@pytest.fixture(scope="session")
def make_network() -> Callable[[NetworkConfiguration], FaceBehaviorNet]:
    def made(configuration: NetworkConfiguration) -> FaceBehaviorNet:
        torch.manual_seed(0)
        network = FaceBehaviorNet(configuration)
        for module in network.modules():
            # As after training: an untrained layer's statistics are zeros and ones.
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                for values in (module.running_mean, module.bias):
                    nn.init.normal_(values, std=0.3)  # type: ignore[arg-type]
                for values in (module.running_var, module.weight):
                    nn.init.uniform_(values, 0.5, 1.5)  # type: ignore[arg-type]
        return network

    return made


@pytest.fixture(scope="session")
def make_metadata() -> Callable[..., ModelMetadata]:
    def made(
        configuration: NetworkConfiguration,
        heads: tuple[str, ...] | None = None,
        size: int | None = None,
        temperature: float = 1.5,
    ) -> ModelMetadata:
        labels = configuration.head_labels()
        heads = tuple(labels) if heads is None else heads
        units = HEAD_LABELS["action_units"] if "action_units" in heads else ()
        return ModelMetadata(
            name="tiny",
            version="1",
            heads={name: labels.get(name, HEAD_LABELS.get(name, ())) for name in heads},
            crop=CropParameters(
                size or configuration.input_size, "grey" if configuration.channels == 1 else "rgb"
            ),
            mean=(127.5,) * configuration.channels,
            scale=(127.5,) * configuration.channels,
            action_unit_thresholds=dict.fromkeys(units, 0.5),
            calibration={"expression_temperature": temperature},
            training_databases=(),
            licence="CC0-1.0",
            configuration_hash="0" * 64,
            network=configuration.to_dict(),
        )

    return made


@pytest.fixture(scope="session")
def network(make_network: Callable[[NetworkConfiguration], FaceBehaviorNet]) -> FaceBehaviorNet:
    """Reads grey crops of 16 pixels and has all heads; in training mode."""
    return make_network(NetworkConfiguration(width=8, input_size=16))


@pytest.fixture(scope="session")
def metadata(
    network: FaceBehaviorNet, make_metadata: Callable[..., ModelMetadata]
) -> ModelMetadata:
    return make_metadata(network.configuration)


@pytest.fixture(scope="session")
def model_file(
    network: FaceBehaviorNet, metadata: ModelMetadata, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The model file of `network`; tests that change it copy it first."""
    path = tmp_path_factory.mktemp("model") / "tiny.onnx"
    export_model(network, metadata, path)
    return path
