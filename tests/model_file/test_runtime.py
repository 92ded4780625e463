import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.tiny_models import SIZE, tiny_crops, tiny_metadata, write_tiny_model

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.model_file import METADATA_KEY, FaceModel
from facebehavior.model_file.runtime import MOST_FACES

HEADS = ("expression", "action_units", "affect")


@pytest.mark.parametrize("colour", ["grey", "rgb"])
@pytest.mark.parametrize("heads", [HEADS, ("affect",), ("expression",)])
def test_predictions_equal_the_float64_reference(
    tmp_path: Path, colour: str, heads: tuple[str, ...]
) -> None:
    tiny = write_tiny_model(tmp_path / "tiny.onnx", heads, colour)
    model = FaceModel(tiny.path, "onnxruntime")
    crops = tiny_crops(11, colour)
    found = model.predict(crops)
    expected = tiny.expected(crops)
    for head in HEADS:
        values = getattr(found, head)
        if head not in heads:
            assert values is None
            continue
        assert values.dtype == np.float32
        np.testing.assert_allclose(values, expected[head], atol=2e-6)


def test_parts_of_any_size_give_the_same_predictions(tmp_path: Path) -> None:
    model = FaceModel(write_tiny_model(tmp_path / "tiny.onnx").path, "onnxruntime")
    crops = tiny_crops(2 * MOST_FACES + 3)
    whole = model.predict(crops)
    assert whole.expression is not None
    assert len(whole) == len(crops)
    for start in (0, 1, MOST_FACES, 2 * MOST_FACES):
        one = model.predict(crops[start : start + 1]).expression
        assert one is not None
        np.testing.assert_allclose(one, whole.expression[start : start + 1], atol=1e-6)
    np.testing.assert_array_equal(model.predict(crops).expression, whole.expression)


def test_no_face_gives_empty_predictions(tmp_path: Path) -> None:
    model = FaceModel(write_tiny_model(tmp_path / "tiny.onnx", ("expression", "affect")).path)
    found = model.predict(tiny_crops(0))
    assert found.expression is not None
    assert found.affect is not None
    assert found.expression.shape == (0, 7)
    assert found.affect.shape == (0, 2)
    assert found.affect.dtype == np.float32
    assert found.action_units is None


def test_the_model_tells_what_it_is(tmp_path: Path) -> None:
    tiny = write_tiny_model(tmp_path / "tiny.onnx")
    model = FaceModel(tiny.path, "onnxruntime")
    assert model.metadata == tiny.metadata
    assert model.sha256 == hashlib.sha256(tiny.path.read_bytes()).hexdigest()
    assert model.runtime == "onnxruntime fp32"
    assert "tiny 1" in repr(model)


@pytest.mark.parametrize(
    "crops",
    [
        np.zeros((2, SIZE, SIZE, 3), dtype=np.uint8),
        np.zeros((SIZE, SIZE, 1), dtype=np.uint8),
        np.zeros((0, SIZE + 1, SIZE, 1), dtype=np.uint8),
        np.zeros((2, SIZE, SIZE, 1), dtype=np.float32),
    ],
)
def test_crops_of_another_shape_or_type_are_refused(
    tmp_path: Path, crops: NDArray[np.uint8]
) -> None:
    model = FaceModel(write_tiny_model(tmp_path / "tiny.onnx").path, "onnxruntime")
    with pytest.raises(ValueError, match="crops should be uint8"):
        model.predict(crops)


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_files_that_are_no_model_are_refused_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = write_tiny_model(tmp_path / "whole.onnx").path.read_bytes()
    cases = {
        tmp_path / "missing.onnx": "expected a model file",
        tmp_path: "expected a model file",
        _write(tmp_path / "empty.onnx", b""): "ONNX format",
        _write(tmp_path / "text.onnx", b"no model"): "ONNX format",
        _write(tmp_path / "half.onnx", whole[: len(whole) // 2]): "ONNX format",
    }
    for path, message in cases.items():
        with pytest.raises(FaceBehaviorError, match=message) as caught:
            FaceModel(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"entries": {}}, "without its metadata"),
        ({"entries": {METADATA_KEY: "{"}}, "as JSON"),
        ({"entries": {METADATA_KEY: tiny_metadata(("affect",)).to_json()}}, "outputs affect"),
        ({"entries": {METADATA_KEY: tiny_metadata(HEADS, "rgb").to_json()}}, r"\('N', 3, 8, 8\)"),
        ({"input_name": "images"}, "inputs faces"),
        ({"count": 1}, "for any N"),
        ({"output_width": 5}, r"\('N', 7\)"),
    ],
)
def test_a_graph_that_is_not_what_its_metadata_says_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    path = write_tiny_model(tmp_path / "wrong.onnx", **changes).path
    with pytest.raises(FaceBehaviorError, match=message) as caught:
        FaceModel(path, "onnxruntime")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_choices_are_refused(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path / "tiny.onnx").path
    with pytest.raises(FaceBehaviorError, match="found 'tensorrt'"):
        FaceModel(path, "tensorrt")
    with pytest.raises(FaceBehaviorError, match="at least 1, found 0"):
        FaceModel(path, threads=0)


def test_analysing_does_not_import_the_training_stack() -> None:
    code = (
        "import sys, facebehavior.model_file; "
        "print([m for m in ('torch', 'onnx', 'openvino', 'safetensors') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_outputs_that_were_never_trained_are_not_answered(tmp_path: Path) -> None:
    crops = tiny_crops(3)
    whole = FaceModel(write_tiny_model(tmp_path / "whole.onnx").path, "onnxruntime").predict(crops)
    tiny = write_tiny_model(tmp_path / "part.onnx", untrained=("au02", "au26"))
    part = FaceModel(tiny.path, "onnxruntime").predict(crops)
    assert whole.action_units is not None
    assert part.action_units is not None
    unknown = np.isin(ACTION_UNIT_COLUMNS, ("au02", "au26"))
    assert np.isnan(part.action_units[:, unknown]).all()
    np.testing.assert_array_equal(part.action_units[:, ~unknown], whole.action_units[:, ~unknown])
    np.testing.assert_array_equal(part.expression, whole.expression)
