"""From a finished run to a model file."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.model_file import MatchThreshold, ModelMetadata
from facebehavior.network import export_model, halve, quantise
from facebehavior.settings import readable_name
from facebehavior.training.best import best_network
from facebehavior.training.normalisation import MEAN, SCALE
from facebehavior.training.run import SUMMARY, read_run_configuration, run_data


def export_run(folder: Path, path: Path, name: str | None = None) -> float:
    """Write a run's best weights as a model file.

    Args:
        folder: of a finished run.
        path: of the model file, ending in `.onnx`.
        name: of the model; that of the run's configuration where it is None.

    Returns:
        The largest difference between the file's answers and the network's.

    Raises:
        FaceBehaviorError: the run is not finished or damaged, or the file cannot be written.
    """
    _check_names(path, name)
    configuration = read_run_configuration(folder)
    summary_file = folder / SUMMARY
    if not summary_file.is_file():
        raise FaceBehaviorError(
            f"{folder}: the run is not finished; go on with: facebehavior train ... -o {folder}"
        )
    summary = json.loads(summary_file.read_text())
    if "untrained" not in summary:
        raise FaceBehaviorError(
            f"{folder}: the run was summed up by an older version, which does not say what it was "
            f"never taught; sum it up again with: facebehavior train ... -o {folder}"
        )
    network = best_network(folder, summary["network"])
    crop = CropParameters.from_dict(summary["crop"])
    heads = network.configuration.head_labels()
    metadata = ModelMetadata(
        name=configuration.name if name is None else name,
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
        untrained=tuple(summary["untrained"]),
        verification=_verification(summary) if "embedding" in heads else None,
    )
    return export_model(network, metadata, path)


CALIBRATION_FACES = 512
"""Training faces that the scales of 8 bits are found on."""


def export_small(folder: Path, path: Path, name: str | None = None) -> dict[str, float]:
    """Write a run's best weights as a model file whose trunk is in 8 bits.

    Args:
        folder: of a finished run; some of its training faces tell how large the activations are.
        path: of the model file, ending in `.onnx`.
        name: of the model; that of the run's configuration where it is None.

    Returns:
        The mean absolute difference of each head's answers.

    Raises:
        FaceBehaviorError: the run is not finished, its pictures are gone, or the file cannot be
            written.
    """
    _check_names(path, name)
    with tempfile.TemporaryDirectory() as made:
        whole = Path(made) / "whole.onnx"
        export_run(folder, whole, name)
        return quantise(whole, _training_faces(folder), path)


def export_half(folder: Path, path: Path, name: str | None = None) -> float:
    """Write a run's best weights as a model file with weights in 16 bits; see `halve`.

    Args:
        folder: of a finished run.
        path: of the model file, ending in `.onnx`.
        name: of the model; that of the run's configuration where it is None.

    Returns:
        The largest absolute difference of any answer.

    Raises:
        FaceBehaviorError: the run is not finished, a weight is too large, or the file cannot be
            written.
    """
    _check_names(path, name)
    with tempfile.TemporaryDirectory() as made:
        whole = Path(made) / "whole.onnx"
        export_run(folder, whole, name)
        return halve(whole, path)


def _check_names(path: Path, name: str | None) -> None:
    """Refuse a file or a model by its name, before any work."""
    if path.suffix != ".onnx":
        raise FaceBehaviorError(f"{path}: expected a name ending in .onnx")
    if name is not None:
        try:
            readable_name(name)
        except ValueError as error:
            raise FaceBehaviorError(f"name of the model: {error}") from None


def _training_faces(folder: Path) -> NDArray[np.uint8]:
    data = run_data(read_run_configuration(folder))
    sources = [pictures for chosen in data.label_sets for pictures in chosen]
    share = -(-CALIBRATION_FACES // len(sources))
    return np.concatenate(
        [one.shards.crops(one.rows[:: max(1, len(one.rows) // share)][:share]) for one in sources]
    )


def _verification(summary: Mapping[str, Any]) -> MatchThreshold | None:
    # Runs that an older version has summed up do not say on which data they measured.
    found = summary.get("verification", summary.get("match"))
    return None if found is None else MatchThreshold(**found)
