"""Runs that start with the trunk of a model file."""

import dataclasses
from pathlib import Path

import pytest
import torch
from tests.training.test_run import checked, toy_configuration

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import AFFECT
from facebehavior.network import (
    FaceBehaviorNet,
    NetworkConfiguration,
    export_model,
    load_network,
    load_trunk,
)
from facebehavior.training import read_configuration, run_training
from facebehavior.training.run import run_data
from facebehavior.training.starting import build_network


def from_trunk(shards: Path, model: Path, **network: object) -> dict[str, object]:
    content = toy_configuration([shards], epochs=1)
    layers = load_network(model)[0].configuration
    kept = {"backbone": layers.backbone, "width": layers.width}
    return {**content, "trunk_from": str(model), "network": {**kept, **network}}


@pytest.mark.parametrize("backbone", ["compact", "compact_grid"])
def test_the_trunk_is_that_of_the_file_and_the_heads_are_new(
    behaviour_shards: Path, tiny_expression_model: Path, backbone: str
) -> None:
    content = from_trunk(behaviour_shards, tiny_expression_model, backbone=backbone)
    configuration = checked(content)
    start = build_network(configuration, run_data(configuration))
    known, _ = load_network(tiny_expression_model)
    trunk = start.network.backbone.state_dict()
    for name, weight in known.backbone.state_dict().items():
        assert torch.equal(trunk[name], weight), name
    assert set(start.network.heads) == {"action_units", "affect"}
    assert start.base is None


def test_a_trunk_learns_at_another_size_of_crops(tiny_expression_model: Path) -> None:
    layers = load_network(tiny_expression_model)[0].configuration
    larger = layers.model_copy(update={"input_size": 2 * layers.input_size})
    network = FaceBehaviorNet(larger)
    load_trunk(tiny_expression_model, network)
    size = larger.input_size
    features = network.backbone(torch.zeros(2, larger.channels, size, size))
    assert features.shape == (2, network.backbone.feature_count)


def test_what_taught_the_trunk_is_remembered(
    behaviour_shards: Path, tiny_expression_model: Path, tmp_path: Path
) -> None:
    content = from_trunk(behaviour_shards, tiny_expression_model)
    summary = run_training(checked(content), tmp_path / "run")
    assert summary.training_databases == ("noise", "toy")


def test_another_trunk_is_refused(behaviour_shards: Path, tiny_expression_model: Path) -> None:
    content = from_trunk(behaviour_shards, tiny_expression_model, backbone="small")
    configuration = checked(content)
    with pytest.raises(FaceBehaviorError, match="weights of another network"):
        build_network(configuration, run_data(configuration))
    content = from_trunk(behaviour_shards, tiny_expression_model, width=8)
    configuration = checked(content)
    with pytest.raises(FaceBehaviorError, match="should have the shape"):
        build_network(configuration, run_data(configuration))


@pytest.mark.parametrize("chosen", [None, 0.0, 0.35])
def test_dropout_is_that_of_the_file_unless_another_is_chosen(
    behaviour_shards: Path, tiny_expression_model: Path, chosen: float | None
) -> None:
    content = toy_configuration([behaviour_shards], epochs=1)
    content |= {"start_from": str(tiny_expression_model), "network": {"dropout": chosen}}
    configuration = checked(content)
    network = build_network(configuration, run_data(configuration)).network
    kept = load_network(tiny_expression_model)[0].configuration.dropout
    assert kept not in (0.0, 0.35)
    assert network.configuration.dropout == (kept if chosen is None else chosen)
    assert network.dropout.p == network.configuration.dropout


def test_layers_are_not_chosen_for_a_model_file_even_as_they_are_by_default(
    behaviour_shards: Path, tiny_expression_model: Path, tmp_path: Path
) -> None:
    content = toy_configuration([behaviour_shards], epochs=1)
    content |= {"start_from": str(tiny_expression_model), "network": {"width": 32}}
    configuration = checked(content)
    with pytest.raises(FaceBehaviorError, match=r"network\.width cannot be chosen"):
        build_network(configuration, run_data(configuration))
    content["network"] = {}
    run_training(checked(content), tmp_path / "run")
    # The configuration that the run keeps names all layers; the run can be done again from it.
    again = read_configuration(tmp_path / "run/configuration.yaml")
    assert "width" in again.network.model_fields_set
    build_network(again, run_data(again))


