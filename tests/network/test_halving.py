"""Model files with weights in 16 bits: half the size, the same answers, a start for training."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file import FaceModel
from facebehavior.network import FaceBehaviorNet, NetworkConfiguration, halve, load_network
from facebehavior.network.export import export_model

Make = Callable[..., object]


@pytest.fixture
def network(make_network: Make) -> FaceBehaviorNet:
    made = make_network(NetworkConfiguration(width=16, input_size=32))
    assert isinstance(made, FaceBehaviorNet)
    return made


@pytest.fixture
def whole(network: FaceBehaviorNet, make_metadata: Make, tmp_path: Path) -> Path:
    path = tmp_path / "whole.onnx"
    export_model(network, make_metadata(network.configuration), path)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_half_the_size_answers_the_same(whole: Path, tmp_path: Path, runtime: str) -> None:
    if runtime == "openvino":
        pytest.importorskip("openvino")
    half = tmp_path / "half.onnx"
    assert 0 < halve(whole, half) < 0.01
    assert half.stat().st_size < 0.6 * whole.stat().st_size
    ours, theirs = FaceModel(whole, runtime), FaceModel(half, runtime)
    assert ours.metadata == theirs.metadata
    faces = np.random.default_rng(1).integers(0, 256, (5, 32, 32, 1), dtype=np.uint8)
    expected, found = ours.predict(faces).heads(), theirs.predict(faces).heads()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=0.01)


def test_training_goes_on_from_the_rounded_weights(
    network: FaceBehaviorNet, whole: Path, tmp_path: Path
) -> None:
    half = tmp_path / "half.onnx"
    halve(whole, half)
    loaded = load_network(half)[0].state_dict()
    for name, weight in network.state_dict().items():
        if "num_batches" in name:
            continue
        expected = weight.half().float() if weight.ndim > 1 else weight
        assert torch.equal(loaded[name], expected), name


def test_a_weight_beyond_16_bits_is_refused(
    network: FaceBehaviorNet, make_metadata: Make, tmp_path: Path
) -> None:
    whole = tmp_path / "large.onnx"
    with torch.no_grad():
        network.heads["affect"].weight[0, 0] = 1e6  # type: ignore[operator]
    export_model(network, make_metadata(network.configuration), whole)  # type: ignore[arg-type]
    with pytest.raises(FaceBehaviorError, match=r"heads\.affect\.weight reaches 1e\+06"):
        halve(whole, tmp_path / "half.onnx")
    assert not (tmp_path / "half.onnx").exists()
