"""How figures are called and written."""

import math
from dataclasses import dataclass

from facebehavior.evaluation.results import Evaluation
from facebehavior.intervals import Interval

UNDEFINED = "-"

TASKS = (
    "expression",
    "action_units",
    "affect",
    "compound",
    "attributes",
    "identity",
    "verification",
)
"""What an evaluation may hold, in the order in which it is told."""


def figure(value: float) -> str:
    """Write a figure to three decimals, a dash where it is undefined."""
    return UNDEFINED if math.isnan(value) else f"{value:.3f}"


def bounds(interval: Interval) -> str:
    """Write an interval's bounds, a dash where it has none."""
    if math.isnan(interval.low):
        return UNDEFINED
    return f"{figure(interval.low)} to {figure(interval.high)}"


@dataclass(frozen=True)
class NamedFigure:
    """One figure as text.

    Attributes:
        name: the task and what was measured.
        value: to three decimals, or a dash.
        bounds: of its interval, or a dash.
        images: on how many images it was measured.
        asked_for: whether it is what the protocol asks for.
    """

    name: str
    value: str
    bounds: str
    images: int
    asked_for: bool


def named_figures(evaluation: Evaluation) -> list[NamedFigure]:
    """Give the figures of all tasks that were judged, and the protocol's single score."""
    main = evaluation.main_figures()
    rows = [
        NamedFigure(
            f"{words(task)}: {words(metric)}",
            figure(interval.value),
            bounds(interval),
            result.images,
            f"{task}: {metric}" in main,
        )
        for task in TASKS
        for result in [getattr(evaluation, task)]
        if result is not None
        for metric, interval in result.figures.items()
    ]
    composite = evaluation.composite()
    if composite is not None:
        name = f"{evaluation.protocol.name}: single score"
        rows.append(NamedFigure(name, figure(composite), UNDEFINED, evaluation.images, True))
    return rows


def interval_title(evaluation: Evaluation) -> str:
    """Name the intervals, as in `95 % interval`."""
    return f"{100 * evaluation.resampling.level:g} % interval"


def words(name: str) -> str:
    """Say the name of a task or figure in words."""
    spoken = {
        "macro_f1": "macro F1",
        "mean_f1": "mean F1",
        "weighted_f1": "weighted F1",
        "abaw_score": ".67 macro F1 + .33 accuracy",
        "mean_of_f1_and_accuracy": "mean of F1 and accuracy",
        "roc_auc": "ROC AUC",
        "true_match_rate_at_0.1_percent": "true match rate at 0.1 %",
        "standard_error": "standard error of the accuracy",
        "mean_roc_auc": "mean ROC AUC",
        "mean_ccc": "mean CCC",
        "ccc": "CCC",
    }
    return spoken.get(name, name.replace("_", " "))
