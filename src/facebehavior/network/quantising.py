"""A smaller and quicker model file: weights and activations of the convolutions in 8 bits."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.model_file import FaceModel
from facebehavior.model_file.metadata import METADATA_KEY
from facebehavior.network.halving import halve_weights

QUANTISED = ("Conv",)
"""Operators in 8 bits; the heads decide: kept in 16 bits, they answer in single precision."""
_AT_ONCE = 32
_WARNINGS, _ERRORS = 2, 3


def quantise(model: str | Path, crops: NDArray[np.uint8], path: str | Path) -> dict[str, float]:
    """Write a model file anew with its convolutions in 8 bits, and its heads kept in 16.

    Each channel of the weights has its own scale; those of the activations come from what they
    are on some faces (static quantisation, in the form QDQ). A network cannot be trained on from
    such a file.

    Args:
        model: the model file in single precision.
        crops: (N, S, S, C) uint8 faces, such as the model was trained on; a few hundred do.
        path: the file to write.

    Returns:
        The mean absolute difference of each head's answers on these faces.

    Raises:
        FaceBehaviorError: there are no crops, or the file cannot be written.
    """
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
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
    """Keep ONNX Runtime's remarks about its own optimisations from the user's terminal."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(_ERRORS)
    try:
        yield
    finally:
        onnxruntime.set_default_logger_severity(_WARNINGS)


class _Faces:
    """Hands normalised faces to the quantiser, some at a time."""

    def __init__(self, model: FaceModel, crops: NDArray[np.uint8]) -> None:
        metadata = model.metadata
        mean = np.array(metadata.mean, dtype=np.float32).reshape(-1, 1, 1)
        scale = np.array(metadata.scale, dtype=np.float32).reshape(-1, 1, 1)
        self._batches: Iterator[dict[str, NDArray[np.float32]]] = (
            {
                "faces": (
                    crops[start : start + _AT_ONCE].transpose(0, 3, 1, 2).astype(np.float32) - mean
                )
                / scale
            }
            for start in range(0, len(crops), _AT_ONCE)
        )

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """Give the next faces, None after the last."""
        return next(self._batches, None)


def _differences(first: FaceModel, second: FaceModel, crops: NDArray[np.uint8]) -> dict[str, float]:
    ours, theirs = first.predict(crops).heads(), second.predict(crops).heads()
    return {name: float(np.nanmean(np.abs(ours[name] - theirs[name]))) for name in ours}
