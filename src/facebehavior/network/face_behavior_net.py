"""The network: one trunk, and one linear head per task."""

from typing import NamedTuple

from torch import Tensor, nn

from facebehavior.model_file.metadata import HEAD_LABELS
from facebehavior.network.backbones import BACKBONES
from facebehavior.network.configuration import NetworkConfiguration


class Logits(NamedTuple):
    """What the heads say of B faces, before softmax or sigmoid; None where a head is missing.

    Attributes:
        expression: (B, 7).
        action_units: (B, 17).
        affect: (B, 2), valence and arousal as they are, not yet clipped to [-1, 1].
    """

    expression: Tensor | None
    action_units: Tensor | None
    affect: Tensor | None


class FaceBehaviorNet(nn.Module):
    """Expression, action units, valence and arousal from the same features of a face.

    Attributes:
        configuration: what decided the layers.
        backbone: from faces to features.
        heads: one linear layer per task.
    """

    def __init__(self, configuration: NetworkConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        self.backbone = BACKBONES[configuration.backbone](configuration)
        self.dropout = nn.Dropout(configuration.dropout)
        features = self.backbone.feature_count
        self.heads = nn.ModuleDict(
            {name: nn.Linear(features, len(HEAD_LABELS[name])) for name in configuration.heads}
        )

    def forward(self, faces: Tensor) -> Logits:
        """Give the logits of B faces.

        Args:
            faces: (B, C, S, S), normalised as the model file says: (pixel - mean) / scale.

        Raises:
            ValueError: the faces do not have the shape that the network was made for.
        """
        size, channels = self.configuration.input_size, self.configuration.channels
        if faces.ndim != 4 or faces.shape[1:] != (channels, size, size):
            raise ValueError(
                f"expected faces of shape (B, {channels}, {size}, {size}), "
                f"found {tuple(faces.shape)}"
            )
        features = self.dropout(self.backbone(faces))
        given = {name: head(features) for name, head in self.heads.items()}
        return Logits(given.get("expression"), given.get("action_units"), given.get("affect"))
