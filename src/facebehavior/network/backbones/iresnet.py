"""IResNet, the residual network of ArcFace (Deng et al., arXiv 1801.07698).

The weights have the names that are usual for it, so that a user's own face recognition weights
can be carried over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from facebehavior.network.backbones.backbone import Backbone
from facebehavior.network.backbones.normalisation import normalisation

if TYPE_CHECKING:
    from facebehavior.network.configuration import NetworkConfiguration

HALVINGS = 4
"""Each of the four stages halves the resolution."""


class IResNet(Backbone):
    """Four stages of residual blocks with PReLU, and a dense layer over the last maps.

    The number of features is eight times the width: 512 at the usual width 64.
    """

    def __init__(self, configuration: NetworkConfiguration, blocks: tuple[int, ...]) -> None:
        """Make the network.

        Args:
            configuration: the width, the input and the kind of normalisation.
            blocks: how many blocks each of the four stages has.
        """
        super().__init__()
        width, kind = configuration.width, configuration.normalisation
        self.conv1 = _convolution(configuration.channels, width, 3, 1)
        self.bn1 = normalisation(kind, width)
        self.prelu = nn.PReLU(width)
        self.layer1 = _stage(width, width, blocks[0], kind)
        self.layer2 = _stage(width, 2 * width, blocks[1], kind)
        self.layer3 = _stage(2 * width, 4 * width, blocks[2], kind)
        self.layer4 = _stage(4 * width, 8 * width, blocks[3], kind)
        self.bn2 = normalisation(kind, 8 * width)
        side = -(-configuration.input_size // 2**HALVINGS)
        self.fc = nn.Linear(8 * width * side * side, 8 * width)
        self.features = nn.BatchNorm1d(8 * width) if kind == "batch" else nn.LayerNorm(8 * width)
        self.feature_count = 8 * width

    def forward(self, faces: Tensor) -> Tensor:
        """Turn faces (B, C, S, S) into features (B, feature_count)."""
        maps = self.prelu(self.bn1(self.conv1(faces)))
        maps = self.layer4(self.layer3(self.layer2(self.layer1(maps))))
        features: Tensor = self.features(self.fc(self.bn2(maps).flatten(1)))
        return features

    def last_block(self) -> list[nn.Module]:
        """Give the last parts that have weights."""
        return [self.layer4[-1], self.bn2, self.fc, self.features]


class _Block(nn.Module):
    """Two convolutions, normalised before, between and after, beside a shortcut."""

    def __init__(self, entering: int, leaving: int, stride: int, kind: str) -> None:
        super().__init__()
        self.bn1 = normalisation(kind, entering)
        self.conv1 = _convolution(entering, leaving, 3, 1)
        self.bn2 = normalisation(kind, leaving)
        self.prelu = nn.PReLU(leaving)
        self.conv2 = _convolution(leaving, leaving, 3, stride)
        self.bn3 = normalisation(kind, leaving)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or entering != leaving:
            self.downsample = nn.Sequential(
                _convolution(entering, leaving, 1, stride), normalisation(kind, leaving)
            )

    def forward(self, maps: Tensor) -> Tensor:
        inner: Tensor = self.prelu(self.bn2(self.conv1(self.bn1(maps))))
        outer: Tensor = self.downsample(maps)
        result: Tensor = self.bn3(self.conv2(inner))
        return result + outer


def _stage(entering: int, leaving: int, blocks: int, kind: str) -> nn.Sequential:
    first = _Block(entering, leaving, 2, kind)
    return nn.Sequential(first, *(_Block(leaving, leaving, 1, kind) for _ in range(blocks - 1)))


def _convolution(entering: int, leaving: int, size: int, stride: int) -> nn.Conv2d:
    convolution = nn.Conv2d(entering, leaving, size, stride, size // 2, bias=False)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
    return convolution
