"""Our own small residual network for crops of about 48 to 64 pixels.

All layers are dense 3 x 3 convolutions with ReLU, which processors run far faster than their
number of multiplications suggests; depthwise convolutions and PReLU save multiplications or
parameters, but leave the matrix units idle. The first layer works at full resolution, as the
crop is small, and the last stage keeps the resolution of the third: 8 x 8 for a crop of 64.

Its features are means of the last maps: over the whole face (`compact`), or over each part of a
grid (`compact_grid`). Faces are aligned, so that a grid tells the heads where something is seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from facebehavior.network.backbones.backbone import Backbone
from facebehavior.network.backbones.normalisation import normalisation

if TYPE_CHECKING:
    from facebehavior.network.configuration import NetworkConfiguration

STAGES = ((1, 2, 2), (2, 2, 2), (4, 2, 2), (8, 2, 1))
"""Of each stage: its width as a multiple of the first, its number of blocks, its stride."""


class Compact(Backbone):
    """A residual network of four stages with two blocks each; 2.8 M parameters at width 32.

    Args:
        configuration: width, channels and normalisation.
        grid: features are means over so many parts of the maps along each side.
    """

    def __init__(self, configuration: NetworkConfiguration, grid: int = 1) -> None:
        super().__init__()
        width, kind = configuration.width, configuration.normalisation
        self.stem = _convolution(configuration.channels, width, 3, 1, kind)
        self.stages = nn.Sequential()
        entering = width
        for multiple, blocks, stride in STAGES:
            leaving = multiple * width
            first = _Block(entering, leaving, stride, kind)
            others = [_Block(leaving, leaving, 1, kind) for _ in range(blocks - 1)]
            self.stages.append(nn.Sequential(first, *others))
            entering = leaving
        self.grid = grid
        self.feature_count = grid * grid * entering

    def forward(self, faces: Tensor) -> Tensor:
        """Turn faces (B, C, S, S) into features (B, feature_count)."""
        maps: Tensor = self.stages(self.stem(faces).relu_())
        return nn.functional.adaptive_avg_pool2d(maps, self.grid).flatten(1)

    def last_block(self) -> list[nn.Module]:
        """Give the last parts that have weights."""
        return [self.stages[-1]]


class _Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, entering: int, leaving: int, stride: int, kind: str) -> None:
        super().__init__()
        self.first = _convolution(entering, leaving, 3, stride, kind)
        self.second = _convolution(leaving, leaving, 3, 1, kind)
        self.shortcut: nn.Module = nn.Identity()
        if entering != leaving or stride != 1:
            self.shortcut = _convolution(entering, leaving, 1, stride, kind)

    def forward(self, maps: Tensor) -> Tensor:
        inner: Tensor = self.second(self.first(maps).relu_())
        outer: Tensor = self.shortcut(maps)
        return (inner + outer).relu_()


def _convolution(entering: int, leaving: int, size: int, stride: int, kind: str) -> nn.Sequential:
    convolution = nn.Conv2d(entering, leaving, size, stride, size // 2, bias=False)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
    return nn.Sequential(convolution, normalisation(kind, leaving))
