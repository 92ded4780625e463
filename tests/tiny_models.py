"""Tiny model files, made by hand: one linear layer a head on faces of 8 x 8 pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from facebehavior.faces.alignment import CropParameters
from facebehavior.model_file import METADATA_KEY, ModelMetadata
from facebehavior.model_file.metadata import BEHAVIOUR_HEADS, HEAD_LABELS

SIZE = 8
ALL_HEADS = BEHAVIOUR_HEADS


def tiny_metadata(
    heads: Sequence[str] = ALL_HEADS, colour: str = "grey", **changes: object
) -> ModelMetadata:
    """Metadata of a tiny model, with some fields changed."""
    crop = CropParameters(size=SIZE, colour=colour)
    values: dict[str, Any] = {
        "name": "tiny",
        "version": "1",
        "heads": {head: HEAD_LABELS[head] for head in heads},
        "crop": crop,
        "mean": tuple(120.0 + channel for channel in range(crop.channels)),
        "scale": tuple(60.0 + channel for channel in range(crop.channels)),
        "action_unit_thresholds": {},
        "calibration": {"expression_temperature": 1.25},
        "training_databases": ("ferplus",),
        "licence": "Apache-2.0",
        "configuration_hash": "0" * 64,
        "network": {"backbone": "none", "width": 1},
    }
    if "action_units" in heads:
        names = HEAD_LABELS["action_units"]
        values["action_unit_thresholds"] = {
            name: 0.4 + 0.01 * place for place, name in enumerate(names)
        }
    values.update(changes)
    return ModelMetadata(**values)


@dataclass(frozen=True)
class TinyModel:
    """A model file and the weights in it."""

    path: Path
    metadata: ModelMetadata
    weights: dict[str, NDArray[np.float32]]

    def expected(self, crops: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
        """What the model should predict, in float64."""
        mean = np.array(self.metadata.mean).reshape(-1, 1, 1)
        scale = np.array(self.metadata.scale).reshape(-1, 1, 1)
        faces = (crops.transpose(0, 3, 1, 2).astype(np.float64) - mean) / scale
        outputs = {}
        for head, weight in self.weights.items():
            logits = faces.reshape(len(crops), -1) @ weight.astype(np.float64)
            if head == "expression":
                powers = np.exp(logits - logits.max(axis=1, keepdims=True))
                outputs[head] = powers / powers.sum(axis=1, keepdims=True)
            elif head == "action_units":
                outputs[head] = 1.0 / (1.0 + np.exp(-logits))
            else:
                outputs[head] = np.clip(logits, -1.0, 1.0)
        return outputs


def write_tiny_model(
    path: Path,
    heads: Sequence[str] = ALL_HEADS,
    colour: str = "grey",
    *,
    entries: dict[str, str] | None = None,
    input_name: str = "faces",
    count: str | int = "n",
    output_width: int | None = None,
    **changes: object,
) -> TinyModel:
    """Write a tiny model; `entries` replaces the file's metadata, `changes` single fields."""
    metadata = tiny_metadata(heads, colour, **changes)
    channels = metadata.crop.channels
    generator = np.random.default_rng(5)
    nodes = [helper.make_node("Flatten", [input_name], ["flat"], axis=1)]
    weights, initializers, outputs = {}, [], []
    for head in heads:
        width = output_width or len(HEAD_LABELS[head])
        weight = generator.normal(0.0, 0.12, (channels * SIZE * SIZE, width)).astype(np.float32)
        weights[head] = weight
        initializers.append(numpy_helper.from_array(weight, f"{head}_weight"))
        nodes.append(helper.make_node("MatMul", ["flat", f"{head}_weight"], [f"{head}_logits"]))
        nodes += _activation(head)
        outputs.append(helper.make_tensor_value_info(head, TensorProto.FLOAT, [count, width]))
    limits = [
        numpy_helper.from_array(np.array(value, dtype=np.float32), name)
        for name, value in (("low", -1.0), ("high", 1.0))
    ]
    shape = [count, channels, SIZE, SIZE]
    faces = helper.make_tensor_value_info(input_name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "tiny", [faces], outputs, [*initializers, *limits])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    helper.set_model_props(
        model, {METADATA_KEY: metadata.to_json()} if entries is None else entries
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return TinyModel(path, metadata, weights)


def tiny_crops(count: int, colour: str = "grey", seed: int = 3) -> NDArray[np.uint8]:
    """Random crops, (count, 8, 8, channels) uint8."""
    channels = CropParameters(size=SIZE, colour=colour).channels
    generator = np.random.default_rng(seed)
    return generator.integers(0, 256, (count, SIZE, SIZE, channels), dtype=np.uint8)


def _activation(head: str) -> list[Any]:
    logits = f"{head}_logits"
    if head == "expression":
        return [helper.make_node("Softmax", [logits], [head], axis=1)]
    if head == "action_units":
        return [helper.make_node("Sigmoid", [logits], [head])]
    return [helper.make_node("Clip", [logits, "low", "high"], [head])]
