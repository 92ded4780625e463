"""The zero-shot rules given the truth: what they could reach if nothing were mistaken.

The rules of `studies.compound`, which measures and quotes this, are given the true action units and
the true sign of valence; expressions are the probabilities of the seven basic ones that follow from
the true action units and the table that they were drawn from, as an oracle would tell them.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound import (
    action_unit_scores,
    component_products,
    compound_posterior,
    compound_scores,
)
from facebehavior.evaluation.metrics import confusion_matrix, unweighted_average_recall
from facebehavior.labels import ACTION_UNIT_COLUMNS, COMPOUND_EXPRESSIONS, EXPRESSIONS, Manifest
from facebehavior.synthesis import read_configuration
from facebehavior.synthesis.plan import truth_table
from facebehavior.synthesis.truth.oracle import category_posterior

RESULT = Path("docs/results/compound_ceiling.json")
BAYES = "Bayes' rule on action units"


def measure(data: Path) -> dict[str, float]:
    """Give the UAR of each rule on the compound faces of the test database.

    Args:
        data: what `facebehavior synthesize synthetic_study` has made.
    """
    truth = Manifest.read(data / "test" / "truth.parquet")
    labels = truth.column("compound").to_pylist()
    rows = np.flatnonzero([label is not None for label in labels])
    names = tuple(COMPOUND_EXPRESSIONS)
    classes = np.array([names.index(labels[row]) for row in rows])
    columns = [truth.column(name).to_numpy(zero_copy_only=False) for name in ACTION_UNIT_COLUMNS]
    active = np.stack(columns, axis=1).astype(np.bool_)[rows]
    valence = truth.column("valence").to_numpy()[rows]
    generator = read_configuration("synthetic_study").generator_of("test")
    expressions = category_posterior(active, truth_table(generator), generator.noise, EXPRESSIONS)
    units = active.astype(np.float64)
    nothing = np.zeros_like(expressions)
    rules = {
        "action units alone": action_unit_scores(units),
        "products alone": component_products(expressions),
        BAYES: compound_posterior(units),
        "full score": compound_scores(expressions, units, valence),
        "full score without expressions": compound_scores(nothing, units, valence),
        "full score without valence": compound_scores(expressions, units, np.zeros(len(rows))),
    }
    return {name: uar_of(classes, scores) for name, scores in rules.items()}


def uar_of(classes: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """Give the UAR of the classes with the highest scores (N, C)."""
    guessed = scores.argmax(axis=1)
    return unweighted_average_recall(confusion_matrix(classes, guessed, scores.shape[1]))
