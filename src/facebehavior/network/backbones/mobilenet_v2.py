"""MobileNetV2 (Sandler et al., arXiv 1801.04381), for starting from ImageNet weights.

The weights have the names and shapes of torchvision's, so that its files can be read as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor, nn

from facebehavior.network.backbones.backbone import Backbone
from facebehavior.network.backbones.normalisation import normalisation
from facebehavior.network.weights import copy_weights, read_weights

if TYPE_CHECKING:
    from facebehavior.network.configuration import NetworkConfiguration

STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Of each stage: how much its blocks widen inside, its channels, its blocks, its stride."""

FIRST_CHANNELS = 32
LAST_CHANNELS = 1280
CLASSIFIER = ("classifier.1.weight", "classifier.1.bias")
"""What an ImageNet file holds beyond the backbone: the layer of its 1000 classes."""


class MobileNetV2(Backbone):
    """MobileNetV2 without its classifier; 2.2 M parameters at width 32, the width of ImageNet's.

    The faces are halved five times, so crops of 96 pixels and more suit it.
    """

    def __init__(self, configuration: NetworkConfiguration) -> None:
        super().__init__()
        share, kind = configuration.width / FIRST_CHANNELS, configuration.normalisation
        entering = _rounded(FIRST_CHANNELS * share)
        self._grey = configuration.channels == 1
        self.features = nn.Sequential(_layer(configuration.channels, entering, 3, kind, stride=2))
        for widening, channels, blocks, stride in STAGES:
            leaving = _rounded(channels * share)
            for block in range(blocks):
                self.features.append(
                    _Block(entering, leaving, widening, stride if block == 0 else 1, kind)
                )
                entering = leaving
        self.feature_count = _rounded(LAST_CHANNELS * max(1.0, share))
        self.features.append(_layer(entering, self.feature_count, 1, kind))

    def forward(self, faces: Tensor) -> Tensor:
        """Turn faces (B, C, S, S) into features (B, feature_count)."""
        maps: Tensor = self.features(faces)
        return maps.mean(dim=(2, 3))

    def last_block(self) -> list[nn.Module]:
        """Give the last parts that have weights."""
        return [self.features[-2], self.features[-1]]

    def load_imagenet_weights(self, path: str | Path) -> None:
        """Start from ImageNet weights, in a file of torchvision's layout.

        Where the network reads grey crops, the first layer takes the sum of the file's three
        channels: it answers as the file's would to a grey picture in RGB.

        Args:
            path: a PyTorch file of weights (`.pth`), or a safetensors file.

        Raises:
            FaceBehaviorError: the file cannot be read, or holds the weights of another network.
        """
        weights = read_weights(path)
        for name in CLASSIFIER:
            weights.pop(name, None)
        first = weights.get("features.0.0.weight")
        if first is not None and self._grey:
            weights["features.0.0.weight"] = first.sum(dim=1, keepdim=True)
        copy_weights(weights, self, path)


class _Block(nn.Module):
    """An inverted residual: widen, filter each channel by itself, narrow."""

    def __init__(self, entering: int, leaving: int, widening: int, stride: int, kind: str) -> None:
        super().__init__()
        inside = entering * widening
        layers: list[nn.Module] = []
        if widening != 1:
            layers.append(_layer(entering, inside, 1, kind))
        layers += [
            _layer(inside, inside, 3, kind, stride=stride, groups=inside),
            _convolution(inside, leaving, 1),
            normalisation(kind, leaving),
        ]
        self.conv = nn.Sequential(*layers)
        self.shortcut = stride == 1 and entering == leaving

    def forward(self, maps: Tensor) -> Tensor:
        inner: Tensor = self.conv(maps)
        return maps + inner if self.shortcut else inner


def _layer(
    entering: int, leaving: int, size: int, kind: str, *, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    convolution = _convolution(entering, leaving, size, stride, groups)
    return nn.Sequential(convolution, normalisation(kind, leaving), nn.ReLU6(inplace=True))


def _convolution(
    entering: int, leaving: int, size: int, stride: int = 1, groups: int = 1
) -> nn.Conv2d:
    convolution = nn.Conv2d(entering, leaving, size, stride, size // 2, groups=groups, bias=False)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out")
    return convolution


def _rounded(channels: float) -> int:
    """Round to a multiple of 8, never down by more than a tenth."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest
