"""The figures of one set of predictions."""

from collections.abc import Mapping

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


def thresholds_of(validation: Predictions) -> NDArray[np.float64]:
    """Give the thresholds of best F1 on the validation people; (17,)."""
    labels = validation.action_unit_label
    return best_thresholds(_sigmoid(validation.action_units), labels.clip(0), labels >= 0)


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
    logits = found.expression[known].astype(np.float64)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return {
        "expression_uar": unweighted_average_recall(confusion),
        "expression_accuracy": accuracy(truth, answer),
        "expression_macro_f1": macro_f1(confusion),
        "mean_p_neutral": float((shares[:, 0] / shares.sum(axis=1)).mean()),
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


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-logits.astype(np.float64))))
