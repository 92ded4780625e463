"""Which rows of a source are learned from: a part of them, and nobody who is to be tested."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import IDENTITY, MANIFEST_COLUMNS, LabelArrays, Manifest, Task
from facebehavior.model_file.metadata import BEHAVIOUR_HEADS
from facebehavior.training.label_set_section import Source


def check_tasks(source: Source, tasks: Sequence[Task], people: bool) -> None:
    """Check that a source's `tasks` and `only_with` name tasks that there are.

    Args:
        source: what it names.
        tasks: beside expression, action units and affect.
        people: whether people are told apart.

    Raises:
        FaceBehaviorError: there is no such task.
    """
    known = [*BEHAVIOUR_HEADS, *(task.name for task in tasks)]
    named = {"tasks": source.tasks or (), "only_with": source.only_with}
    for key, names in named.items():
        allowed = [*known, IDENTITY] if people and key == "tasks" else known
        for name in names:
            if name not in allowed:
                raise FaceBehaviorError(
                    f"{source.shards}: {key}: expected some of {', '.join(allowed)}, found "
                    f"{name!r}; further tasks are named in network.heads or tasks"
                )


def with_companions(source: Source, manifest: Manifest, labels: LabelArrays) -> LabelArrays:
    """Drop the labels of `only_with` in pictures without a label in the columns that it names.

    Args:
        source: with the columns, and tasks that there are (`check_tasks`).
        manifest: of N rows.
        labels: theirs.

    Returns:
        The same labels, some of them missing.

    Raises:
        FaceBehaviorError: there is no such column, or no label of a task is left.
    """
    for task, columns in source.only_with.items():
        labels = labels.without(task, ~_labelled(source, manifest, columns))
        if not labels.only([task]).any().any():
            raise FaceBehaviorError(
                f"{source.shards}: only_with: found no label of {task} beside one of "
                f"{', '.join(columns)}; leave {task} out, or name other columns"
            )
    return labels


def _labelled(source: Source, manifest: Manifest, columns: Sequence[str]) -> NDArray[np.bool_]:
    there = np.zeros(len(manifest), dtype=np.bool_)
    for name in columns:
        if name not in MANIFEST_COLUMNS and name not in manifest.table.column_names:
            raise FaceBehaviorError(
                f"{source.shards}: only_with: expected a column of the manifest, such as "
                f"expression or compound, found {name!r}"
            )
        there |= manifest.column(name).is_valid().to_numpy()
    return there


def in_part(source: Source, rows: int, seed: int) -> NDArray[np.bool_]:
    """Tell which of N rows belong to the source's part.

    Two sources of the same shards draw alike, so that parts without common numbers have no
    common row.

    Returns:
        (N,).
    """
    low, high = source.part
    # The last number keeps this draw apart from that of whom to hold out.
    places = np.random.default_rng([seed, rows, 1]).random(rows)
    return np.asarray((low <= places) & (places < high))


def of_left_out_subjects(source: Source, manifest: Manifest) -> NDArray[np.bool_]:
    """Tell which of N rows show somebody of whom nothing is learned, (N,).

    Raises:
        FaceBehaviorError: there is no such subject.
    """
    left_out = set(source.without_subjects)
    subjects = manifest.column("subject").to_pylist() if left_out else [None] * len(manifest)
    unknown = sorted(left_out - set(subjects))
    if unknown:
        known = ", ".join(sorted({str(name) for name in subjects if name is not None})[:5])
        raise FaceBehaviorError(
            f"{source.shards}: without_subjects: found no subject {unknown[0]!r}; there are "
            f"{known or 'none'} and so on"
        )
    return np.array([name in left_out for name in subjects], dtype=np.bool_)
