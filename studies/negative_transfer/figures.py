"""The figures of one set of predictions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics import (
    accuracy,
    average_precision,
    concordance,
    confusion_matrix,
    defined_mean,
    f1_per_unit,
    macro_f1,
    roc_auc,
    unweighted_average_recall,
)
from facebehavior.labels import EXPRESSIONS
from facebehavior.model_file.calibration import best_thresholds
from studies.negative_transfer.plan import Task
from studies.negative_transfer.predictions import Predictions

MAIN: Mapping[Task, str] = {
    "expression": "expression_uar",
    "action_units": "action_units_auc",
    "affect": "affect_ccc",
}
"""The figure that each task is compared by."""

BALANCED = "expression_uar_balanced"
"""UAR after `class_offsets`; it was not among the figures that were named before the runs."""


def thresholds_of(validation: Predictions) -> NDArray[np.float64]:
    """Give the thresholds of best F1 on the validation people; (17,)."""
    labels = validation.action_unit_label
    return best_thresholds(_sigmoid(validation.action_units), labels.clip(0), labels >= 0)


def class_offsets(validation: Predictions, rounds: int = 200) -> NDArray[np.float64]:
    """Give what to add to expression logits so that mean probabilities are the classes' shares.

    Both are those of the validation people; (7,).
    """
    known = validation.expression_label >= 0
    counts = np.bincount(validation.expression_label[known], minlength=len(EXPRESSIONS))
    wanted = np.log(counts / counts.sum())
    offsets = np.zeros(len(EXPRESSIONS))
    for _ in range(rounds):
        offsets += wanted - np.log(_softmax(validation.expression[known] + offsets).mean(axis=0))
    return offsets


def figures_of(task: str, found: Predictions, thresholds: NDArray[np.float64]) -> dict[str, float]:
    """Give all figures of one task; without labels of it, none."""
    if task == "expression":
        return _expression(found)
    return _affect(found) if task == "affect" else _action_units(found, thresholds)


def _expression(found: Predictions) -> dict[str, float]:
    known = found.expression_label >= 0
    if not known.any():
        return {}
    truth, answer = found.expression_label[known], found.expression[known].argmax(axis=1)
    confusion = confusion_matrix(truth, answer, len(EXPRESSIONS))
    return {
        "expression_uar": unweighted_average_recall(confusion),
        "expression_accuracy": accuracy(truth, answer),
        "expression_macro_f1": macro_f1(confusion),
        "mean_p_neutral": float(_softmax(found.expression[known])[:, 0].mean()),
    }


def _action_units(found: Predictions, thresholds: NDArray[np.float64]) -> dict[str, float]:
    known, labels = found.action_unit_label >= 0, found.action_unit_label == 1
    if not known.any():
        return {}
    scores = _sigmoid(found.action_units)
    units = [unit for unit in range(labels.shape[1]) if known[:, unit].any()]
    ranked = [
        (
            roc_auc(labels[known[:, i], i], found.action_units[known[:, i], i]),
            average_precision(labels[known[:, i], i], found.action_units[known[:, i], i]),
        )
        for i in units
    ]
    return {
        "action_units_auc": defined_mean(np.array(ranked)[:, 0]),
        "action_units_average_precision": defined_mean(np.array(ranked)[:, 1]),
        "action_units_f1": defined_mean(f1_per_unit(labels, scores >= thresholds, known)),
        "mean_action_unit_rate": float(scores.mean()),
    }


def _affect(found: Predictions) -> dict[str, float]:
    known = np.isfinite(found.affect_label).all(axis=1)
    if known.sum() < 2:
        return {}
    valence, arousal = (
        concordance(
            found.affect_label[known, i].astype(float), found.affect[known, i].astype(float)
        )
        for i in range(2)
    )
    return {
        "affect_ccc": (valence + arousal) / 2,
        "valence_ccc": valence,
        "arousal_ccc": arousal,
    }


def _softmax(logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    shares = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-logits.astype(np.float64))))
