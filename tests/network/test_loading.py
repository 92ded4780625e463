from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file.metadata import ModelMetadata
from facebehavior.network import FaceBehaviorNet, export_model, load_network


@pytest.fixture(scope="module")
def affect_file(
    network: FaceBehaviorNet,
    make_metadata: Callable[..., ModelMetadata],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A model file of the same network with the affect head only."""
    path = tmp_path_factory.mktemp("model") / "affect.onnx"
    export_model(network, make_metadata(network.configuration, heads=("affect",)), path)
    return path


def changed(path: Path, folder: Path, change: Callable[[onnx.ModelProto], object]) -> Path:
    model = onnx.load(path)
    change(model)
    (folder / "changed.onnx").write_bytes(model.SerializeToString())
    return folder / "changed.onnx"


def test_exported_network_comes_back_bit_by_bit(
    model_file: Path, network: FaceBehaviorNet, metadata: ModelMetadata
) -> None:
    loaded, found = load_network(model_file)
    assert found == metadata
    assert loaded.configuration == network.configuration
    assert loaded.training
    assert all(parameter.requires_grad for parameter in loaded.parameters())
    state = loaded.state_dict()
    for name, weight in network.state_dict().items():
        assert torch.equal(weight, state[name]), name


def test_loaded_network_can_be_exported_to_the_same_file(model_file: Path, tmp_path: Path) -> None:
    network, metadata = load_network(model_file)
    export_model(network, metadata, tmp_path / "again.onnx")
    assert (tmp_path / "again.onnx").read_bytes() == model_file.read_bytes()


def test_heads_of_the_file_are_the_heads_of_the_network(
    affect_file: Path, network: FaceBehaviorNet
) -> None:
    loaded, _ = load_network(affect_file)
    assert loaded.configuration.heads == ("affect",)
    assert torch.equal(loaded.heads["affect"].weight, network.heads["affect"].weight)  # type: ignore[arg-type]


def test_new_heads_come_from_the_seed_and_all_else_from_the_file(
    affect_file: Path, network: FaceBehaviorNet
) -> None:
    random_state = torch.get_rng_state()
    loaded, _ = load_network(affect_file, heads=("expression", "affect"), seed=3)
    assert torch.equal(torch.get_rng_state(), random_state)
    assert loaded.configuration.heads == ("expression", "affect")
    kept = network.state_dict()
    new = [name for name, w in loaded.state_dict().items() if not torch.equal(w, kept[name])]
    assert new == ["heads.expression.weight", "heads.expression.bias"]
    same, _ = load_network(affect_file, heads=("expression",), seed=3)
    other, _ = load_network(affect_file, heads=("expression", "affect"), seed=4)
    drawn = [n.state_dict()["heads.expression.weight"] for n in (loaded, same, other)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_heads_can_be_left_out(model_file: Path) -> None:
    loaded, metadata = load_network(model_file, heads=("action_units",))
    assert loaded.configuration.heads == ("action_units",)
    assert tuple(metadata.heads) == ("expression", "action_units", "affect")


def test_unknown_head_is_refused(model_file: Path) -> None:
    with pytest.raises(FaceBehaviorError, match=r"network heads.*identity"):
        load_network(model_file, heads=("identity",))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match=r"nothing\.onnx: No such file"):
        load_network(tmp_path / "nothing.onnx")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_file_cut_short_is_refused(model_file: Path, tmp_path: Path, share: float) -> None:
    content = model_file.read_bytes()
    path = tmp_path / "cut.onnx"
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(FaceBehaviorError, match=r"cut\.onnx"):
        load_network(path)


def test_something_else_than_onnx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    path.write_text("this is no model")
    with pytest.raises(FaceBehaviorError, match=r"expected an ONNX file.*text\.onnx"):
        load_network(path)


def test_foreign_onnx_file_is_refused(model_file: Path, tmp_path: Path) -> None:
    path = changed(model_file, tmp_path, lambda model: model.ClearField("metadata_props"))
    with pytest.raises(FaceBehaviorError, match="without the metadata"):
        load_network(path)


def test_missing_weight_is_named(model_file: Path, tmp_path: Path) -> None:
    path = changed(model_file, tmp_path, lambda model: model.graph.initializer.pop(0))
    first = onnx.load(model_file).graph.initializer[0].name
    with pytest.raises(FaceBehaviorError, match=f"lacks {first}"):
        load_network(path)


def test_unknown_weight_is_named(model_file: Path, tmp_path: Path) -> None:
    extra = onnx.numpy_helper.from_array(np.zeros(3, np.float32), "surplus")
    path = changed(model_file, tmp_path, lambda model: model.graph.initializer.append(extra))
    with pytest.raises(FaceBehaviorError, match="has the unknown surplus"):
        load_network(path)


def test_weight_of_another_shape_is_named(model_file: Path, tmp_path: Path) -> None:
    def widen(model: onnx.ModelProto) -> None:
        weight = model.graph.initializer[0]
        weight.CopyFrom(onnx.numpy_helper.from_array(np.zeros((2, 2), np.float32), weight.name))

    with pytest.raises(FaceBehaviorError, match=r"should have the shape .* found \(2, 2\)"):
        load_network(changed(model_file, tmp_path, widen))


def test_weights_made_smaller_are_refused(model_file: Path, tmp_path: Path) -> None:
    def halve(model: onnx.ModelProto) -> None:
        for weight in model.graph.initializer:
            array = onnx.numpy_helper.to_array(weight).astype(np.float16)
            weight.CopyFrom(onnx.numpy_helper.from_array(array, weight.name))

    with pytest.raises(FaceBehaviorError, match="float32, found float16"):
        load_network(changed(model_file, tmp_path, halve))


def test_weight_with_missing_bytes_is_named(model_file: Path, tmp_path: Path) -> None:
    def cut(model: onnx.ModelProto) -> None:
        weight = model.graph.initializer[0]
        weight.raw_data = weight.raw_data[:-4]

    with pytest.raises(FaceBehaviorError, match=r"backbone\.stem\.0\.weight .* is damaged"):
        load_network(changed(model_file, tmp_path, cut))


def test_weights_in_another_file_are_not_followed(model_file: Path, tmp_path: Path) -> None:
    def point_elsewhere(model: onnx.ModelProto) -> None:
        onnx.external_data_helper.set_external_data(model.graph.initializer[0], "elsewhere.bin")
        model.graph.initializer[0].ClearField("raw_data")

    (tmp_path / "elsewhere.bin").write_bytes(bytes(1 << 16))
    with pytest.raises(FaceBehaviorError, match="lies in another file"):
        load_network(changed(model_file, tmp_path, point_elsewhere))
