"""The network that a run has come to: its best weights."""

from collections.abc import Mapping
from pathlib import Path

from facebehavior.network import FaceBehaviorNet, NetworkConfiguration
from facebehavior.training.checkpoints import load_weights
from facebehavior.training.loop import BEST


def best_network(folder: Path, network: Mapping[str, object]) -> FaceBehaviorNet:
    """Build the network of a run with its best weights, in training mode, on the CPU.

    Args:
        folder: of the run.
        network: its configuration, as the run's summary gives it.

    Raises:
        FaceBehaviorError: the weights are missing, damaged or of another network.
    """
    best = FaceBehaviorNet(NetworkConfiguration.from_dict(dict(network)))
    load_weights(folder / BEST, best)
    return best
