"""Model files in 8 bits: smaller, nearly the same answers, the same metadata."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file import FaceModel
from facebehavior.network import NetworkConfiguration, load_network, quantise
from facebehavior.network.export import export_model


@pytest.fixture(scope="module")
def whole(
    make_network: Callable[..., object],
    make_metadata: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    path = tmp_path_factory.mktemp("models") / "whole.onnx"
    configuration = NetworkConfiguration(width=16, input_size=32)
    export_model(make_network(configuration), make_metadata(configuration), path)  # type: ignore[arg-type]
    return path


def faces(count: int = 64) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 32, 32, 1), dtype=np.uint8)


def test_the_small_file_answers_nearly_the_same(whole: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.onnx"
    differences = quantise(whole, faces(), small)
    assert small.stat().st_size < 0.5 * whole.stat().st_size
    assert set(differences) == {"expression", "action_units", "affect"}
    assert 0 < max(differences.values()) < 0.1
    first, second = FaceModel(whole, "onnxruntime"), FaceModel(small, "onnxruntime")
    assert first.metadata == second.metadata
    ours, theirs = first.predict(faces(8)), second.predict(faces(8))
    assert ours.expression is not None
    assert theirs.expression is not None
    np.testing.assert_allclose(theirs.expression.sum(axis=1), 1.0, rtol=1e-5)
    assert np.abs(ours.expression - theirs.expression).mean() < 0.1


def test_it_cannot_be_trained_on(whole: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.onnx"
    quantise(whole, faces(), small)
    with pytest.raises(FaceBehaviorError):
        load_network(small)


def test_without_faces_there_are_no_scales(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="expected some faces"):
        quantise(whole, faces(0), tmp_path / "small.onnx")


def test_the_trunk_is_in_8_bits_and_the_heads_are_not(
    make_network: Callable[..., object], make_metadata: Callable[..., object], tmp_path: Path
) -> None:
    heads = ("expression", "action_units", "affect", "embedding")
    configuration = NetworkConfiguration(
        backbone="compact_grid", width=16, input_size=32, channels=3, heads=heads
    )
    whole, small = tmp_path / "whole.onnx", tmp_path / "small.onnx"
    export_model(make_network(configuration), make_metadata(configuration), whole)  # type: ignore[arg-type]
    colour = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    quantise(whole, colour, small)
    graph = onnx.load_model(small).graph
    made_by = {name: node.op_type for node in graph.node for name in node.output}
    kinds = {kind: [n for n in graph.node if n.op_type == kind] for kind in ("Add", "Relu", "Clip")}
    in_8_bits = [
        node
        for node in kinds["Add"]
        if [made_by.get(name) for name in node.input] == ["DequantizeLinear"] * 2
    ]
    assert len(in_8_bits) == 8
    assert not kinds["Relu"]  # each is the lower end of the 8 bits before it
    # Those of affect and of the embedding's length.
    assert len(kinds["Clip"]) == 2
    assert "DequantizeLinear" not in [made_by.get(node.input[0]) for node in kinds["Clip"]]
    embedding = FaceModel(small, "onnxruntime").predict(colour[:5]).embedding
    assert embedding is not None
    np.testing.assert_allclose(np.linalg.norm(embedding, axis=1), 1.0, rtol=1e-5)


def test_a_network_whose_activations_vanish_is_named(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_range(*_: object, **__: object) -> None:
        raise ValueError("Too many bins for data range.")

    monkeypatch.setattr("onnxruntime.quantization.quantize_static", without_range)
    with pytest.raises(FaceBehaviorError, match=r"hardly differ.* \(Too many bins"):
        quantise(whole, faces(), tmp_path / "small.onnx")


def input_scale(path: Path) -> float:
    graph = onnx.load_model(path).graph
    first = next(one for one in graph.node if one.op_type == "QuantizeLinear")
    assert first.input[0] == "faces"
    values = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    return float(values[first.input[1]])


def test_a_single_glaring_value_leaves_the_steps_of_the_others_as_fine(
    whole: Path, tmp_path: Path
) -> None:
    grey = 96 + faces(200) // 4
    quantise(whole, grey, tmp_path / "grey.onnx")
    glaring = grey.copy()
    glaring[0, 0, 0, 0] = 255
    quantise(whole, glaring, tmp_path / "glaring.onnx")
    assert input_scale(tmp_path / "glaring.onnx") == pytest.approx(
        input_scale(tmp_path / "grey.onnx"), rel=0.05
    )


def test_any_number_of_faces_will_do_and_nothing_is_printed(
    whole: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for count in (1, 33):
        differences = quantise(whole, faces(count), tmp_path / f"{count}.onnx")
        assert max(differences.values()) < 0.1
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""
