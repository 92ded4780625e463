"""What a model says about faces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from facebehavior.model_file.metadata import HEAD_LABELS


@dataclass(frozen=True, eq=False)
class Predictions:
    """What one model says about N faces; None for a head that the model lacks.

    Attributes:
        expression: (N, 7) float32 probabilities in the order of `EXPRESSIONS`, each row's sum 1.
        action_units: (N, 17) float32 probabilities in the order of `ACTION_UNITS`; nan for those
            that the model was never taught.
        affect: (N, 2) float32 valence and arousal from -1 to 1; nan likewise.
        attributes: (N, 40) float32 probabilities in the order of `ATTRIBUTES`; nan likewise.
        compound: (N, 15) float32 probabilities in the order of `COMPOUND_EXPRESSIONS`.
        embedding: (N, 512) float32 of length 1.
        own: for each head of a task of the user's own (N, L) float32 probabilities.

    Raises:
        ValueError: an array has another shape, or the arrays differ in N.
    """

    expression: NDArray[np.float32] | None = None
    action_units: NDArray[np.float32] | None = None
    affect: NDArray[np.float32] | None = None
    attributes: NDArray[np.float32] | None = None
    compound: NDArray[np.float32] | None = None
    embedding: NDArray[np.float32] | None = None
    own: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, labels in HEAD_LABELS.items():
            values = getattr(self, name)
            if values is not None and (values.ndim != 2 or values.shape[1] != len(labels)):
                raise ValueError(
                    f"{name} should have shape (N, {len(labels)}), found {values.shape}"
                )
        counts = {len(values) for values in self.heads().values()}
        if len(counts) > 1:
            raise ValueError(f"all heads should predict for the same N faces, found {counts}")

    @classmethod
    def of_heads(cls, heads: Mapping[str, NDArray[np.float32]]) -> "Predictions":
        """Put the outputs of a model's heads, by their names, into their places."""
        known = {name: values for name, values in heads.items() if name in HEAD_LABELS}
        own = {name: values for name, values in heads.items() if name not in HEAD_LABELS}
        return cls(**known, own=own)

    def heads(self) -> dict[str, NDArray[np.float32]]:
        """Give the predictions of the heads that there are, by their names."""
        known = {name: getattr(self, name) for name in HEAD_LABELS}
        return {name: values for name, values in known.items() if values is not None} | dict(
            self.own
        )

    def __len__(self) -> int:
        return next((len(values) for values in self.heads().values()), 0)

    def __getitem__(self, rows: slice | NDArray[np.integer | np.bool_]) -> "Predictions":
        """Give the predictions for some of the faces, by a slice, indices or a mask (N,)."""
        return Predictions.of_heads({name: values[rows] for name, values in self.heads().items()})


def join(parts: Sequence[Predictions]) -> Predictions:
    """Put predictions of one model under one another.

    Args:
        parts: at least one, all with the same heads.

    Raises:
        ValueError: there is no part, or the parts have different heads.
    """
    if not parts:
        raise ValueError("expected at least one part to join, found none")
    listed = [part.heads() for part in parts]
    if any(one.keys() != listed[0].keys() for one in listed):
        raise ValueError("expected parts with the same heads, found one without a head of another")
    return Predictions.of_heads(
        {name: np.concatenate([one[name] for one in listed]) for name in listed[0]}
    )
