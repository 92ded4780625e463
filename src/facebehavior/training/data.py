"""From a configuration's label sets to the pictures that are trained and validated on."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases.shards import Shards
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    AFFECT,
    EXPRESSIONS,
    IDENTITY,
    LabelArrays,
    Task,
    TaskLabels,
    identity_task,
    label_arrays,
    person_names,
)
from facebehavior.relatedness import JointLabels, base_rates
from facebehavior.training.batches import Pictures
from facebehavior.training.configuration import expanded
from facebehavior.training.few_shot import few_of_each
from facebehavior.training.holding_out import in_fold, in_share, persons_of, shown_in
from facebehavior.training.label_set_section import LabelSet, Source
from facebehavior.training.source_rows import (
    check_tasks,
    in_part,
    of_left_out_subjects,
    with_companions,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingData:
    """Everything a run learns from.

    Attributes:
        label_sets: pictures to train on, one list a label set, one entry a source.
        held_out: pictures to validate on, one entry a source that holds some out.
        crop_parameters: how all of them were cut out.
        databases: names of the databases, sorted.
        tasks: those beside expression, action units and affect.
    """

    label_sets: tuple[tuple[Pictures, ...], ...]
    held_out: tuple[Pictures, ...]
    crop_parameters: CropParameters
    databases: tuple[str, ...]
    tasks: tuple[Task, ...] = ()

    @property
    def labels(self) -> list[LabelArrays]:
        """The labels of all training pictures, one entry a source."""
        return [pictures.labels for chosen in self.label_sets for pictures in chosen]

    @property
    def vocabularies(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Of each task with a vocabulary, its kind (`exclusive` or `binary`) and labels."""
        return {
            "expression": ("exclusive", EXPRESSIONS),
            "action_units": ("binary", ACTION_UNIT_COLUMNS),
        } | {task.name: (task.kind, task.labels) for task in self.tasks}

    @cached_property
    def expression_prior(self) -> NDArray[np.float64]:
        """(7,) share of each expression among the training labels."""
        return _expression_prior(self.labels)

    @cached_property
    def action_unit_rates(self) -> NDArray[np.float64]:
        """(17,) share of the labels on which each action unit is active; 0 without any label."""
        return self.rates("action_units")

    def rates(self, task: str) -> NDArray[np.float64]:
        """Give the share of the training labels on which each label of a binary task is present.

        Returns:
            (L,) from 0 to 1; 0 where there is no label.
        """
        found = [_present(labels, task) for labels in self.labels]
        return base_rates(
            np.concatenate([values for values, _ in found]),
            np.concatenate([annotated for _, annotated in found]),
        )

    def classes_seen(self, task: str) -> NDArray[np.bool_]:
        """Tell which labels of an exclusive task training pictures have, (L,)."""
        _, names = self.vocabularies[task]
        places = np.concatenate([_places(labels, task) for labels in self.labels])
        return np.isin(np.arange(len(names)), places)

    def labels_seen(self, task: str) -> tuple[str, ...]:
        """Name the labels of a binary task, or of affect, that some training picture has."""
        seen = np.any([_annotated(labels, task).any(axis=0) for labels in self.labels], axis=0)
        names = AFFECT if task == "affect" else self.vocabularies[task][1]
        return tuple(name for name, known in zip(names, seen, strict=True) if known)

    def joint(self, first: str, second: str) -> JointLabels:
        """Give the training labels of an exclusive and a binary task, picture by picture."""
        classes = np.concatenate([_places(labels, first) for labels in self.labels])
        found = [_present(labels, second) for labels in self.labels]
        present = np.concatenate([values for values, _ in found]) > 0.5
        return JointLabels(classes, present, np.concatenate([mask for _, mask in found]))

    @cached_property
    def labelled_heads(self) -> tuple[str, ...]:
        """Tasks that at least one training picture has a label for."""
        masks = [("expression", "expression_annotated"), ("action_units", "action_units_annotated")]
        masks += [("affect", "affect_annotated")]
        masks += [(task.name, f"{task.name}_annotated") for task in self.tasks]
        arrays = [dict(labels.arrays()) for labels in self.labels]
        return tuple(name for name, mask in masks if any(one[mask].any() for one in arrays))


def open_training_data(
    label_sets: Sequence[LabelSet], seed: int, tasks: Sequence[Task] = (), *, people: bool = False
) -> TrainingData:
    """Open the shards of all label sets and set apart what is held out.

    Args:
        label_sets: of the configuration.
        seed: decides who is held out.
        tasks: beside expression, action units and affect.
        people: learn to tell people apart too: the task `identity`, whose labels are the people
            with two training pictures or more.

    Raises:
        FaceBehaviorError: shards are missing or damaged, were cut out differently from one
            another, a source has no labelled picture to train on, or a class has fewer pictures
            than `few_shot` asks for.
    """
    opened = [
        [_open(chosen.name, source, seed, tasks, people) for source in chosen.sources]
        for chosen in label_sets
    ]
    sources = [source for chosen in opened for source in chosen]
    # Whoever is held out of one source is not trained on through another either.
    held_out = {who for source in sources for who in source.shown[source.held_out]}
    rows = [source.training(held_out, seed) for source in sources]
    learned = tuple(tasks)
    if people:
        known = _known_people(sources, rows)
        learned += (identity_task(known),)
        sources = [source.knowing(known) for source in sources]
    pictures = iter([source.taken(some) for source, some in zip(sources, rows, strict=True)])
    return TrainingData(
        label_sets=tuple(tuple(next(pictures) for _ in chosen) for chosen in opened),
        held_out=tuple(
            source.taken(np.flatnonzero(source.held_out))
            for source in sources
            if source.held_out.any()
        ),
        crop_parameters=_one_crop([source.shards for source in sources]),
        databases=tuple(sorted({name for source in sources for name in source.databases})),
        tasks=learned,
    )


