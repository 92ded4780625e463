"""The ONNX graph of a network, with weights that keep their names."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import onnx
import torch
from torch import Tensor, nn

from facebehavior.network.face_behavior_net import FaceBehaviorNet

OPSET = 18
"""The version of the ONNX operators; onnxruntime has them since 1.14."""

_OUTPUT = "output of "
"""Before the names of outputs, until no value inside can be called like one."""


class Probabilities(nn.Module):
    """The network as users run it: the chosen heads, in probabilities, calibrated.

    Its parameters are those of the network and have the same names.
    """

    def __init__(
        self, network: FaceBehaviorNet, heads: tuple[str, ...], expression_temperature: float
    ) -> None:
        super().__init__()
        self.backbone = network.backbone
        self.heads = nn.ModuleDict({name: network.heads[name] for name in heads})
        self.expression_temperature = expression_temperature
        own = network.configuration.own_heads
        self._exclusive = {"compound", *(n for n, head in own.items() if head.kind == "exclusive")}

    def forward(self, faces: Tensor) -> tuple[Tensor, ...]:
        """Turn normalised faces (B, C, S, S) into one tensor for each head, in their order."""
        features = self.backbone(faces)
        return tuple(self._probabilities(name, head(features)) for name, head in self.heads.items())

    def _probabilities(self, name: str, logits: Tensor) -> Tensor:
        if name == "expression":
            return torch.softmax(logits / self.expression_temperature, dim=1)
        if name == "affect":
            return logits.clamp(-1.0, 1.0)
        if name == "embedding":
            return torch.nn.functional.normalize(logits)
        if name in self._exclusive:
            return torch.softmax(logits, dim=1)
        return torch.sigmoid(logits)


def onnx_graph(probabilities: Probabilities, example: Tensor) -> onnx.ModelProto:
    """Trace a network in inference mode into an ONNX graph for any number of faces.

    Args:
        probabilities: in inference mode, on the CPU.
        example: (2 or more, C, S, S) float32; a batch of one would be taken for a constant.

    Returns:
        A graph whose initializers are the parameters, by their names in the network. It says
        nothing of the machine that it was made on.
    """
    with _quiet_exporter():
        program = torch.onnx.export(
            probabilities,
            (example,),
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("N", min=1)},),
            input_names=["faces"],
            output_names=[f"{_OUTPUT}{name}" for name in probabilities.heads],
            opset_version=OPSET,
            # The optimiser melts weights together, and with that their names are lost. Runtimes
            # do the same when they load the file.
            optimize=False,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("expected a program from torch.onnx.export, found none")
    model = program.model_proto
    _drop_empty_biases(model.graph)
    _drop_notes(model)
    _name_outputs(model.graph)
    return model


def _name_outputs(graph: onnx.GraphProto) -> None:
    """Call each output as its head; a value inside that is called so already gets another name."""
    heads = [value.name.removeprefix(_OUTPUT) for value in graph.output]
    names = {name: f"{name}.inside" for name in heads}
    names |= {f"{_OUTPUT}{name}": name for name in heads}
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in (*graph.initializer, *graph.value_info, *graph.output):
        value.name = names.get(value.name, value.name)


def _drop_empty_biases(graph: onnx.GraphProto) -> None:
    """Take away the biases of zeros that the exporter computes for convolutions without one."""
    weights = {initializer.name for initializer in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv" and len(node.input) == 3 and node.input[2] not in weights:
            del node.input[2]
    used = {output.name for output in graph.output}
    kept = []
    # The nodes are in topological order, so that each is seen after all that use it.
    for node in reversed(graph.node):
        if used.intersection(node.output):
            used.update(node.input)
            kept.append(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))
    values = [value for value in graph.value_info if value.name in used]
    del graph.value_info[:]
    graph.value_info.extend(values)


def _drop_notes(model: onnx.ModelProto) -> None:
    """Take away the exporter's notes, which tell paths and source lines of this machine."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.value_info, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]
    for value in (*graph.input, *graph.output):
        value.doc_string = ""
        del value.metadata_props[:]


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Silence what the exporter says on every run, and nothing else."""
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    logger.addFilter(_not_about_torchvision)
    try:
        with warnings.catch_warnings():
            # Raised by torch's own code against itself.
            warnings.filterwarnings("ignore", r".*isinstance\(treespec, LeafSpec\)", FutureWarning)
            yield
    finally:
        logger.removeFilter(_not_about_torchvision)


def _not_about_torchvision(record: logging.LogRecord) -> bool:
    return "torchvision is not installed" not in record.getMessage()
