"""What a trained network says of the pictures that are measured, kept beside their labels."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from facebehavior.databases.shards import Shards
from facebehavior.files import writing
from facebehavior.labels import label_arrays
from facebehavior.network import FaceBehaviorNet
from facebehavior.training.batches import Pictures
from facebehavior.training.validation import answers
from studies.resampling import person_numbers


@dataclass(frozen=True)
class Predictions:
    """Answers for N pictures; a task that the network lacks is nan everywhere.

    Attributes:
        expression: (N, 7) logits.
        action_units: (N, 17) logits.
        affect: (N, 2) valence and arousal, clipped to [-1, 1].
        expression_label: (N,) index, -1 where there is none.
        action_unit_label: (N, 17) 0 or 1, -1 where there is none.
        affect_label: (N, 2), nan where there is none.
        person: (N,) number of the person.
    """

    expression: NDArray[np.float32]
    action_units: NDArray[np.float32]
    affect: NDArray[np.float32]
    expression_label: NDArray[np.int64]
    action_unit_label: NDArray[np.int8]
    affect_label: NDArray[np.float32]
    person: NDArray[np.int64]

    def save(self, path: Path) -> None:
        """Write all arrays into one npz file."""
        with writing(path) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(file, **vars(self))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` has written."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**{name: arrays[name] for name in arrays.files})


def predict(network: FaceBehaviorNet, path: Path, split: str) -> Predictions:
    """Run a network over one split of a database."""
    shards = Shards(path)
    manifest = shards.manifest
    rows = np.flatnonzero([name == split for name in manifest.column("split").to_pylist()])
    labels = label_arrays(manifest)[rows]
    found = answers(network, [Pictures(shards, rows, labels)])
    assert found is not None
    people = [
        person or str(row) for row, person in enumerate(manifest.column("subject").to_pylist())
    ]
    subjects = np.array(people)[rows]

    def answered(head: str, width: int) -> NDArray[np.float32]:
        logits: NDArray[Any] = found.logits.get(head, np.full((len(rows), width), np.nan))
        return logits.astype(np.float32)

    units = np.where(labels.action_units_annotated, labels.action_units, -1).astype(np.int8)
    expression = np.where(labels.expression_annotated, labels.expression.argmax(axis=1), -1)
    return Predictions(
        answered("expression", 7),
        answered("action_units", 17),
        np.clip(answered("affect", 2), -1.0, 1.0),
        expression.astype(np.int64),
        units,
        np.where(labels.affect_annotated, labels.affect, np.nan).astype(np.float32),
        person_numbers(subjects),
    )


def predicted(network: FaceBehaviorNet, path: Path, split: str, kept: Path) -> Predictions:
    """Do the same and keep it in a file."""
    network.eval()
    with torch.inference_mode():
        found = predict(network, path, split)
    found.save(kept)
    return found
