"""A model file of half the size: weights kept in 16 bits, from which training can go on."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.model_file import FaceModel

LARGEST = float(np.finfo(np.float16).max)
_HALF = "_in_16_bits"


def halve(model: str | Path, path: str | Path) -> float:
    """Write a model file anew with its matrices and filters in 16 bits.

    They are turned back into single precision when the file is opened, so that it is as quick as
    the original and `load_network` reads it. What has one dimension, such as the statistics of
    batch normalisation, stays as it is: it is small, and its range is wide.

    Args:
        model: the model file in single precision.
        path: the file to write.

    Returns:
        The largest absolute difference of any answer on random faces.

    Raises:
        FaceBehaviorError: a weight is too large for 16 bits, or the file cannot be written.
    """
    original = FaceModel(model, runtime="onnxruntime")
    content = onnx.load_model(str(model))
    halve_weights(content)
    with writing(path) as unfinished:
        unfinished.write_bytes(content.SerializeToString())
    return _difference(original, FaceModel(path, runtime="onnxruntime"))


def halve_weights(model: onnx.ModelProto) -> None:
    """Keep the matrices and filters of a model that are float32 in 16 bits, in place.

    Raises:
        FaceBehaviorError: a weight is too large for 16 bits.
    """
    casts = [
        _halved(weight)
        for weight in model.graph.initializer
        if len(weight.dims) > 1 and weight.data_type == TensorProto.FLOAT
    ]
    for place, cast in enumerate(casts):
        model.graph.node.insert(place, cast)


def single_precision(weight: TensorProto) -> tuple[str, NDArray[np.generic]]:
    """Give the name that a weight has in its network, and its values, float32 if `halve` made them.

    Raises:
        ValueError, TypeError: the weight is damaged.
    """
    values = numpy_helper.to_array(weight)
    if weight.name.endswith(_HALF):
        return weight.name.removesuffix(_HALF), values.astype(np.float32)
    return weight.name, values


def _halved(weight: TensorProto) -> onnx.NodeProto:
    """Turn a weight into 16 bits, in place, and give what turns it back under its own name."""
    name, values = weight.name, numpy_helper.to_array(weight)
    largest = float(np.abs(values).max(initial=0.0))
    if not largest <= LARGEST:
        raise FaceBehaviorError(
            f"the weight {name} reaches {largest:g}, and 16 bits hold {LARGEST:g} at most; "
            "keep the file in single precision"
        )
    weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + _HALF))
    return helper.make_node("Cast", [name + _HALF], [name], to=TensorProto.FLOAT)


def _difference(first: FaceModel, second: FaceModel) -> float:
    crop = first.metadata.crop
    shape = (16, crop.size, crop.size, crop.channels)
    faces = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    ours, theirs = first.predict(faces).heads(), second.predict(faces).heads()
    return max(float(np.nanmax(np.abs(ours[name] - theirs[name]))) for name in ours)
