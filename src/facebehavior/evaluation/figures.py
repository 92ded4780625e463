"""The figures of each task, as functions of labels and answers: what is resampled and compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics import (
    accuracy,
    accuracy_per_unit,
    concordance,
    confusion_matrix,
    defined_mean,
    f1_per_unit,
    macro_f1,
    unweighted_average_recall,
    weighted_f1,
)
from facebehavior.evaluation.truth import Labels

Array = NDArray[Any]


def _classes(confused: Callable[[Array], float]) -> Callable[[Array, Array, int], float]:
    return lambda truth, answers, number: confused(confusion_matrix(truth, answers, number))


def abaw_expression_score(truth: Array, answers: Array, number: int) -> float:
    """Give .67 macro-F1 + .33 accuracy, as the first two editions of ABAW did."""
    confusion = confusion_matrix(truth, answers, number)
    return 0.67 * macro_f1(confusion) + 0.33 * accuracy(truth, answers)


EXPRESSION_FIGURES: Mapping[str, Callable[[Array, Array, int], float]] = {
    "accuracy": lambda truth, answers, _: accuracy(truth, answers),
    "unweighted_average_recall": _classes(unweighted_average_recall),
    "macro_f1": _classes(macro_f1),
    "weighted_f1": _classes(weighted_f1),
    "abaw_score": abaw_expression_score,
}
"""Of (M,) true and answered classes and the number of classes."""


def mean_f1(truth: Array, answers: Array, annotated: Array) -> float:
    """Average F1 over the action units for which it is defined."""
    return defined_mean(f1_per_unit(truth, answers, annotated))


def mean_accuracy(truth: Array, answers: Array, annotated: Array) -> float:
    """Average accuracy over the annotated action units or attributes."""
    return defined_mean(accuracy_per_unit(truth, answers, annotated))


def mean_of_f1_and_accuracy(truth: Array, answers: Array, annotated: Array) -> float:
    """Give AFA = (mean F1 + mean accuracy) / 2, EmotioNet's and the first editions of ABAW's."""
    return (mean_f1(truth, answers, annotated) + mean_accuracy(truth, answers, annotated)) / 2


UNIT_FIGURES: Mapping[str, Callable[[Array, Array, Array], float]] = {
    "mean_f1": mean_f1,
    "mean_accuracy": mean_accuracy,
    "mean_of_f1_and_accuracy": mean_of_f1_and_accuracy,
}
"""Of (M, A) true and answered decisions and the mask of those that are annotated."""


def mean_ccc(truth: Array, answers: Array, annotated: Array) -> float:
    """Average CCC over valence and arousal."""
    columns = range(truth.shape[1])
    values = [concordance(truth[:, c], answers[:, c], annotated[:, c]) for c in columns]
    return defined_mean(np.array(values))


AFFECT_FIGURES: Mapping[str, Callable[[Array, Array, Array], float]] = {"mean_ccc": mean_ccc}
"""Of (M, 2) labels and answers and the mask of those that are annotated."""

TASK_FIGURES: Mapping[str, Mapping[str, Callable[..., float]]] = {
    "expression": EXPRESSION_FIGURES,
    "compound": EXPRESSION_FIGURES,
    "action_units": UNIT_FIGURES,
    "attributes": UNIT_FIGURES,
    "affect": AFFECT_FIGURES,
}


@dataclass(frozen=True, eq=False)
class Scored:
    """One task's labels and answers on M of the evaluated images.

    Attributes:
        task: its name.
        rows: (M,) which of the evaluated images have a label.
        truth: (M,) or (M, A).
        answers: of the same shape.
        annotated: (M, A); None where every label counts.
        classes: number of classes; 0 where there are none.
        columns: (A,) which of the task's columns these are; None where there is one label.
    """

    task: str
    rows: NDArray[np.int64]
    truth: Array
    answers: Array
    annotated: NDArray[np.bool_] | None
    classes: int = 0
    columns: NDArray[np.int64] | None = None

    def figure(self, metric: str) -> Callable[..., float]:
        """Give one of the task's figures as a function of truth, answers and, if any, mask."""
        found = TASK_FIGURES[self.task][metric]
        if self.annotated is None:
            return lambda truth, answers: found(truth, answers, self.classes)
        return found

    def arrays(self) -> list[Array]:
        """Give what the figures are functions of."""
        given = [self.truth, self.answers]
        return given if self.annotated is None else [*given, self.annotated]


def scored_classes(task: str, labels: Labels, answers: Array, classes: int) -> Scored:
    """Score a task whose labels exclude one another; answers (N,) are class indices."""
    rows = np.flatnonzero(labels.annotated)
    return Scored(task, rows, labels.values[rows], answers[rows], None, classes)


def scored_values(task: str, labels: Labels, answers: Array) -> Scored:
    """Score decisions or numbers (N, A), of which each may be annotated or not."""
    rows, columns = labels.rows(), np.flatnonzero(labels.annotated.any(axis=0))
    chosen = np.ix_(rows, columns)
    return Scored(
        task,
        np.flatnonzero(rows),
        labels.values[chosen],
        np.asarray(answers)[chosen],
        labels.annotated[chosen],
        columns=columns,
    )
