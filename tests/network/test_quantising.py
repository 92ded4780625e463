"""Model files in 8 bits: smaller, nearly the same answers, the same metadata."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
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
