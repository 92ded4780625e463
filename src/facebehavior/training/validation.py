"""How good a network is on held-out pictures, while it is trained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from facebehavior.evaluation.metrics import (
    accuracy,
    concordance,
    confusion_matrix,
    roc_auc,
    unweighted_average_recall,
)
from facebehavior.labels import EXPRESSIONS, LabelArrays
from facebehavior.network import Logits
from facebehavior.training.batches import Pictures, joined
from facebehavior.training.normalisation import normalised

BATCH = 128
MAIN_FIGURES = ("expression_accuracy", "action_units_auc", "affect_ccc")
"""One figure a task: their mean is the score."""


@dataclass(frozen=True)
class HeldOut:
    """What a network answers to the held-out pictures, beside their labels.

    Attributes:
        logits: one array a head that the network has, (N, 7), (N, 17) or (N, 2).
        labels: the N pictures' labels.
    """

    logits: dict[str, NDArray[np.float64]]
    labels: LabelArrays


@torch.no_grad()
def answers(network: nn.Module, held_out: Sequence[Pictures]) -> HeldOut | None:
    """Run a network over the held-out pictures, in evaluation mode; None where there are none."""
    if not held_out:
        return None
    device = next(network.parameters()).device
    network.eval()
    parts: list[Logits] = []
    for pictures in held_out:
        for start in range(0, len(pictures), BATCH):
            crops = pictures.shards.crops(pictures.rows[start : start + BATCH])
            faces = torch.from_numpy(np.ascontiguousarray(crops.transpose(0, 3, 1, 2)))
            parts.append(network(normalised(faces.to(device))))
    network.train()
    heads = ("expression", "action_units", "affect")
    logits = {
        head: torch.cat([getattr(part, head) for part in parts]).double().cpu().numpy()
        for head in heads
        if getattr(parts[0], head) is not None
    }
    return HeldOut(logits, _all_labels(held_out))


def scores(found: HeldOut) -> dict[str, float]:
    """Give each task's figures, and `score`, their mean, by which the best checkpoint is chosen.

    A figure that is undefined, as where the held-out pictures have no label of a task or all the
    same, is left out, and so is the score where there is no figure at all.
    """
    figures: dict[str, float] = {}
    labels = found.labels
    if "expression" in found.logits and labels.expression_annotated.any():
        chosen = labels.expression_annotated
        truth = labels.expression[chosen].argmax(axis=1)
        predicted = found.logits["expression"][chosen].argmax(axis=1)
        confusion = confusion_matrix(truth, predicted, len(EXPRESSIONS))
        figures["expression_accuracy"] = accuracy(truth, predicted)
        figures["expression_uar"] = unweighted_average_recall(confusion)
    if "action_units" in found.logits and labels.action_units_annotated.any():
        figures["action_units_auc"] = _mean_auc(found)
    if "affect" in found.logits and labels.affect_annotated.any():
        figures["affect_ccc"] = _mean_ccc(found)
    figures = {name: value for name, value in figures.items() if np.isfinite(value)}
    main = [figures[name] for name in MAIN_FIGURES if name in figures]
    return figures | ({"score": float(np.mean(main))} if main else {})


def _mean_auc(found: HeldOut) -> float:
    """Mean ROC AUC over the action units that are both active and inactive somewhere."""
    truth, annotated = found.labels.action_units, found.labels.action_units_annotated
    values = []
    for unit in range(truth.shape[1]):
        known = annotated[:, unit]
        if 0 < truth[known, unit].sum() < known.sum():
            values.append(roc_auc(truth[known, unit], found.logits["action_units"][known, unit]))
    return float(np.mean(values)) if values else float("nan")


def _mean_ccc(found: HeldOut) -> float:
    values = []
    for dimension in range(found.labels.affect.shape[1]):
        known = found.labels.affect_annotated[:, dimension]
        if known.sum() > 1:
            values.append(
                concordance(
                    found.labels.affect[known, dimension],
                    np.clip(found.logits["affect"][known, dimension], -1.0, 1.0),
                )
            )
    return float(np.mean(values)) if values else float("nan")


def _all_labels(held_out: Sequence[Pictures]) -> LabelArrays:
    return joined([pictures.labels for pictures in held_out])