@dataclass(frozen=True)
class _Opened:
    """The rows of one source.

    Attributes:
        label_set: name of the label set that the source is in.
        source: of the configuration.
        tasks: whose labels are read, beside expression, action units and affect.
        shards: where they are.
        labels: of all N rows.
        usable: (N,) rows of the split that have any label.
        held_out: (N,) usable rows that validate.
        shown: (N,) who each row shows: database and subject; where no subject is known, the folder
            and the row, which are the same in every source of these shards.
        people: (N,) names of the people to be told apart; None where there are none.
    """

    label_set: str
    source: Source
    tasks: Sequence[Task]
    shards: Shards
    labels: LabelArrays
    usable: NDArray[np.bool_]
    held_out: NDArray[np.bool_]
    shown: NDArray[np.object_]
    people: NDArray[np.object_]

    @property
    def databases(self) -> list[str]:
        """Names of the databases."""
        return [str(name) for name in self.shards.manifest.column("database").unique().to_pylist()]

    def training(self, elsewhere: set[object], seed: int) -> NDArray[np.int64]:
        """Give the rows to train on, without whoever is held out in any source."""
        shown_elsewhere = np.array([who in elsewhere for who in self.shown], dtype=bool)
        rows = np.flatnonzero(self.usable & ~self.held_out & ~shown_elsewhere)
        if self.source.few_shot is not None:
            rows = few_of_each(self.labels, rows, self.source, self.tasks, seed)
        if not len(rows):
            raise FaceBehaviorError(
                f"{self.shards.path}: expected pictures labelled with a task that is learned "
                "(expression, action units, affect, or one of network.heads or tasks), "
                "found none to train on"
            )
        return rows

    def knowing(self, people: tuple[str, ...]) -> "_Opened":
        """Give the same rows labelled with the people that are learned."""
        order: dict[object, int] = {name: place for place, name in enumerate(people)}
        places = np.array([order.get(name, -1) for name in self.people], dtype=np.int64)
        identity = TaskLabels(np.maximum(places, 0), places >= 0)
        further = {**self.labels.further, IDENTITY: identity}
        return replace(self, labels=replace(self.labels, further=further))

    def taken(self, rows: NDArray[np.int64]) -> Pictures:
        """Give some rows."""
        people = self.people[rows]
        return Pictures(self.shards, rows, self.labels[rows], people, self.label_set)


def _open(
    label_set: str, source: Source, seed: int, tasks: Sequence[Task], with_people: bool
) -> _Opened:
    shards = Shards(expanded(source.shards))
    manifest, labels = shards.manifest, label_arrays(shards.manifest, tasks)
    splits = np.array(manifest.column("split").to_pylist(), dtype=object)
    in_split = np.full(len(manifest), True) if source.split is None else splits == source.split
    if not in_split.any():
        known = ", ".join(sorted({str(name) for name in splits}))
        raise FaceBehaviorError(
            f"{source.shards}: expected pictures of the split {source.split!r}, found: {known}"
        )
    check_tasks(source, tasks, with_people)
    people = np.full(len(manifest), None, dtype=object)
    if with_people and (source.tasks is None or IDENTITY in source.tasks):
        people[:] = person_names(manifest)
    if source.tasks is not None:
        labels = labels.only(source.tasks)
    labels = with_companions(source, manifest, labels)
    labelled = labels.any() | np.array([name is not None for name in people])
    stays = ~of_left_out_subjects(source, manifest)
    known = in_split & labelled & stays
    usable = known & in_part(source, len(manifest), seed)
    persons = persons_of(manifest)
    held_out = np.zeros(len(manifest), dtype=np.bool_)
    if source.fold is None:
        held_out[stays] = in_share(persons[stays], source.hold_out, seed)
    else:
        held_out[known] = in_fold(persons[known], source.fold)
    held_out &= usable
    shown = shown_in(persons, shards.path)
    return _Opened(label_set, source, tasks, shards, labels, usable, held_out, shown, people)


def _known_people(sources: Sequence[_Opened], rows: Sequence[NDArray[np.int64]]) -> tuple[str, ...]:
    """Give the people with two training pictures or more: one alone teaches nothing of the rest.

    Raises:
        FaceBehaviorError: there are not two such people.
    """
    times = Counter(
        name
        for source, some in zip(sources, rows, strict=True)
        for name in source.people[some]
        if name is not None
    )
    known = tuple(sorted(name for name, number in times.items() if number > 1))
    if len(known) < 2:
        raise FaceBehaviorError(
            "network.heads names identity: expected two people with two training pictures or more "
            f"in the column identity, found {len(known)}"
        )
    if len(known) < len(times):
        alone = len(times) - len(known)
        _log.warning("%d people have one training picture alone: they are not learned", alone)
    return known


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


def _present(
    labels: LabelArrays, task: str
) -> tuple[NDArray[np.float32] | NDArray[np.int64], NDArray[np.bool_]]:
    """Give a binary task's labels (N, L) and which of them are annotated."""
    if task == "action_units":
        return labels.action_units, labels.action_units_annotated
    return labels.further[task].values, labels.further[task].annotated


def _annotated(labels: LabelArrays, task: str) -> NDArray[np.bool_]:
    return labels.affect_annotated if task == "affect" else _present(labels, task)[1]


def _places(labels: LabelArrays, task: str) -> NDArray[np.int64]:
    """Give an exclusive task's labels (N,) as places in its vocabulary; -1 where there is none."""
    if task == "expression":
        return np.where(labels.expression_annotated, labels.expression.argmax(axis=1), -1)
    found = labels.further[task]
    return np.where(found.annotated, found.values, -1).astype(np.int64)
