"""The two kinds of normalisation a backbone can have."""

import math

from torch import nn

CHANNELS_PER_GROUP = 8
"""How many channels group normalisation takes together, where they can be divided so."""


def normalisation(kind: str, channels: int) -> nn.Module:
    """Make a layer that normalises maps (B, channels, H, W).

    Args:
        kind: `batch`, or `group`, which does not mix the images of a batch.
        channels: how many channels the maps have.
    """
    if kind == "group":
        groups = math.gcd(channels, max(1, channels // CHANNELS_PER_GROUP))
        return nn.GroupNorm(groups, channels)
    return nn.BatchNorm2d(channels)
