"""A run's figures of comparison under many draws of people."""

import numpy as np

from studies.negative_transfer.predictions import Predictions
from studies.resampling import (
    REPLICATES,
    Array,
    drawn_weights,
    weighted_concordance,
    weighted_ranking,
    weighted_uar,
)


def replicated(task: str, found: Predictions, replicates: int = REPLICATES) -> dict[str, Array]:
    """Give a task's figures of comparison, each (R + 1,), the first on the people as they are."""
    if task == "expression":
        known = found.expression_label >= 0
        weights = drawn_weights(found.person, replicates)[:, known]
        answer = found.expression[known].argmax(axis=1)
        return {"expression_uar": weighted_uar(found.expression_label[known], answer, weights)}
    if task == "affect":
        both_known = np.isfinite(found.affect_label).all(axis=1)
        weights = drawn_weights(found.person, replicates)[:, both_known]
        both = [
            weighted_concordance(
                found.affect_label[both_known, i], found.affect[both_known, i], weights
            )
            for i in range(2)
        ]
        return {"affect_ccc": np.mean(both, axis=0)}
    return _units(found, drawn_weights(found.person, replicates))


def _units(found: Predictions, weights: Array) -> dict[str, Array]:
    ranked = []
    for unit in range(found.action_unit_label.shape[1]):
        known = found.action_unit_label[:, unit] >= 0
        if known.any():
            active = found.action_unit_label[known, unit] == 1
            ranked.append(
                weighted_ranking(active, found.action_units[known, unit], weights[:, known])
            )
    auc, precision = np.nanmean(np.array(ranked), axis=0)
    return {"action_units_auc": auc, "action_units_average_precision": precision}
