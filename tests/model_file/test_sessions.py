import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from tests.tiny_models import tiny_crops, write_tiny_model

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file import FaceModel, find_model, sessions


class _Core:
    """What the choice asks of OpenVINO's core."""

    capabilities: tuple[str, ...] = ()

    def get_property(self, device: str, name: str) -> tuple[str, ...]:
        assert (device, name) == ("CPU", "OPTIMIZATION_CAPABILITIES")
        return self.capabilities


def _pretend(monkeypatch: pytest.MonkeyPatch, *capabilities: str) -> None:
    module = ModuleType("openvino")
    core = type("Core", (_Core,), {"capabilities": capabilities})
    monkeypatch.setattr(module, "Core", core, raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(sessions, "_openvino", lambda: module)


SINGLE = find_model("ferplus")
IN_8_BITS = find_model("facebehavior-small")


def test_openvino_is_chosen_on_processors_with_bf16(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, "FP32", "BF16")
    assert sessions.quicker_runtime(SINGLE) == "openvino"


def test_onnxruntime_is_chosen_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, "FP32", "INT8")
    assert sessions.quicker_runtime(SINGLE) == "onnxruntime"
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert sessions.quicker_runtime(SINGLE) == "onnxruntime"


def test_a_file_in_8_bits_is_for_onnxruntime(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FaceModel(IN_8_BITS, "onnxruntime").runtime == "onnxruntime int8"
    assert FaceModel(SINGLE, "onnxruntime").runtime == "onnxruntime fp32"
    _pretend(monkeypatch, "FP32", "BF16")
    assert FaceModel(IN_8_BITS).runtime == "onnxruntime int8"


def test_a_broken_openvino_leaves_onnxruntime_and_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> ModuleType:
        raise OSError("libopenvino.so: cannot open\nmore")

    _pretend(monkeypatch)
    monkeypatch.setattr(sessions, "_openvino", broken)
    assert sessions.quicker_runtime(SINGLE) == "onnxruntime"
    assert "libopenvino.so: cannot open" in caplog.text


def test_asking_for_a_missing_openvino_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tiny_model(tmp_path / "tiny.onnx").path
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(FaceBehaviorError, match=r"facebehavior\[openvino\]"):
        FaceModel(path, "openvino")
    assert FaceModel(path).runtime == "onnxruntime fp32"


def test_openvino_predicts_what_onnxruntime_does(tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    tiny = write_tiny_model(tmp_path / "tiny.onnx")
    model = FaceModel(tiny.path, "openvino")
    crops = tiny_crops(40)
    found, expected = model.predict(crops), tiny.expected(crops)
    tolerance = 0.03 if model.runtime == "openvino bf16" else 1e-5
    for head, values in expected.items():
        np.testing.assert_allclose(getattr(found, head), values, atol=tolerance)
        np.testing.assert_array_equal(
            getattr(found, head), getattr(model.predict(crops), head), err_msg="not deterministic"
        )
    first = model.predict(crops[:1]).affect
    assert first is not None
    kept = first.copy()
    model.predict(crops[1:2])
    np.testing.assert_array_equal(first, kept, err_msg="the answer changed with the next one")


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_the_runtimes_say_nothing_and_keep_nothing_in_the_home_folder(
    tmp_path: Path, runtime: str
) -> None:
    if runtime == "openvino":
        pytest.importorskip("openvino", reason="OpenVINO is not installed")
    path = write_tiny_model(tmp_path / "tiny.onnx").path
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "import os, sys, numpy as np\n"
        "from facebehavior.model_file import FaceModel\n"
        f"model = FaceModel({str(path)!r}, {runtime!r})\n"
        "model.predict(np.zeros((1, 8, 8, 1), dtype=np.uint8))\n"
        "print([m for m in sys.modules if m.startswith('openvino_telemetry')], "
        f"os.listdir({str(home)!r}))"
    )
    environment = {"HOME": str(home), "PYTHONPATH": ":".join(sys.path), "OMP_NUM_THREADS": "1"}
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert answer.stdout.strip() == "[] []"
    assert answer.stderr == ""
    assert list(home.iterdir()) == []
