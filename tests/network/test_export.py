from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file import FaceModel
from facebehavior.model_file.metadata import METADATA_KEY, ModelMetadata
from facebehavior.network import (
    BACKBONES,
    FaceBehaviorNet,
    NetworkConfiguration,
    export_model,
    known_heads,
    load_network,
)

MakeNetwork = Callable[[NetworkConfiguration], FaceBehaviorNet]


def session(path: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def faces(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(4).normal(size=(count, 1, 16, 16)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_file_gives_calibrated_probabilities(
    model_file: Path, network: FaceBehaviorNet, count: int
) -> None:
    expression, action_units, affect = session(model_file).run(None, {"faces": faces(count)})
    network.eval()
    with torch.inference_mode():
        logits = [np.asarray(head) for head in network(torch.from_numpy(faces(count)))[:3]]
    network.train()
    powers = np.exp(logits[0].astype(np.float64) / 1.5)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(expression, expected, atol=1e-5)
    np.testing.assert_allclose(action_units, 1 / (1 + np.exp(-logits[1])), atol=1e-5)
    np.testing.assert_allclose(affect, np.clip(logits[2], -1, 1), atol=1e-5)


def test_further_heads_are_exported_by_their_kind_and_read_back(
    make_network: MakeNetwork, make_metadata: Callable[..., ModelMetadata], tmp_path: Path
) -> None:
    own = {
        "digit": {"kind": "exclusive", "labels": ("zero", "one", "two")},
        "strokes": {"kind": "binary", "labels": ("bar", "ring")},
    }
    layers = {"width": 4, "input_size": 16, "own_heads": own, "people": 5}
    heads = ("attributes", "compound", "embedding")
    network = make_network(NetworkConfiguration.from_dict({**layers, "heads": heads}))
    path = tmp_path / "m.onnx"
    export_model(network, make_metadata(network.configuration), path)
    found = FaceModel(path, runtime="onnxruntime").predict(
        np.full((3, 16, 16, 1), 100, dtype=np.uint8)
    )
    with torch.inference_mode():
        logits = network.eval()(torch.full((3, 1, 16, 16), (100 - 127.5) / 127.5))
    assert found.expression is None
    attributes = 1 / (1 + np.exp(-logits.further["attributes"].numpy()))
    assert found.attributes is not None
    np.testing.assert_allclose(found.attributes, attributes, atol=1e-5)
    for exclusive in (found.compound, found.own["digit"]):
        assert exclusive is not None
        np.testing.assert_allclose(exclusive.sum(axis=1), 1.0, rtol=1e-5)
    strokes = 1 / (1 + np.exp(-logits.further["strokes"].numpy()))
    np.testing.assert_allclose(found.own["strokes"], strokes, atol=1e-5)
    embedding = logits.further["embedding"].numpy()
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    assert found.embedding is not None
    np.testing.assert_allclose(found.embedding, embedding, atol=1e-5)
    # The people that were learned stay out of the file.
    loaded, metadata = load_network(path)
    assert set(metadata.heads) == {*heads, *own}
    assert not any(name.startswith("people") for name in loaded.state_dict())
    further, _ = load_network(path, heads=("expression", "embedding"), own_heads={}, people=2)
    assert set(further.configuration.head_labels()) == {"expression", "embedding"}
    kept = network.state_dict()["heads.embedding.weight"]
    assert torch.equal(further.state_dict()["heads.embedding.weight"], kept)


def test_a_head_may_be_called_like_a_value_inside_the_graph(
    make_network: MakeNetwork, make_metadata: Callable[..., ModelMetadata], tmp_path: Path
) -> None:
    names = ("linear", "mean", "sigmoid", "conv2d", "relu_", "val_0", "batch_norm")
    own = {name: {"kind": "binary", "labels": ("a", "b")} for name in names}
    layers = {"width": 4, "input_size": 16, "heads": (), "own_heads": own}
    network = make_network(NetworkConfiguration.from_dict(layers))
    export_model(network, make_metadata(network.configuration), tmp_path / "m.onnx")
    found = FaceModel(tmp_path / "m.onnx", runtime="onnxruntime").predict(
        np.full((3, 16, 16, 1), 100, dtype=np.uint8)
    )
    with torch.inference_mode():
        logits = network.eval()(torch.full((3, 1, 16, 16), (100 - 127.5) / 127.5))
    for name in names:
        shares = torch.sigmoid(logits.further[name]).numpy()
        np.testing.assert_allclose(found.own[name], shares, atol=1e-5)


def test_affect_is_clipped(
    make_network: MakeNetwork, make_metadata: Callable[..., ModelMetadata], tmp_path: Path
) -> None:
    network = make_network(NetworkConfiguration(width=4, input_size=16, heads=("affect",)))
    with torch.no_grad():
        network.heads["affect"].bias.copy_(torch.tensor([50.0, -50.0]))  # type: ignore[operator]
    export_model(network, make_metadata(network.configuration), tmp_path / "m.onnx")
    (affect,) = session(tmp_path / "m.onnx").run(None, {"faces": faces(2)})
    assert (affect == [[1, -1], [1, -1]]).all()


def test_inputs_and_outputs_have_the_agreed_names_and_shapes(model_file: Path) -> None:
    graph = session(model_file)
    assert [(i.name, i.type, i.shape) for i in graph.get_inputs()] == [
        ("faces", "tensor(float)", ["N", 1, 16, 16])
    ]
    assert [(o.name, o.shape) for o in graph.get_outputs()] == [
        ("expression", ["N", 7]),
        ("action_units", ["N", 17]),
        ("affect", ["N", 2]),
    ]


def test_file_is_valid_and_holds_the_metadata(model_file: Path, metadata: ModelMetadata) -> None:
    model = onnx.load(model_file)
    onnx.checker.check_model(model, full_check=True)
    (entry,) = model.metadata_props
    assert entry.key == METADATA_KEY
    assert ModelMetadata.from_json(entry.value) == metadata


def test_weights_keep_their_names_and_values(model_file: Path, network: FaceBehaviorNet) -> None:
    found = {i.name: onnx.numpy_helper.to_array(i) for i in onnx.load(model_file).graph.initializer}
    state = network.state_dict()
    assert found.keys() == {name for name in state if not name.endswith("num_batches_tracked")}
    assert all(np.array_equal(array, state[name].numpy()) for name, array in found.items())


def test_convolutions_carry_no_biases_of_zeros(model_file: Path) -> None:
    nodes = onnx.load(model_file).graph.node
    assert all(len(node.input) == 2 for node in nodes if node.op_type == "Conv")
    assert not [node for node in nodes if node.op_type == "Expand"]


def test_file_tells_nothing_of_the_machine(model_file: Path) -> None:
    content = model_file.read_bytes()
    for trace in (b"site-packages", b".py", str(Path.home()).encode(), str(Path.cwd()).encode()):
        assert trace not in content


def test_only_the_metadatas_heads_are_exported(
    network: FaceBehaviorNet, make_metadata: Callable[..., ModelMetadata], tmp_path: Path
) -> None:
    metadata = make_metadata(network.configuration, heads=("action_units",))
    export_model(network, metadata, tmp_path / "m.onnx")
    assert [o.name for o in session(tmp_path / "m.onnx").get_outputs()] == ["action_units"]
    names = [i.name for i in onnx.load(tmp_path / "m.onnx").graph.initializer]
    assert not [name for name in names if name.startswith("heads.expression")]


def test_export_changes_nothing_says_nothing_and_repeats_itself(
    network: FaceBehaviorNet,
    metadata: ModelMetadata,
    model_file: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    network.train()
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    random_state = torch.get_rng_state()
    difference = export_model(network, metadata, tmp_path / "again.onnx")
    assert 0 <= difference <= 1e-4
    assert (tmp_path / "again.onnx").read_bytes() == model_file.read_bytes()
    assert torch.equal(torch.get_rng_state(), random_state)
    assert network.training
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert all(torch.equal(w, before[name]) for name, w in network.state_dict().items())
    assert [r.getMessage() for r in caplog.records if r.levelname != "DEBUG"] == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("normalisation", ["batch", "group"])
@pytest.mark.parametrize(
    "backbone",
    [
        name if name == "compact" else pytest.param(name, marks=pytest.mark.slow)
        for name in BACKBONES
    ],
)
def test_every_backbone_answers_the_same_in_onnx(
    backbone: str,
    normalisation: str,
    make_network: MakeNetwork,
    make_metadata: Callable[..., ModelMetadata],
    tmp_path: Path,
) -> None:
    configuration = NetworkConfiguration.model_validate(
        {
            "backbone": backbone,
            "width": 4,
            "input_size": 32,
            "channels": 3,
            "normalisation": normalisation,
        }
    )
    network = make_network(configuration)
    assert export_model(network, make_metadata(configuration), tmp_path / "m.onnx") <= 1e-4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": 24}, "crop should be 16 pixels wide with 1 channels"),
        ({"temperature": 0.0}, "expression_temperature should be greater than 0"),
    ],
)
def test_metadata_that_does_not_fit_is_refused(
    network: FaceBehaviorNet,
    make_metadata: Callable[..., ModelMetadata],
    tmp_path: Path,
    changes: dict[str, float],
    message: str,
) -> None:
    with pytest.raises(FaceBehaviorError, match=message):
        export_model(network, make_metadata(network.configuration, **changes), tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_metadata_of_another_network_is_refused(
    network: FaceBehaviorNet, make_metadata: Callable[..., ModelMetadata], tmp_path: Path
) -> None:
    other = network.configuration.model_copy(update={"width": 16})
    with pytest.raises(FaceBehaviorError, match=r"'width': 8.*'width': 16"):
        export_model(network, make_metadata(other), tmp_path / "m.onnx")


def test_head_that_the_network_lacks_is_refused(
    make_network: MakeNetwork, make_metadata: Callable[..., ModelMetadata], tmp_path: Path
) -> None:
    network = make_network(NetworkConfiguration(width=4, input_size=16, heads=("affect",)))
    metadata = make_metadata(network.configuration, heads=("expression", "affect"))
    with pytest.raises(FaceBehaviorError, match="head expression, but the network has only affect"):
        export_model(network, metadata, tmp_path / "m.onnx")


def test_network_that_gives_no_numbers_is_not_written_and_the_old_file_stays(
    make_network: MakeNetwork, make_metadata: Callable[..., ModelMetadata], tmp_path: Path
) -> None:
    network = make_network(NetworkConfiguration(width=4, input_size=16, heads=("affect",)))
    with torch.no_grad():
        network.heads["affect"].bias.fill_(torch.nan)  # type: ignore[operator]
    path = tmp_path / "m.onnx"
    path.write_text("old")
    with pytest.raises(FaceBehaviorError, match="found a difference of nan"):
        export_model(network, make_metadata(network.configuration), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("kind", "labels", "kept"),
    [
        ("exclusive", ("square", "circle"), True),
        ("exclusive", ("circle", "square"), False),
        ("exclusive", ("square", "circle", "cross"), False),
        ("binary", ("square", "circle"), False),
    ],
)
def test_a_head_of_other_labels_or_kind_is_a_new_one(
    tiny_further_model: Path, kind: str, labels: tuple[str, ...], kept: bool
) -> None:
    earlier, metadata = load_network(tiny_further_model)
    own = {"shape": {"kind": kind, "labels": labels}}
    network, _ = load_network(tiny_further_model, heads=("embedding",), own_heads=own)
    before = earlier.state_dict()["heads.shape.weight"]
    after = network.state_dict()["heads.shape.weight"]
    assert (after.shape == before.shape and torch.equal(after, before)) is kept
    assert known_heads(metadata, network.configuration) == {"embedding", *(["shape"] * kept)}
