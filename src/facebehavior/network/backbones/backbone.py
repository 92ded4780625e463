"""What all backbones have in common."""

from abc import abstractmethod

from torch import Tensor, nn


class Backbone(nn.Module):
    """From a face to its features.

    Attributes:
        feature_count: how many features it gives for each face.
    """

    feature_count: int

    @abstractmethod
    def forward(self, faces: Tensor) -> Tensor:
        """Turn faces (B, C, S, S) into features (B, feature_count)."""

    @abstractmethod
    def last_block(self) -> list[nn.Module]:
        """Give the parts after which nothing but the heads has weights, to train them alone."""
