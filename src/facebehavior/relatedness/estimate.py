"""Relatedness as labelled data show it: the share of a label's images that another label is on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.intervals import bootstrap, wilson
from facebehavior.relatedness.table import Relatedness, check_known


@dataclass(frozen=True)
class EstimationRules:
    """What an estimate keeps.

    Attributes:
        min_count: cells with fewer jointly annotated images are 0.
        min_weight: smaller values are 0; .20 is the smallest share in the table of Du et al.
        shrinkage: how many images with the base rate are added to each class, so that a rare
            class is drawn towards what all classes show.
        unrelated: classes whose row is set to 0; they need not occur.
    """

    min_count: int = 50
    min_weight: float = 0.20
    shrinkage: float = 1.0
    unrelated: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            FaceBehaviorError: a number is out of range.
        """
        if self.min_count < 0 or self.shrinkage < 0.0 or not 0.0 <= self.min_weight <= 1.0:
            raise FaceBehaviorError(
                "expected min_count and shrinkage of at least 0 and min_weight from 0 to 1, found "
                f"{self.min_count}, {self.shrinkage:g} and {self.min_weight:g}"
            )


@dataclass(frozen=True)
class JointLabels:
    """Labels of two tasks on the same N images.

    Attributes:
        classes: (N,) index of the first task's label, -1 where it is missing.
        present: (N, T) whether each label of the second task is present.
        annotated: (N, T) whether that is known; what is not has no influence.
        subjects: (N,) number of each image's person, for the intervals; None where the persons
            are unknown.
    """

    classes: NDArray[np.int64]
    present: NDArray[np.bool_]
    annotated: NDArray[np.bool_]
    subjects: NDArray[np.int64] | None = None


def estimate_relatedness(
    labels: JointLabels,
    from_labels: Sequence[str],
    to_labels: Sequence[str],
    *,
    source: str,
    rules: EstimationRules = EstimationRules(),
    replicates: int = 1000,
) -> Relatedness:
    """Estimate p(label of the second task | label of the first) on jointly annotated images.

    ``W[e, i] = (n1 + shrinkage * base_i) / (n + shrinkage)`` with ``n`` the images of class ``e``
    on which ``i`` is annotated, ``n1`` those on which it is present, and ``base_i`` its share over
    all images. The intervals (95 %) are those of the share ``n1 / n`` alone: of a bootstrap over
    persons where these are known, since pictures of one person resemble each other, else Wilson's.

    Args:
        labels: of N images; use those of the training split alone.
        from_labels: F labels.
        to_labels: T labels.
        source: what the table says of itself.
        rules: what is kept.
        replicates: draws of the bootstrap.

    Raises:
        FaceBehaviorError: no image is annotated with both tasks, or a class never is.
    """
    check_known(rules.unrelated, from_labels, "unrelated classes")
    known = labels.classes >= 0
    hits = _counted(labels.classes, labels.present & labels.annotated, len(from_labels))
    counts = _counted(labels.classes, labels.annotated, len(from_labels))
    _check_all_occur(counts, from_labels, rules.unrelated)
    # The base rate knows no class, so that images without one tell of it too.
    seen = labels.annotated.sum(axis=0)
    base = (labels.present & labels.annotated).sum(axis=0) / np.maximum(seen, 1)
    values = (hits + rules.shrinkage * base) / np.maximum(counts + rules.shrinkage, 1e-300)
    values[(counts < max(rules.min_count, 1)) | (values < rules.min_weight)] = 0.0
    values[[from_labels.index(name) for name in rules.unrelated]] = 0.0
    by_person = labels.subjects is not None and len(np.unique(labels.subjects[known])) > 1
    low, high = (
        _by_person(labels, len(from_labels), replicates) if by_person else _alone(hits, counts)
    )
    noted = asdict(rules) | {
        "unrelated": " ".join(rules.unrelated),
        "intervals": "bootstrap over persons" if by_person else "Wilson",
    }
    return Relatedness(
        tuple(from_labels), tuple(to_labels), values, source, counts, low, high, noted
    )


def base_rates(present: NDArray[np.generic], annotated: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the share of the annotated images on which each label is present; 0 without any.

    Args:
        present: (N, T) 0 or 1.
        annotated: (N, T).

    Returns:
        (T,) from 0 to 1.
    """
    hits = np.where(annotated, present, 0).sum(axis=0, dtype=np.float64)
    return np.asarray(hits / np.maximum(annotated.sum(axis=0), 1))


def _counted(
    classes: NDArray[np.int64], marked: NDArray[np.bool_], number: int
) -> NDArray[np.int64]:
    """Count the marked images of each class; (F, T)."""
    known = classes >= 0
    total = np.zeros((number, marked.shape[1]), dtype=np.int64)
    np.add.at(total, classes[known], marked[known].astype(np.int64))
    return total


def _check_all_occur(
    counts: NDArray[np.int64], names: Sequence[str], unrelated: Sequence[str]
) -> None:
    occurs = [bool(row.any()) for row in counts]
    if not any(occurs):
        raise FaceBehaviorError(
            "expected images annotated with both tasks, found none; give a manifest of a database "
            "that has both kinds of labels on the same images"
        )
    for name, found in zip(names, occurs, strict=True):
        if not found and name not in unrelated:
            raise FaceBehaviorError(
                f"expected jointly annotated images of {name!r}, found none; add a manifest that "
                "has some, or name it as unrelated, so that its row is zero"
            )


def _alone(
    hits: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pairs = zip(hits.ravel().tolist(), counts.ravel().tolist(), strict=True)
    found = [wilson(h, n) for h, n in pairs]
    return (
        np.array([one.low for one in found]).reshape(hits.shape),
        np.array([one.high for one in found]).reshape(hits.shape),
    )


def _by_person(
    labels: JointLabels, number: int, replicates: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    assert labels.subjects is not None
    _, person = np.unique(labels.subjects, return_inverse=True)
    cells = person * number + np.where(labels.classes >= 0, labels.classes, 0)
    cells[labels.classes < 0] = -1
    shape = (int(person.max()) + 1, number * labels.present.shape[1])
    hits, counts = (
        _counted(cells, marked, shape[0] * number).reshape(shape)
        for marked in (labels.present & labels.annotated, labels.annotated)
    )
    found = bootstrap(_shares, (hits, counts), replicates=replicates)
    form = (number, labels.present.shape[1])
    return (
        np.array([one.low for one in found]).reshape(form),
        np.array([one.high for one in found]).reshape(form),
    )


def _shares(hits: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    total = counts.sum(axis=0)
    return np.where(total > 0, hits.sum(axis=0) / np.maximum(total, 1), np.nan)
