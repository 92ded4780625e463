"""What studies that train small networks share: how they are trained, and their best weights."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facebehavior.network import FaceBehaviorNet
from facebehavior.training import run_training
from facebehavior.training.best import best_network
from facebehavior.training.configuration import Configuration

SMALL_FACES: Mapping[str, Mapping[str, Any]] = {
    "augmentation": {"rotation": 6, "scale": 0.06, "shift": 0.03, "detail": 0.4, "erase": 0.0},
    "run": {"precision": "32-true", "checkpoint_every": 100000, "validate_every": 1000},
}
"""Keys of a training configuration: gentle changes of faces of 48 pixels; nothing kept on the way.
"""


def trained_network(configuration: Configuration) -> FaceBehaviorNet:
    """Train a network in a folder that is removed afterwards, and give it with its best weights.

    Raises:
        FaceBehaviorError: the data do not fit.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "run"
        summary = run_training(configuration, folder)
        return best_network(folder, summary.network)
