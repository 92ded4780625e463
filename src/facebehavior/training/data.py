"""From a configuration's label sets to the pictures that are trained and validated on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases.shards import Shards
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import EXPRESSIONS, LabelArrays, Manifest, label_arrays
from facebehavior.relatedness import base_rates
from facebehavior.training.batches import Pictures, taken
from facebehavior.training.configuration import LabelSet, Source, expanded


@dataclass(frozen=True)
class TrainingData:
    """Everything a run learns from.

    Attributes:
        label_sets: pictures to train on, one list a label set, one entry a source.
        held_out: pictures to validate on, one entry a source that holds some out.
        crop_parameters: how all of them were cut out.
        databases: names of the databases, sorted.
        expression_prior: (7,) share of each expression among the training labels.
        action_unit_rates: (17,) share of the training labels on which each action unit is active;
            0 where it has no label.
        labelled_heads: heads that at least one training picture has a label for.
    """

    label_sets: tuple[tuple[Pictures, ...], ...]
    held_out: tuple[Pictures, ...]
    crop_parameters: CropParameters
    databases: tuple[str, ...]
    expression_prior: NDArray[np.float64]
    action_unit_rates: NDArray[np.float64]
    labelled_heads: tuple[str, ...]


def open_training_data(label_sets: Sequence[LabelSet], seed: int) -> TrainingData:
    """Open the shards of all label sets and set apart what is held out.

    Raises:
        FaceBehaviorError: shards are missing or damaged, were cut out differently from one
            another, or a source has no labelled picture to train on.
    """
    opened = [[_open(source, seed) for source in chosen.sources] for chosen in label_sets]
    sources = [source for chosen in opened for source in chosen]
    # Whoever is held out of one source is not trained on through another either.
    held_out = {person for source in sources for person in source.persons[source.held_out]}
    held_out.discard(None)
    training = tuple(tuple(source.training(held_out) for source in chosen) for chosen in opened)
    labels = [pictures.labels for chosen in training for pictures in chosen]
    return TrainingData(
        label_sets=training,
        held_out=tuple(source.validation() for source in sources if source.held_out.any()),
        crop_parameters=_one_crop([source.shards for source in sources]),
        databases=tuple(sorted({name for source in sources for name in source.databases})),
        expression_prior=_expression_prior(labels),
        action_unit_rates=_action_unit_rates(labels),
        labelled_heads=_labelled_heads(labels),
    )


@dataclass(frozen=True)
class _Opened:
    """The rows of one source.

    Attributes:
        shards: where they are.
        labels: of all N rows.
        usable: (N,) rows of the split that have any label.
        held_out: (N,) usable rows that validate.
        persons: (N,) database and subject of each row; None where no subject is known.
    """

    shards: Shards
    labels: LabelArrays
    usable: NDArray[np.bool_]
    held_out: NDArray[np.bool_]
    persons: NDArray[np.object_]

    @property
    def databases(self) -> list[str]:
        """Names of the databases."""
        return [str(name) for name in self.shards.manifest.column("database").unique().to_pylist()]

    def training(self, elsewhere: set[object]) -> Pictures:
        """Give the rows to train on, without persons that are held out in any source."""
        person_held_out = np.array([person in elsewhere for person in self.persons], dtype=bool)
        rows = np.flatnonzero(self.usable & ~self.held_out & ~person_held_out)
        if not len(rows):
            raise FaceBehaviorError(
                f"{self.shards.path}: expected pictures labelled with expression, action units or "
                "affect, found none to train on"
            )
        return Pictures(self.shards, rows, taken(self.labels, rows))

    def validation(self) -> Pictures:
        """Give the rows that are held out."""
        rows = np.flatnonzero(self.held_out)
        return Pictures(self.shards, rows, taken(self.labels, rows))


def _open(source: Source, seed: int) -> _Opened:
    shards = Shards(expanded(source.shards))
    manifest, labels = shards.manifest, label_arrays(shards.manifest)
    splits = np.array(manifest.column("split").to_pylist(), dtype=object)
    in_split = np.full(len(manifest), True) if source.split is None else splits == source.split
    if not in_split.any():
        known = ", ".join(sorted({str(name) for name in splits}))
        raise FaceBehaviorError(
            f"{source.shards}: expected pictures of the split {source.split!r}, found: {known}"
        )
    usable = in_split & _labelled(labels)
    persons = _persons(manifest)
    return _Opened(
        shards, labels, usable, usable & _chosen(persons, source.hold_out, seed), persons
    )


def _labelled(labels: LabelArrays) -> NDArray[np.bool_]:
    anything = labels.expression_annotated | labels.action_units_annotated.any(axis=1)
    return np.asarray(anything | labels.affect_annotated.any(axis=1))


def _persons(manifest: Manifest) -> NDArray[np.object_]:
    """Give database and subject of each row; None where no subject is known."""
    databases = manifest.column("database").to_pylist()
    subjects = manifest.column("subject").to_pylist()
    persons = np.empty(len(manifest), dtype=object)
    for row, (database, subject) in enumerate(zip(databases, subjects, strict=True)):
        persons[row] = None if subject is None else (database, subject)
    return persons


def _chosen(persons: NDArray[np.object_], share: float, seed: int) -> NDArray[np.bool_]:
    """Choose a share of the persons, whole; a row without a person stands for itself."""
    names = [f"row {row}" if p is None else "/".join(p) for row, p in enumerate(persons)]
    units, unit = np.unique(np.array(names), return_inverse=True)
    order = np.random.default_rng([seed, len(units)]).permutation(len(units))
    return np.asarray(np.isin(unit, order[: round(share * len(units))]))


def _one_crop(shards: Sequence[Shards]) -> CropParameters:
    first = shards[0]
    for other in shards[1:]:
        if other.crop_parameters != first.crop_parameters:
            raise FaceBehaviorError(
                f"{other.path} was cut out as {other.crop_parameters.to_dict()}, but {first.path} "
                f"as {first.crop_parameters.to_dict()}; prepare them alike"
            )
    return first.crop_parameters


def _expression_prior(labels: Sequence[LabelArrays]) -> NDArray[np.float64]:
    total = sum(
        (one.expression[one.expression_annotated].sum(axis=0, dtype=np.float64) for one in labels),
        np.zeros(len(EXPRESSIONS)),
    )
    return total / total.sum() if total.sum() > 0 else np.full(len(total), 1 / len(total))


def _action_unit_rates(labels: Sequence[LabelArrays]) -> NDArray[np.float64]:
    return base_rates(
        np.concatenate([one.action_units for one in labels]),
        np.concatenate([one.action_units_annotated for one in labels]),
    )


def _labelled_heads(labels: Sequence[LabelArrays]) -> tuple[str, ...]:
    present = {
        "expression": any(one.expression_annotated.any() for one in labels),
        "action_units": any(one.action_units_annotated.any() for one in labels),
        "affect": any(one.affect_annotated.any() for one in labels),
    }
    return tuple(head for head, found in present.items() if found)
