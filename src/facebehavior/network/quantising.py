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
"""Operators in 8 bits. Additions and rectifiers are among them so that the 256 steps of a
convolution are spent on what its rectifier lets through. The heads stay in single precision, `Clip`
there as well: it is in 8 bits only where what it clips is."""
PERCENTILE = 99.999
"""Share of a tensor's absolute values, %, that its 8 bits reach to. A few activations are many
times larger than all others; a scale that reaches to them leaves the others half as many steps."""
_AT_ONCE = 32
_WARNINGS, _ERRORS = 2, 3


def quantise(model: str | Path, crops: NDArray[np.uint8], path: str | Path) -> dict[str, float]:
    """Write a model file anew with its trunk in 8 bits, and its heads kept in 16.

    Each channel of the weights has its own scale; those of the activations come from what they
    are on some faces, but for the most extreme values (static quantisation, in the form QDQ; see
    `PERCENTILE`). A network cannot be trained on from such a file.

    Args:
        model: the model file in single precision.
        crops: (N, S, S, C) uint8 faces, such as the model was trained on; a few hundred do. Of more
            than 32 those are left out that do not fill the last 32.
        path: the file to write.

    Returns:
        The mean absolute difference of each head's answers on these faces.

    Raises:
        FaceBehaviorError: there are no crops, some activations hardly differ on them, or the file
            cannot be written.
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
        try:
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
                # Batch by batch: else all activations of all faces are in memory at once.
                extra_options={"CalibPercentile": PERCENTILE, "CalibStridedMinMax": 1},
            )
        except ValueError as error:
            if "bins" not in str(error):  # another error than that of a histogram without a range
                raise
            raise FaceBehaviorError(
                f"{model}: no scales of 8 bits can be found, since some activations hardly differ "
                f"on these faces ({error}); train the network for longer, or keep 16 bits"
            ) from error
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
    """Hands normalised faces to the quantiser in batches, all of which must be equally large."""

    def __init__(self, model: FaceModel, crops: NDArray[np.uint8]) -> None:
        metadata = model.metadata
        self._mean = np.array(metadata.mean, dtype=np.float32).reshape(-1, 1, 1)
        self._scale = np.array(metadata.scale, dtype=np.float32).reshape(-1, 1, 1)
        size = min(_AT_ONCE, len(crops))
        self._batches = [
            crops[start : start + size] for start in range(0, len(crops) - size + 1, size)
        ]
        self._next = iter(self._batches)

    def __len__(self) -> int:
        """Give the number of batches."""
        return len(self._batches)

    def set_range(self, start_index: int, end_index: int) -> None:
        """Let `get_next` give the batches from the first index on and before the second."""
        self._next = iter(self._batches[start_index:end_index])

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """Give the next batch, None after the last."""
        crops = next(self._next, None)
        if crops is None:
            return None
        return {
            "faces": (crops.transpose(0, 3, 1, 2).astype(np.float32) - self._mean) / self._scale
        }


def _differences(first: FaceModel, second: FaceModel, crops: NDArray[np.uint8]) -> dict[str, float]:
    ours, theirs = first.predict(crops).heads(), second.predict(crops).heads()
    return {name: float(np.nanmean(np.abs(ours[name] - theirs[name]))) for name in ours}
