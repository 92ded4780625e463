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
from facebehavior.labels import EXPRESSIONS, LabelArrays, joined_labels
from facebehavior.network import Logits
from facebehavior.training.batches import Pictures
from facebehavior.training.compared_faces import compared_faces
from facebehavior.training.normalisation import normalised

BATCH = 128
MAIN_FIGURES = ("expression_accuracy", "action_units_auc", "affect_ccc")
"""The figure of each task of the first case study. The score is the mean of one figure a task:
these, and for others the mean ROC AUC of binary labels or the mean recall of exclusive ones."""


@dataclass(frozen=True)
class HeldOut:
    """What a network answers to the held-out pictures, beside their labels.

    Attributes:
        logits: one array a head that the network has: (N, 7), (N, 17), (N, 2), or (N, labels).
        labels: the N pictures' labels.
        people: (N,) names of the people, None where one is not known.
        label_sets: (N,) names of the label sets that the pictures are from.
    """

    logits: dict[str, NDArray[np.float64]]
    labels: LabelArrays
    people: NDArray[np.object_]
    label_sets: NDArray[np.str_]

    def of(self, label_set: str | None) -> "HeldOut":
        """Give what belongs to one label set, or all where none is named."""
        if label_set is None:
            return self
        rows = self.label_sets == label_set
        logits = {head: values[rows] for head, values in self.logits.items()}
        return HeldOut(logits, self.labels[rows], self.people[rows], self.label_sets[rows])


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
    logits = {
        head: torch.cat([_of(part, head) for part in parts]).double().cpu().numpy()
        for head in ("expression", "action_units", "affect", *parts[0].further)
        if parts[0].of(head) is not None
    }
    people = [
        np.full(len(one), None, dtype=object) if one.people is None else one.people
        for one in held_out
    ]
    label_sets = np.repeat([one.label_set for one in held_out], [len(one) for one in held_out])
    labels = joined_labels([one.labels for one in held_out])
    return HeldOut(logits, labels, np.concatenate(people), label_sets)


def _of(logits: Logits, head: str) -> torch.Tensor:
    found = logits.of(head)
    assert found is not None
    return found


def scores(found: HeldOut) -> dict[str, float]:
    """Give each task's figures, and `score`, their mean, by which the best checkpoint is chosen.

    A figure that is undefined, as where the held-out pictures have no label of a task or all the
    same, is left out, and so is the score where there is no figure at all. Of answers that are not
    all finite there is no figure, and the score is nan.
    """
    if not all(np.isfinite(values).all() for values in found.logits.values()):
        return {"score": float("nan")}
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
        figures["action_units_auc"] = mean_auc(
            labels.action_units, labels.action_units_annotated, found.logits["action_units"]
        )
    if "affect" in found.logits and labels.affect_annotated.any():
        figures["affect_ccc"] = _mean_ccc(found)
    further = _further(found)
    figures = {name: v for name, v in {**figures, **further}.items() if np.isfinite(v)}
    main = [figures[name] for name in (*MAIN_FIGURES, *further) if name in figures]
    return figures | ({"score": float(np.mean(main))} if main else {})


def _further(found: HeldOut) -> dict[str, float]:
    """Give one figure for each further task that has a head and labels."""
    figures = {}
    for name, labels in found.labels.further.items():
        if name not in found.logits or not labels.annotated.any():
            continue
        if labels.values.ndim != labels.annotated.ndim:
            known, vectors = labels.annotated, found.logits[name]
            lengths = np.linalg.norm(vectors[known], axis=1).clip(min=1e-12)
            cosines = (vectors[known] * labels.values[known]).sum(axis=1) / lengths
            figures[f"{name}_cosine"] = float(cosines.mean())
        elif labels.values.ndim == 2:
            auc = mean_auc(labels.values, labels.annotated, found.logits[name])
            figures[f"{name}_auc"] = auc
        else:
            truth = labels.values[labels.annotated].astype(np.int64)
            predicted = found.logits[name][labels.annotated].argmax(axis=1)
            classes = found.logits[name].shape[1]
            confusion = confusion_matrix(truth, predicted, classes)
            figures[f"{name}_uar"] = unweighted_average_recall(confusion)
    aucs = [roc_auc(same.astype(np.int64), likeness) for likeness, same in pairs(found).values()]
    if aucs:
        figures["identity_pairs_auc"] = float(np.mean(aucs))
    return figures


def pairs(found: HeldOut) -> dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """Compare every two of a database's held-out faces whose people are known.

    Faces of two databases are told apart by their pictures, not by who they are.

    Returns:
        For each database with both kinds of pairs, by its name: (P,) similarities of the
        embeddings, and (P,) whether both are one person.
    """
    if "embedding" not in found.logits:
        return {}
    compared = {}
    for database, (rows, same) in compared_faces(found.people).items():
        vectors = found.logits["embedding"][rows]
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
        first, second = np.triu_indices(len(rows), 1)
        compared[database] = (vectors @ vectors.T)[first, second], same
    return compared


def mean_auc(
    truth: NDArray[np.generic], annotated: NDArray[np.bool_], scores: NDArray[np.float64]
) -> float:
    """Give the mean ROC AUC over the labels that are both present and absent somewhere.

    Args:
        truth: (N, L), 0 or 1.
        annotated: (N, L).
        scores: (N, L), higher where the label is more probably present.

    Returns:
        From 0 to 1; nan where there is no such label.
    """
    values = []
    for label in range(truth.shape[1]):
        known = annotated[:, label]
        if 0 < truth[known, label].sum() < known.sum():
            values.append(roc_auc(truth[known, label], scores[known, label]))
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
