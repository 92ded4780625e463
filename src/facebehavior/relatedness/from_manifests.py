"""Estimates from manifests: expressions to action units, identities to attributes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    ATTRIBUTE_COLUMNS,
    EXPRESSIONS,
    Manifest,
    label_arrays,
    person_names,
)
from facebehavior.relatedness.estimate import EstimationRules, JointLabels, estimate_relatedness
from facebehavior.relatedness.table import Relatedness

FOR_EXPRESSIONS = EstimationRules(unrelated=("neutral",))
"""Neutral has no related action unit, as in the domain table; the thresholds are this project's."""

FOR_IDENTITIES = EstimationRules(min_count=1, min_weight=0.0, shrinkage=1.0)
"""p = (n1 + prior) / (n + 1): an identity has few images, and a share of 0 would be too sure."""


def expression_relatedness(
    manifest: Manifest, rules: EstimationRules = FOR_EXPRESSIONS
) -> Relatedness:
    """Estimate p(action unit | expression) on the images labelled with both.

    An image with votes counts for the expression that got most of them.

    Args:
        manifest: rows of the training split, or of a set apart that no network is trained on.
        rules: what is kept.

    Raises:
        FaceBehaviorError: the manifest lacks one of the tasks, or an expression never occurs on
            an image with action units.
    """
    labels = label_arrays(manifest)
    for task, mask in (
        ("expression", labels.expression_annotated),
        ("action units (au01 to au26)", labels.action_units_annotated),
    ):
        _check_labelled(task, bool(mask.any()), manifest)
    classes = np.where(labels.expression_annotated, labels.expression.argmax(axis=1), -1)
    joint = JointLabels(
        classes.astype(np.int64),
        labels.action_units > 0.5,
        labels.action_units_annotated,
        _persons(manifest),
    )
    source = f"estimated on {_names(manifest)}"
    return estimate_relatedness(joint, EXPRESSIONS, ACTION_UNIT_COLUMNS, source=source, rules=rules)


def identity_relatedness(
    manifest: Manifest, rules: EstimationRules = FOR_IDENTITIES
) -> Relatedness:
    """Estimate p(attribute | identity) on the images labelled with both, for all identities.

    Identities are named `database/identity`: the same number means two people in two databases.

    Args:
        manifest: rows of the training split.
        rules: what is kept.

    Raises:
        FaceBehaviorError: the manifest lacks one of the tasks.
    """
    identities = person_names(manifest)
    names = tuple(sorted({name for name in identities if name is not None}))
    columns = [manifest.column(name) for name in ATTRIBUTE_COLUMNS]
    annotated = np.stack([column.is_valid().to_numpy() for column in columns], axis=1)
    _check_labelled("identity", bool(names), manifest)
    _check_labelled("attributes (attr_...)", bool(annotated.any()), manifest)
    place = {name: number for number, name in enumerate(names)}
    classes = np.array([-1 if n is None else place[n] for n in identities], dtype=np.int64)
    filled = [column.fill_null(False).to_numpy() for column in columns]
    joint = JointLabels(classes, np.stack(filled, axis=1), annotated)
    source = f"estimated on {_names(manifest)}"
    return estimate_relatedness(joint, names, ATTRIBUTE_COLUMNS, source=source, rules=rules)


def _persons(manifest: Manifest) -> NDArray[np.int64] | None:
    """Number the persons over all databases; None where that of any image is unknown."""
    subjects: Sequence[str | None] = manifest.column("subject").to_pylist()
    if any(subject is None for subject in subjects):
        return None
    databases = manifest.column("database").to_pylist()
    names = [f"{database}/{subject}" for database, subject in zip(databases, subjects, strict=True)]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _names(manifest: Manifest) -> str:
    return ", ".join(sorted(map(str, manifest.column("database").unique().to_pylist())))


def _check_labelled(task: str, labelled: bool, manifest: Manifest) -> None:
    if not labelled:
        raise FaceBehaviorError(
            f"expected images labelled with {task}, found none in {_names(manifest) or 'no rows'}; "
            "add a manifest that has such labels"
        )
