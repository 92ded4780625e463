"""From a configuration's label sets to the pictures that are trained and validated on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases.shards import Shards
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import EXPRESSIONS, LabelArrays, Manifest, label_arrays
from facebehavior.training.batches import Pictures
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
        labelled_heads: heads that at least one training picture has a label for.
    """

    label_sets: tuple[tuple[Pictures, ...], ...]
    held_out: tuple[Pictures, ...]
    crop_parameters: CropParameters
    databases: tuple[str, ...]
    expression_prior: NDArray[np.float64]
    labelled_heads: tuple[str, ...]


def open_training_data(label_sets: Sequence[LabelSet], seed: int) -> TrainingData:
    """Open the shards of all label sets and set apart what is held out.

    Raises:
        FaceBehaviorError: shards are missing or damaged, were cut out differently from one
            another, or a source has no labelled picture to train on.
    """
    opened = [[_open(source, seed) for source in chosen.sources] for chosen in label_sets]
    sources = [source for chosen in opened for source in chosen]
    training = tuple(tuple(source.training for source in chosen) for chosen in opened)
    labels = [pictures.labels for chosen in training for pictures in chosen]
    return TrainingData(
        label_sets=training,
        held_out=tuple(source.held_out for source in sources if len(source.held_out)),
        crop_parameters=_one_crop([source.training.shards for source in sources]),
        databases=tuple(sorted({name for source in sources for name in source.databases})),
        expression_prior=_expression_prior(labels),
        labelled_heads=_labelled_heads(labels),
    )


@dataclass(frozen=True)
class _Opened:
    training: Pictures
    held_out: Pictures
    databases: frozenset[str]


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
    held_out = _held_out(manifest, source.hold_out, seed)
    training = np.flatnonzero(usable & ~held_out)
    if not len(training):
        raise FaceBehaviorError(
            f"{source.shards}: expected pictures labelled with expression, action units or affect, "
            "found none to train on"
        )
    names = frozenset(str(name) for name in manifest.column("database").unique().to_pylist())
    return _Opened(
        _pictures(shards, labels, training),
        _pictures(shards, labels, np.flatnonzero(usable & held_out)),
        names,
    )


def _pictures(shards: Shards, labels: LabelArrays, rows: NDArray[np.int64]) -> Pictures:
    chosen = LabelArrays(
        labels.expression[rows],
        labels.expression_annotated[rows],
        labels.action_units[rows],
        labels.action_units_annotated[rows],
        labels.affect[rows],
        labels.affect_annotated[rows],
    )
    return Pictures(shards, rows, chosen)


def _labelled(labels: LabelArrays) -> NDArray[np.bool_]:
    anything = labels.expression_annotated | labels.action_units_annotated.any(axis=1)
    return np.asarray(anything | labels.affect_annotated.any(axis=1))


def _held_out(manifest: Manifest, share: float, seed: int) -> NDArray[np.bool_]:
    """Choose a share of the subjects, whole; a picture without a subject is its own subject."""
    subjects = manifest.column("subject").to_pylist()
    units = [f"row {row}" if name is None else str(name) for row, name in enumerate(subjects)]
    names, unit = np.unique(np.array(units), return_inverse=True)
    chosen = np.random.default_rng([seed, len(names)]).permutation(len(names))
    return np.asarray(np.isin(unit, chosen[: round(share * len(names))]))


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


def _labelled_heads(labels: Sequence[LabelArrays]) -> tuple[str, ...]:
    present = {
        "expression": any(one.expression_annotated.any() for one in labels),
        "action_units": any(one.action_units_annotated.any() for one in labels),
        "affect": any(one.affect_annotated.any() for one in labels),
    }
    return tuple(head for head, found in present.items() if found)