def test_a_run_starts_once(behaviour_shards: Path, tiny_expression_model: Path) -> None:
    content = from_trunk(behaviour_shards, tiny_expression_model)
    with pytest.raises(ValueError, match="expected start_from or trunk_from, found both"):
        checked({**content, "start_from": str(tiny_expression_model)})


def test_the_mean_over_the_grid_is_the_mean_over_the_face() -> None:
    """At 48 pixels the last maps are 6 x 6, so that all nine parts weigh the same."""
    layers = {"width": 8, "input_size": 48, "heads": ("expression",)}
    whole, parts = (
        FaceBehaviorNet(NetworkConfiguration.from_dict({"backbone": name, **layers})).eval()
        for name in ("compact", "compact_grid")
    )
    parts.backbone.load_state_dict(whole.backbone.state_dict())
    face = torch.rand(2, 1, 48, 48)
    with torch.no_grad():
        means, features = whole.backbone(face), parts.backbone(face)
    assert torch.allclose(features.unflatten(1, (-1, 9)).mean(dim=2), means, atol=1e-5)
    assert features.unflatten(1, (-1, 9)).std(dim=2).max() > 0.01


def another(model: Path, path: Path, **layers: object) -> Path:
    """Write a network of other weights, and where they are given other layers, into a file."""
    network, metadata = load_network(model)
    configuration = network.configuration.model_copy(update=layers)
    torch.manual_seed(5)
    other = FaceBehaviorNet(configuration)
    described = dataclasses.replace(
        metadata, training_databases=("others",), network=configuration.to_dict()
    )
    export_model(other, described, path)
    return path


def test_several_files_give_the_mean_of_their_weights(
    behaviour_shards: Path, tiny_expression_model: Path, tmp_path: Path
) -> None:
    files = [tiny_expression_model, another(tiny_expression_model, tmp_path / "other.onnx")]
    content = toy_configuration([behaviour_shards], epochs=1)
    content |= {"start_from": [str(file) for file in files], "network": {}}
    configuration = checked(content)
    start = build_network(configuration, run_data(configuration))
    first, second = (load_network(file)[0].backbone.state_dict() for file in files)
    assert any(not torch.equal(first[name], second[name]) for name in first)
    for name, weight in start.network.backbone.state_dict().items():
        if weight.is_floating_point():
            torch.testing.assert_close(weight, (first[name] + second[name]) / 2)
    assert {"others", *load_network(files[0])[1].training_databases} == {*start.databases}


def test_files_of_different_networks_have_no_mean(
    behaviour_shards: Path, tiny_expression_model: Path, tmp_path: Path
) -> None:
    wider = another(tiny_expression_model, tmp_path / "wider.onnx", width=8)
    content = toy_configuration([behaviour_shards], epochs=1)
    content |= {"start_from": [str(tiny_expression_model), str(wider)], "network": {}}
    configuration = checked(content)
    with pytest.raises(FaceBehaviorError, match="expected models of one network, found other lay"):
        build_network(configuration, run_data(configuration))


def test_a_mean_needs_two_files(behaviour_shards: Path, tiny_expression_model: Path) -> None:
    content = toy_configuration([behaviour_shards], epochs=1)
    with pytest.raises(ValueError, match="at least 2"):
        checked({**content, "start_from": [str(tiny_expression_model)]})


def test_a_head_that_one_file_lacks_has_no_mean(
    behaviour_shards: Path, tiny_expression_model: Path, tmp_path: Path
) -> None:
    network, metadata = load_network(tiny_expression_model, heads=("expression", "affect"))
    affect = {**metadata.heads, "affect": AFFECT}
    more = tmp_path / "more.onnx"
    described = dataclasses.replace(metadata, heads=affect, network=network.configuration.to_dict())
    export_model(network, described, more)
    content = toy_configuration([behaviour_shards], epochs=1)
    content |= {"start_from": [str(tiny_expression_model), str(more)], "network": {}}
    configuration = checked(content)
    with pytest.raises(FaceBehaviorError, match="found other layers or heads"):
        build_network(configuration, run_data(configuration))


def test_heads_alone_are_not_trained_on_a_mean(
    behaviour_shards: Path, tiny_expression_model: Path
) -> None:
    content = toy_configuration([behaviour_shards], epochs=1)
    content |= {"start_from": [str(tiny_expression_model)] * 2}
    content["optimisation"] = {**content["optimisation"], "trained": "heads"}  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="give one model in start_from"):
        checked(content)
