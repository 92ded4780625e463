"""The rows of a manifest on which a protocol judges a model."""

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.protocols import EvaluationProtocol
from facebehavior.evaluation.truth import Truth
from facebehavior.labels import Manifest
from facebehavior.model_file import FaceModel


def rows_of_split(manifest: Manifest, split: str | None) -> NDArray[np.bool_]:
    """Mark the rows of a split, all where it is None; (N,).

    Raises:
        FaceBehaviorError: it has no rows.
    """
    if split is None:
        return np.ones(len(manifest), dtype=np.bool_)
    splits = texts(manifest, "split")
    inside = np.asarray(splits == split, dtype=np.bool_)
    if not inside.any():
        known = ", ".join(sorted({str(name) for name in splits if name is not None})) or "none"
        raise FaceBehaviorError(
            f"expected rows of the split {split!r}, found splits: {known}; name one of them"
        )
    return inside


def rows_of_fold(
    manifest: Manifest, protocol: EvaluationProtocol, fold: int | None
) -> NDArray[np.bool_]:
    """Mark the rows of the subjects of a fold, all where it is None; (N,).

    Raises:
        FaceBehaviorError: the protocol has no folds, or the fold no rows.
    """
    if fold is None:
        return np.ones(len(manifest), dtype=np.bool_)
    if protocol.folds is None:
        raise FaceBehaviorError(f"the protocol {protocol.name} has no folds, found fold {fold}")
    subjects = texts(manifest, "subject")
    folds = protocol.folds(str(name) for name in subjects if name is not None)
    inside = np.array([folds.get(name) == fold for name in subjects], dtype=np.bool_)
    if not inside.any():
        known = sorted(set(folds.values()))
        raise FaceBehaviorError(
            f"expected a fold of the protocol {protocol.name} that has subjects here, one of "
            f"{known}, found {fold}"
        )
    return inside


def kept_rows(
    truth: Truth, inside: NDArray[np.bool_], heads: tuple[str, ...]
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """Give the rows to judge, and the number of the split's other rows by reason."""
    left_out = {reason: rows & inside for reason, rows in truth.dropped.items()}
    kept = inside.copy()
    for rows in left_out.values():
        kept &= ~rows
    labelled = np.zeros(len(inside), dtype=np.bool_)
    for task, labels in truth.tasks().items():
        if task in heads:
            labelled |= labels.rows()
    left_out["no label for a task of the model"] = kept & ~labelled
    counts = {reason: int(rows.sum()) for reason, rows in left_out.items()}
    return kept & labelled, {reason: count for reason, count in counts.items() if count}


def nothing_left(protocol: EvaluationProtocol, model: FaceModel, dropped: dict[str, int]) -> str:
    """Say why no row is left to judge on."""
    reasons = "; ".join(f"{reason}: {count}" for reason, count in dropped.items())
    untrained = ", ".join(model.metadata.untrained)
    lacks = f" and was never taught {untrained}" if untrained else ""
    return (
        f"no row is left to judge by the protocol {protocol.name} for a model that predicts "
        f"{', '.join(model.metadata.heads)}{lacks} ({reasons}); choose another protocol or "
        "database"
    )


def texts(manifest: Manifest, name: str) -> NDArray[np.object_]:
    """Give a column as Python objects, (N,)."""
    return np.array(manifest.column(name).to_pylist(), dtype=object)
