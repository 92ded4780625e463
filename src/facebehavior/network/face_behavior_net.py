"""The network: one trunk, and one linear head per task."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from facebehavior.labels import EMBEDDING_SIZE
from facebehavior.network.backbones import BACKBONES
from facebehavior.network.configuration import NetworkConfiguration


class Logits(NamedTuple):
    """What the heads say of B faces, before softmax or sigmoid; None where a head is missing.

    Attributes:
        expression: (B, 7).
        action_units: (B, 17).
        affect: (B, 2), valence and arousal as they are, not yet clipped to [-1, 1].
        further: of all other heads, by name; `embedding` is (B, 512), not yet of length 1.
            `identity`, (B, K), are cosines between the embedding and K people.
    """

    expression: Tensor | None
    action_units: Tensor | None
    affect: Tensor | None
    further: Mapping[str, Tensor] = MappingProxyType({})

    def of(self, head: str) -> Tensor | None:
        """Give the logits of one head, None where it is missing."""
        if head in ("expression", "action_units", "affect"):
            found: Tensor | None = getattr(self, head)
            return found
        return self.further.get(head)


class FaceBehaviorNet(nn.Module):
    """Expression, action units, valence and arousal from the same features of a face.

    Attributes:
        configuration: what decided the layers.
        backbone: from faces to features.
        heads: one linear layer per task.
        people: (K, 512) a direction for each person; there only while identity is learned.
    """

    def __init__(self, configuration: NetworkConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        self.backbone = BACKBONES[configuration.backbone](configuration)
        self.dropout = nn.Dropout(configuration.dropout)
        features = self.backbone.feature_count
        self.heads = nn.ModuleDict(
            {
                name: nn.Linear(features, len(labels))
                for name, labels in configuration.head_labels().items()
            }
        )
        if configuration.people:
            self.people = nn.Parameter(torch.empty(configuration.people, EMBEDDING_SIZE))
            nn.init.normal_(self.people, std=0.01)

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
        if self.configuration.people:
            given["identity"] = normalize(given["embedding"]) @ normalize(self.people).T
        return Logits(
            given.pop("expression", None),
            given.pop("action_units", None),
            given.pop("affect", None),
            given,
        )
