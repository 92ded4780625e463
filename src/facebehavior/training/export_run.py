"""From a finished run to a model file."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.model_file import ModelMetadata
from facebehavior.network import FaceBehaviorNet, NetworkConfiguration, export_model
from facebehavior.training.checkpoints import load_weights
from facebehavior.training.loop import BEST
from facebehavior.training.normalisation import MEAN, SCALE
from facebehavior.training.run import SUMMARY, read_run_configuration


def export_run(folder: Path, path: Path) -> float:
    """Write a run's best weights as a model file.

    Args:
        folder: of a finished run.
        path: of the model file, ending in `.onnx`.

    Returns:
        The largest difference between the file's answers and the network's.

    Raises:
        FaceBehaviorError: the run is not finished or damaged, or the file cannot be written.
    """
    if path.suffix != ".onnx":
        raise FaceBehaviorError(f"{path}: expected a name ending in .onnx")
    configuration = read_run_configuration(folder)
    summary_file = folder / SUMMARY
    if not summary_file.is_file():
        raise FaceBehaviorError(
            f"{folder}: the run is not finished; go on with: facebehavior train ... -o {folder}"
        )
    summary = json.loads(summary_file.read_text())
    network = FaceBehaviorNet(NetworkConfiguration.from_dict(summary["network"]))
    load_weights(folder / BEST, network)
    crop = CropParameters.from_dict(summary["crop"])
    heads = network.configuration.head_labels()
    metadata = ModelMetadata(
        name=configuration.name,
        version=configuration.version,
        heads=heads,
        crop=crop,
        mean=(MEAN,) * crop.channels,
        scale=(SCALE,) * crop.channels,
        action_unit_thresholds=summary["action_unit_thresholds"],
        calibration=_calibration(summary, heads),
        training_databases=tuple(summary["training_databases"]),
        licence=configuration.licence,
        configuration_hash=configuration.hash(),
        network=summary["network"],
    )
    return export_model(network, metadata, path)


def _calibration(summary: Mapping[str, Any], heads: Collection[str]) -> dict[str, float]:
    found = {}
    if "expression" in heads:
        found["expression_temperature"] = summary["expression_temperature"]
    if "embedding" in heads and summary.get("match") is not None:
        found |= {f"match_{name}": value for name, value in summary["match"].items()}
    return found
