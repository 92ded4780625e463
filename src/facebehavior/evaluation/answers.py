"""From predictions to the answers that are judged."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound import (
    COMPOUND_WAYS,
    compound_posterior,
    compound_scores,
    find_compound_set,
)
from facebehavior.evaluation.figures import Scored, scored_classes, scored_values
from facebehavior.evaluation.truth import Truth
from facebehavior.labels import ACTION_UNIT_COLUMNS, COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.model_file import ModelMetadata, Predictions


def answerable(
    metadata: ModelMetadata, compound_set: str, compound_by: str | None = None
) -> tuple[str, ...]:
    """Give the tasks that a model can be judged on.

    Args:
        metadata: of the model.
        compound_set: the classes among which compound expressions are told apart.
        compound_by: see `told_by`.
    """
    heads = metadata.heads
    tasks = [
        task for task in ("expression", "action_units", "affect", "attributes") if task in heads
    ]
    any_face = told_by(_some_prediction(metadata), compound_by)
    if compound_answers(any_face, compound_set) is not None:
        tasks.append("compound")
    if "embedding" in heads:
        tasks.append("identity")
    return tuple(tasks)


def _some_prediction(metadata: ModelMetadata) -> Predictions:
    """Give a prediction for one face that lacks what the model's predictions always lack."""
    unknown, known = np.float32(np.nan), np.float32(0.5)
    return Predictions.of_heads(
        {
            head: np.where(np.isin(labels, metadata.untrained), unknown, known)[None]
            for head, labels in metadata.heads.items()
        }
    )


def told_by(predictions: Predictions, compound_by: str | None) -> Predictions:
    """Let a way of one's choice stand for the compound head.

    Args:
        predictions: for N faces.
        compound_by: see `compound.COMPOUND_WAYS`; None leaves the head's own, if there is one.

    Returns:
        The predictions, without compound expressions where no action unit is known to tell them by.
    """
    if compound_by is None:
        return predictions
    units = predictions.action_units
    if compound_by == "score" or units is None or np.isnan(units).all():
        return replace(predictions, compound=None)
    shares = compound_posterior(units)
    return replace(predictions, compound=shares.astype(np.float32))


def compound_answers(predictions: Predictions, name: str) -> NDArray[np.float64] | None:
    """Score the compound expressions of a set: by the head that was trained, else zero-shot.

    Args:
        predictions: for N faces.
        name: of the set.

    Returns:
        (N, C); None where the model can do neither.
    """
    classes = find_compound_set(name)
    order = list(COMPOUND_EXPRESSIONS)
    if predictions.compound is not None and all(one in order for one in classes):
        shares = predictions.compound[:, [order.index(one) for one in classes]].astype(np.float64)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))
    expression, units, affect = (getattr(predictions, head) for head in COMPOUND_WAYS["score"])
    if expression is None or units is None or affect is None:
        return None
    scores = compound_scores(expression, units, affect[:, 0], name)
    # Where a class has no score, none of the set can be chosen.
    return scores if np.isfinite(scores).all() else None


def scored_tasks(
    predictions: Predictions,
    truth: Truth,
    rows: NDArray[np.int64],
    thresholds: Mapping[str, float],
) -> list[Scored]:
    """Put labels and answers of every task that has both beside one another.

    Args:
        predictions: for the M rows that are evaluated.
        truth: labels of all N rows.
        rows: (M,) which of them.
        thresholds: of the action units.
    """
    found = []
    if predictions.expression is not None and truth.expression is not None:
        answers = predictions.expression.argmax(axis=1)
        labels = truth.expression[rows]
        found.append(scored_classes("expression", labels, answers, len(EXPRESSIONS)))
    scores = compound_answers(predictions, truth.compound_set)
    if scores is not None and truth.compound is not None:
        labels = truth.compound[rows]
        found.append(scored_classes("compound", labels, scores.argmax(axis=1), scores.shape[1]))
    if predictions.action_units is not None and truth.action_units is not None:
        limits = np.array([thresholds.get(name, 0.5) for name in ACTION_UNIT_COLUMNS])
        active = predictions.action_units > limits
        found.append(scored_values("action_units", truth.action_units[rows], active))
    if predictions.attributes is not None and truth.attributes is not None:
        present = predictions.attributes > 0.5
        found.append(scored_values("attributes", truth.attributes[rows], present))
    if predictions.affect is not None and truth.affect is not None:
        answers = predictions.affect.astype(np.float64)
        found.append(scored_values("affect", truth.affect[rows], answers))
    return [one for one in found if len(one.rows)]
