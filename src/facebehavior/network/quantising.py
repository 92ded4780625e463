"""A smaller and quicker model file: weights and activations of its trunk in 8 bits."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.model_file import FaceModel
from facebehavior.model_file.metadata import METADATA_KEY
from facebehavior.network.halving import halve_weights

QUANTISED = ("Conv", "Add", "Relu", "Clip")
"""Operators in 8 bits: with what follows a convolution among them, the steps are spent on what is
left after it. The heads decide: kept in 16 bits, they answer in single precision."""
PERCENTILE = 99.999
"""Share of a tensor's values, %, that its 8 bits reach to. A few activations are many times larger
than all others; a scale that reaches to them leaves the others half as many steps."""
_WARNINGS, _ERRORS = 2, 3


def quantise(model: str | Path, crops: NDArray[np.uint8], path: str | Path) -> dict[str, float]:
    """Write a model file anew with its trunk in 8 bits, and its heads kept in 16.

    Each channel of the weights has its own scale; those of the activations come from what they
    are on some faces, but for the most extreme values (static quantisation, in the form QDQ; see
    `PERCENTILE`). A network cannot be trained on from such a file.

    Args:
        model: the model file in single precision.
        crops: (N, S, S, C) uint8 faces, such as the model was trained on; a few hundred do.
        path: the file to write.

    Returns:
        The mean absolute difference of each head's answers on these faces.

    Raises:
        FaceBehaviorError: there are no crops, or the file cannot be written.
    """
    from onnxruntime.quantization import (
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    if not len(crops):
        raise FaceBehaviorError("expected some faces to find the scales of 8 bits on, found none")
    original = FaceModel(model, runtime="onnxruntime")
    with _quiet(), tempfile.TemporaryDirectory() as folder:
        prepared, made = Path(folder) / "prepared.onnx", Path(folder) / "made.onnx"
        quant_pre_process(str(model), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(made),
            _Faces(original, crops),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=list(QUANTISED),
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": PERCENTILE},
        )
        graph = onnx.load_model(str(made))
    halve_weights(graph)
    del graph.metadata_props[:]
    entry = graph.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, original.metadata.to_json()
    with writing(path) as unfinished:
        unfinished.write_bytes(graph.SerializeToString())
    return _differences(original, FaceModel(path, runtime="onnxruntime"), crops)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep ONNX Runtime's remarks about its own work from the user's terminal."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(_ERRORS)
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        onnxruntime.set_default_logger_severity(_WARNINGS)


class _Faces:
    """Hands normalised faces to the quantiser one at a time: its lots must be equally large."""

    def __init__(self, model: FaceModel, crops: NDArray[np.uint8]) -> None:
        metadata = model.metadata
        mean = np.array(metadata.mean, dtype=np.float32).reshape(-1, 1, 1)
        scale = np.array(metadata.scale, dtype=np.float32).reshape(-1, 1, 1)
        self._faces: Iterator[dict[str, NDArray[np.float32]]] = (
            {"faces": (crop.transpose(2, 0, 1).astype(np.float32) - mean)[None] / scale}
            for crop in crops
        )

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """Give the next face, None after the last."""
        return next(self._faces, None)


def _differences(first: FaceModel, second: FaceModel, crops: NDArray[np.uint8]) -> dict[str, float]:
    ours, theirs = first.predict(crops).heads(), second.predict(crops).heads()
    return {name: float(np.nanmean(np.abs(ours[name] - theirs[name]))) for name in ours}
