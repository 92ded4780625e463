"""From a trained network to a model file: one ONNX graph with everything inside."""

import copy
from pathlib import Path

import numpy as np
import torch

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.model_file.metadata import METADATA_KEY, ModelMetadata
from facebehavior.model_file.sessions import OnnxruntimeSession
from facebehavior.network.configuration import NetworkConfiguration
from facebehavior.network.face_behavior_net import FaceBehaviorNet
from facebehavior.network.graph import Probabilities, onnx_graph

TOLERANCE = 1e-4
"""How far an output of the file may lie from that of the network."""


def export_model(network: FaceBehaviorNet, metadata: ModelMetadata, path: str | Path) -> float:
    """Write a network as a model file, and check that the file answers as the network does.

    The graph has the input `faces`, (N, C, S, S) float32 for any N, and one output for each head
    of the metadata: `expression` (N, 7), the softmax of logits / temperature with the metadata's
    `expression_temperature`; `action_units` (N, 17) and `attributes` (N, 40), the sigmoid;
    `affect` (N, 2), clipped to [-1, 1]; `compound` (N, 15), the softmax; `embedding` (N, 512), of
    length 1; those of other tasks by their kind. The weights keep their names, so that
    `load_network` can read them back.

    Args:
        network: it is left as it is; its copy is exported in inference mode, from the CPU.
        metadata: goes into the file; only its heads are exported.
        path: the file to write, usually ending in `.onnx`.

    Returns:
        The largest absolute difference between the outputs of the file and of the network, on
        random faces in batches of 1 and 5.

    Raises:
        FaceBehaviorError: the metadata does not fit the network, the file cannot be written, or
            its outputs differ by more than 1e-4; in the last case nothing stays behind.
    """
    configuration = network.configuration
    _check_fits(configuration, metadata)
    probabilities = Probabilities(
        copy.deepcopy(network).cpu().float(), tuple(metadata.heads), _temperature(metadata)
    )
    probabilities.eval().requires_grad_(False)
    model = onnx_graph(probabilities, torch.zeros(_shape(configuration, 2)))
    entry = model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, metadata.to_json()
    with writing(path) as unfinished:
        unfinished.write_bytes(model.SerializeToString())
        difference = _difference(probabilities, configuration, unfinished)
        # Written so that NaN fails too.
        if not difference <= TOLERANCE:
            raise FaceBehaviorError(
                f"the model file {path} should answer as the network does, within {TOLERANCE:g}, "
                f"found a difference of {difference:g}; it was not written"
            )
    return difference


def _check_fits(configuration: NetworkConfiguration, metadata: ModelMetadata) -> None:
    known = configuration.head_labels()
    missing = [name for name in metadata.heads if name not in known]
    if missing:
        raise FaceBehaviorError(
            f"the metadata names the head {missing[0]}, but the network has only {', '.join(known)}"
        )
    if NetworkConfiguration.from_dict(metadata.network) != configuration:
        raise FaceBehaviorError(
            f"the metadata's network should be {configuration.to_dict()}, "
            f"found {dict(metadata.network)}"
        )
    crop = metadata.crop
    if (crop.size, crop.channels) != (configuration.input_size, configuration.channels):
        raise FaceBehaviorError(
            f"the metadata's crop should be {configuration.input_size} pixels wide with "
            f"{configuration.channels} channels, as the network's input is, found {crop.size} "
            f"with {crop.channels}"
        )
    if not _temperature(metadata) > 0:
        raise FaceBehaviorError(
            f"the expression_temperature should be greater than 0, found {_temperature(metadata)}"
        )


def _temperature(metadata: ModelMetadata) -> float:
    return metadata.calibration.get("expression_temperature", 1.0)


def _shape(configuration: NetworkConfiguration, batch: int) -> tuple[int, int, int, int]:
    return batch, configuration.channels, configuration.input_size, configuration.input_size


def _difference(
    probabilities: Probabilities, configuration: NetworkConfiguration, path: Path
) -> float:
    session = OnnxruntimeSession(path, threads=1)
    generator = np.random.default_rng(0)
    differences = []
    for batch in (1, 5):
        faces = generator.standard_normal(_shape(configuration, batch), dtype=np.float32)
        found = session.run(faces)
        with torch.inference_mode():
            expected = probabilities(torch.from_numpy(faces))
        for head, ours in zip(probabilities.heads, expected, strict=True):
            differences.append(np.abs(ours.numpy() - found[head]).max())
    return float(np.max(differences))
