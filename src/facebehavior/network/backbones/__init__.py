"""The trunks of the network, from a face to its features; one more is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from facebehavior.network.backbones.backbone import Backbone
from facebehavior.network.backbones.compact import Compact
from facebehavior.network.backbones.iresnet import IResNet
from facebehavior.network.backbones.mobilenet_v2 import MobileNetV2
from facebehavior.network.backbones.small import Small

if TYPE_CHECKING:
    from facebehavior.network.configuration import NetworkConfiguration

BACKBONES: Mapping[str, Callable[[NetworkConfiguration], Backbone]] = MappingProxyType(
    {
        "compact": Compact,
        "compact_grid": partial(Compact, grid=3),
        "small": Small,
        "mobilenet_v2": MobileNetV2,
        "iresnet18": partial(IResNet, blocks=(2, 2, 2, 2)),
        "iresnet34": partial(IResNet, blocks=(3, 4, 6, 3)),
        "iresnet50": partial(IResNet, blocks=(3, 4, 14, 3)),
    }
)
"""Name of each backbone and what makes it."""

__all__ = ["BACKBONES", "Backbone"]
