"""The libraries that can run a model file: onnxruntime, and OpenVINO where it is installed."""

import contextlib
import importlib.util
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError

_FATAL_ONLY = 4
_log = logging.getLogger(__name__)


class Session(Protocol):
    """One loaded graph.

    Attributes:
        name: the library and the precision in which it computes.
    """

    name: str

    def run(self, faces: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Give every output of the graph by its name for faces (N, C, S, S), N at least 1."""


class OnnxruntimeSession:
    """A graph in onnxruntime, in single precision or, where the file is so, in 8 bits.

    Args:
        path: the ONNX file.
        threads: processor cores to use.

    Raises:
        FaceBehaviorError: the file is no ONNX file or a damaged one.

    Attributes:
        inner: onnxruntime's own session, which also knows the inputs, outputs and metadata.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self.name = f"onnxruntime {'int8' if in_8_bits(path) else 'fp32'}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = _FATAL_ONLY
        # Threads that wait busily take the cores from decoding and detection.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        onnxruntime.disable_telemetry_events()  # it may have been imported before this module
        try:
            self.inner = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors share no narrower class
            raise FaceBehaviorError(
                f"{path}: expected a model in ONNX format, found something else or a damaged file "
                f"({_first_line(error)}); get or export it again"
            ) from error
        self._outputs = [output.name for output in self.inner.get_outputs()]

    def run(self, faces: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Give every output by its name for faces (N, C, S, S)."""
        values = self.inner.run(self._outputs, {"faces": faces})
        return dict(zip(self._outputs, values, strict=True))


class OpenvinoSession:
    """A graph in OpenVINO: in bf16 where the processor has bf16 instructions, else single.

    Args:
        path: the ONNX file.
        threads: processor cores to use.

    Raises:
        FaceBehaviorError: OpenVINO is not installed or cannot load the graph.
    """

    def __init__(self, path: Path, threads: int) -> None:
        core = _openvino().Core()
        precision = "bf16" if _has_bf16(core) else "f32"
        self.name = f"openvino {'bf16' if precision == 'bf16' else 'fp32'}"
        settings = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
        }
        try:
            compiled = core.compile_model(str(path), "CPU", settings)
        except RuntimeError as error:
            raise FaceBehaviorError(
                f"{path}: OpenVINO cannot load the model ({_first_line(error)}); "
                "choose the runtime onnxruntime"
            ) from error
        self._outputs = {output.any_name: output for output in compiled.outputs}
        self._request = compiled.create_infer_request()
        self._one_at_a_time = threading.Lock()

    def run(self, faces: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Give every output by its name for faces (N, C, S, S)."""
        with self._one_at_a_time:
            # Not `share_inputs`: the request would keep the faces' memory after Python has given it
            # to something else, and write into it when the next faces are of another number.
            values = self._request.infer({"faces": faces})
            # The request keeps its output memory and writes the next answer into it.
            return {name: values[output].copy() for name, output in self._outputs.items()}


RUNTIMES: Mapping[str, Callable[[Path, int], Session]] = {
    "onnxruntime": OnnxruntimeSession,
    "openvino": OpenvinoSession,
}
"""The runtimes by name."""


def in_8_bits(path: Path) -> bool:
    """Tell whether an ONNX file computes in 8 bits; its operators are named in it in plain text."""
    return b"QuantizeLinear" in path.read_bytes()


def quicker_runtime(path: Path) -> str:
    """Give the name of the quicker runtime for a file; always the same on one machine.

    It is OpenVINO where that is installed, the processor has bf16 instructions and the file is in
    16 or 32 bits: there it takes half to three fifths of the time. In 8 bits onnxruntime is the
    quicker (`benchmarks/packaged_speed.py`), in single precision the two are equally quick.

    Args:
        path: the ONNX file.
    """
    if importlib.util.find_spec("openvino") is None or in_8_bits(path):
        return "onnxruntime"
    try:
        return "openvino" if _has_bf16(_openvino().Core()) else "onnxruntime"
    except Exception as error:  # a broken installation of an extra must not stop the analysis
        _log.warning(
            "OpenVINO is installed but does not start (%s): onnxruntime is used", _first_line(error)
        )
        return "onnxruntime"


def _openvino() -> ModuleType:
    """Import OpenVINO; an optional extra, hence not at the top.

    Raises:
        FaceBehaviorError: it is not installed.
    """
    try:
        with _without_usage_reports():
            import openvino
    except ImportError as error:
        raise FaceBehaviorError(
            "the runtime openvino is not installed; install facebehavior[openvino] or choose the "
            "runtime onnxruntime"
        ) from error
    module: ModuleType = openvino
    return module


@contextlib.contextmanager
def _without_usage_reports() -> Iterator[None]:
    """Keep OpenVINO from reporting its import to its maker and writing into the home folder.

    It has no setting for this, but does neither where its telemetry package is missing.
    """
    package = "openvino_telemetry"
    if package in sys.modules:
        yield
        return
    hidden: dict[str, Any] = {package: None}
    sys.modules.update(hidden)
    try:
        yield
    finally:
        del sys.modules[package]


def _has_bf16(core: Any) -> bool:  # noqa: ANN401 - OpenVINO has no type hints
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
