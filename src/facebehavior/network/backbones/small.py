"""A plain network for studies of many runs: a third of the cost of `compact` at the same features.

Seven convolutions without shortcuts. The first halves the resolution at once, so that the maps,
whose size decides the time on processors, are small from the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from facebehavior.network.backbones.backbone import Backbone
from facebehavior.network.backbones.normalisation import normalisation

if TYPE_CHECKING:
    from facebehavior.network.configuration import NetworkConfiguration

LAYERS = ((1, 1), (1, 1), (2, 2), (2, 1), (4, 2), (4, 1))
"""Of each convolution after the first: its width as a multiple of the first's, and its stride."""

GRID = 3
"""Features are means over so many parts of the maps along each side: faces are aligned, so that it
matters where something is seen."""


class Small(Backbone):
    """Seven convolutions and a grid of means; 75 thousand parameters at width 16."""

    def __init__(self, configuration: NetworkConfiguration) -> None:
        super().__init__()
        width, kind = configuration.width, configuration.normalisation
        layers = [_layer(configuration.channels, width, 5, 2, kind)]
        entering = width
        for multiple, stride in LAYERS:
            layers.append(_layer(entering, multiple * width, 3, stride, kind))
            entering = multiple * width
        self.layers = nn.Sequential(*layers)
        self.feature_count = GRID * GRID * entering

    def forward(self, faces: Tensor) -> Tensor:
        """Turn faces (B, C, S, S) into features (B, feature_count)."""
        maps: Tensor = self.layers(faces)
        return nn.functional.adaptive_avg_pool2d(maps, GRID).flatten(1)

    def last_block(self) -> list[nn.Module]:
        """Give the last parts that have weights."""
        return [self.layers[-1]]


def _layer(entering: int, leaving: int, size: int, stride: int, kind: str) -> nn.Sequential:
    convolution = nn.Conv2d(entering, leaving, size, stride, size // 2, bias=False)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
    return nn.Sequential(convolution, normalisation(kind, leaving), nn.ReLU(inplace=True))
