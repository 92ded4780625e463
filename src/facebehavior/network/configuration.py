"""What decides the layers of a network."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file.metadata import HEAD_LABELS
from facebehavior.network.backbones import BACKBONES


class NetworkConfiguration(BaseModel):
    """Everything that decides the layers of a `FaceBehaviorNet`, and so the names of its weights.

    Attributes:
        backbone: one of `BACKBONES`.
        width: channels of the first layer; the others follow from it. The usual one is 32 for
            `compact` and `mobilenet_v2`, 64 for the `iresnet` family.
        input_size: height and width of the crop in pixels.
        channels: 1 (grey) or 3 (RGB).
        heads: some of `HEAD_LABELS`; they are kept in the order of `HEAD_LABELS`.
        dropout: share of the features that is dropped before the heads in training.
        normalisation: `batch`, or `group`, which does not mix the images of a batch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    backbone: str = "compact"
    width: int = Field(default=32, ge=4, le=512, multiple_of=4)
    input_size: int = Field(default=64, ge=16, le=1024)
    channels: Literal[1, 3] = 1
    heads: tuple[str, ...] = tuple(HEAD_LABELS)
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
        if not names or len(set(names)) < len(names) or not set(names) <= set(HEAD_LABELS):
            raise ValueError(f"expected some of {', '.join(HEAD_LABELS)}, each once, found {names}")
        return tuple(name for name in HEAD_LABELS if name in names)

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
