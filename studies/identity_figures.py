"""Figures of networks that know people and attributes, under many draws of people."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases import Shards
from facebehavior.evaluation.identity import drawn_pairs
from facebehavior.labels import ATTRIBUTES_TASK, TaskLabels, label_arrays, person_names
from facebehavior.network import FaceBehaviorNet
from facebehavior.training.batches import Pictures
from facebehavior.training.validation import answers
from studies.resampling import (
    REPLICATES,
    Array,
    drawn_weights,
    person_numbers,
    weighted_ranking,
    weighted_share,
)

FIGURES = {
    "identification": "closed-set identification, accuracy",
    "verification": "verification of new people, ROC AUC",
    "attributes_same": "attributes of the same people, mean ROC AUC",
    "attributes_new": "attributes of new people, mean ROC AUC",
    "accuracy_new": "attributes of new people, mean accuracy",
}
PAIRS = 3000
"""Pairs of faces that are verified, half of them of one person."""


def drawn_figures(
    network: FaceBehaviorNet, shards: Shards, people: Sequence[str], replicates: int = REPLICATES
) -> dict[str, Array]:
    """Test a network on known and on new people.

    Args:
        network: with any of the heads identity, embedding and attributes.
        shards: with the splits `test_same_people` and `test_new_people`.
        people: that the network tells apart, in the order of its answers.
        replicates: R, the number of draws of people.

    Returns:
        Of each of `FIGURES` that the network has a head for: (R + 1,), the first on the people as
        they are.
    """
    labels = label_arrays(shards.manifest, [ATTRIBUTES_TASK])
    splits = np.array(shards.manifest.column("split").to_pylist(), dtype=object)
    names = np.array(person_names(shards.manifest), dtype=object)
    figures: dict[str, Array] = {}
    for split, end in (("test_same_people", "same"), ("test_new_people", "new")):
        rows = np.flatnonzero(splits == split)
        found = answers(network, [Pictures(shards, rows, labels[rows])])
        assert found is not None
        persons = person_numbers(names[rows])
        weights = drawn_weights(persons, replicates)
        if "attributes" in found.logits:
            truth, scores = found.labels.further["attributes"], found.logits["attributes"]
            figures[f"attributes_{end}"] = _mean_ranking(truth, scores, weights)
            if end == "new":
                figures["accuracy_new"] = _mean_accuracy(truth, scores, weights)
        if "identity" in found.logits and end == "same":
            said = np.array(people, dtype=object)[found.logits["identity"].argmax(axis=1)]
            figures["identification"] = weighted_share(said == names[rows], weights)
        if "embedding" in found.logits and end == "new":
            figures["verification"] = verified(found.logits["embedding"], persons, replicates)
    return figures


def verified(
    vectors: NDArray[Any], people: NDArray[np.int64], replicates: int = REPLICATES
) -> Array:
    """Give the ROC AUC of pairs of faces, half of them of one person, under draws of people.

    A person drawn n times counts as n persons who look alike: each has its own pairs, and is not
    compared with the others.

    Args:
        vectors: (N, E) embeddings.
        people: (N,) numbers from 0.
        replicates: R, the number of draws.
    """
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    first, second = drawn_pairs(people, PAIRS, seed=0)
    same = people[first] == people[second]
    weights = drawn_weights(people, replicates)
    paired = np.where(same, weights[:, first], weights[:, first] * weights[:, second])
    likeness = (vectors[first] * vectors[second]).sum(axis=1)
    return np.asarray(weighted_ranking(same, likeness, paired)[0])


def _mean_ranking(truth: TaskLabels, scores: NDArray[np.float64], weights: Array) -> Array:
    """Give the mean ROC AUC over the attributes that are both present and absent somewhere."""
    found = []
    for column in range(scores.shape[1]):
        known = truth.annotated[:, column]
        present = truth.values[known, column] > 0.5
        if 0 < present.sum() < len(present):
            found.append(weighted_ranking(present, scores[known, column], weights[:, known])[0])
    return np.asarray(np.nanmean(np.array(found), axis=0))


def _mean_accuracy(truth: TaskLabels, scores: NDArray[np.float64], weights: Array) -> Array:
    right = (truth.values > 0.5) == (scores > 0)
    columns = [c for c in range(scores.shape[1]) if truth.annotated[:, c].any()]
    found = [
        weighted_share(right[truth.annotated[:, c], c], weights[:, truth.annotated[:, c]])
        for c in columns
    ]
    return np.asarray(np.mean(found, axis=0))
