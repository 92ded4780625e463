"""What decides the layers of a network."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file.metadata import BEHAVIOUR_HEADS, HEAD_LABELS
from facebehavior.network.backbones import BACKBONES


class OwnHead(BaseModel):
    """A head of a task that is not among `HEAD_LABELS`.

    Attributes:
        kind: `exclusive` (softmax) or `binary` (sigmoid).
        labels: of its outputs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["exclusive", "binary"]
    labels: tuple[str, ...] = Field(min_length=1)


class NetworkConfiguration(BaseModel):
    """Everything that decides the layers of a `FaceBehaviorNet`, and so the names of its weights.

    Attributes:
        backbone: one of `BACKBONES`.
        width: channels of the first layer; the others follow from it. The usual one is 32 for
            `compact` and `mobilenet_v2`, 64 for the `iresnet` family.
        input_size: height and width of the crop in pixels.
        channels: 1 (grey) or 3 (RGB).
        heads: some of `HEAD_LABELS`; they are kept in the order of `HEAD_LABELS`.
        own_heads: heads of other tasks, by name: their kind and the labels of their outputs.
        people: how many people the embedding learns to tell apart; 0 without that.
        dropout: share of the features that is dropped before the heads in training.
        normalisation: `batch`, or `group`, which does not mix the images of a batch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    backbone: str = "compact"
    width: int = Field(default=32, ge=4, le=512, multiple_of=4)
    input_size: int = Field(default=64, ge=16, le=1024)
    channels: Literal[1, 3] = 1
    heads: tuple[str, ...] = BEHAVIOUR_HEADS
    own_heads: Mapping[str, OwnHead] = {}
    people: int = Field(default=0, ge=0)
    dropout: float = Field(default=0.2, ge=0.0, lt=1.0)
    normalisation: Literal["batch", "group"] = "batch"

    @field_validator("backbone")
    @classmethod
    def _known_backbone(cls, name: str) -> str:
        if name not in BACKBONES:
            raise ValueError(f"expected one of {', '.join(BACKBONES)}, found {name!r}")
        return name

    @field_validator("heads")
    @classmethod
    def _known_heads(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names) or not set(names) <= set(HEAD_LABELS):
            raise ValueError(f"expected some of {', '.join(HEAD_LABELS)}, each once, found {names}")
        return tuple(name for name in HEAD_LABELS if name in names)

    @field_validator("own_heads")
    @classmethod
    def _other_names(cls, own: Mapping[str, OwnHead]) -> Mapping[str, OwnHead]:
        for name in own:
            if name in HEAD_LABELS:
                raise ValueError(f"the head {name} has its own labels; name yours otherwise")
        return own

    @model_validator(mode="after")
    def _has_a_head(self) -> Self:
        if not self.heads and not self.own_heads:
            raise ValueError("expected at least one head in heads or own_heads, found none")
        if self.people and "embedding" not in self.heads:
            raise ValueError("people can be told apart by the head embedding alone; add it")
        return self

    def head_labels(self) -> dict[str, tuple[str, ...]]:
        """Give every head with the labels of its outputs."""
        known = {name: HEAD_LABELS[name] for name in self.heads}
        return known | {name: head.labels for name, head in self.own_heads.items()}

    def to_dict(self) -> dict[str, object]:
        """Give the configuration as it is written into model files: plain values and lists."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """Read the configuration back.

        Raises:
            FaceBehaviorError: a key or a value that no network has.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"]) or "configuration"
            raise FaceBehaviorError(f"network {key}: {first['msg']}") from error
