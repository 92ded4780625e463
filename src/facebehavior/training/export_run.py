"""From a finished run to a model file."""

import json
from pathlib import Path

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
        calibration=(
            {"expression_temperature": summary["expression_temperature"]}
            if "expression" in heads
            else {}
        ),
        training_databases=tuple(summary["training_databases"]),
        licence=configuration.licence,
        configuration_hash=configuration.hash(),
        network=summary["network"],
    )
    return export_model(network, metadata, path)
