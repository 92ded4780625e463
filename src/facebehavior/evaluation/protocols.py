"""The protocols: by which labels, on which split and with which metric a model is judged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from facebehavior.evaluation.truth import (
    Truth,
    every_label,
    most_of_all_votes,
    named_expression,
)
from facebehavior.labels import Manifest


@dataclass(frozen=True)
class EvaluationProtocol:
    """How models are judged on a database.

    Attributes:
        name: name on the command line and in reports.
        description: what is judged, and which rows are left out.
        source: where the rules come from.
        split: the split that is used where none is asked for; None for all rows.
        truth: makes the labels out of a manifest.
        main_metric: for each task, the metric to quote.
        databases: names of the databases that it is made for; empty for any.
        folds: gives the fold, from 0, of each subject, where the field trains and tests by folds.
        composite: the single score of a challenge, from the main figures by their tasks.
    """

    name: str
    description: str
    source: str
    split: str | None
    truth: Callable[[Manifest], Truth]
    main_metric: Mapping[str, str]
    databases: tuple[str, ...] = ()
    folds: Callable[[Iterable[str]], Mapping[str, int]] | None = None
    composite: Callable[[Mapping[str, float]], float] | None = None


_FERPLUS = "Barsoum, Zhang, Canton Ferrer and Zhang, ICMI 2016"

GENERAL = (
    EvaluationProtocol(
        name="default",
        description="Every annotated label of every task.",
        source="this project",
        split=None,
        truth=every_label,
        main_metric={
            "expression": "unweighted_average_recall",
            "action_units": "mean_f1",
            "affect": "mean_ccc",
            "compound": "unweighted_average_recall",
            "attributes": "mean_accuracy",
            "identity": "roc_auc",
        },
    ),
    EvaluationProtocol(
        name="ferplus-majority",
        description=(
            "7 expressions by the majority of ten raters: single votes are set aside, and the "
            "winner needs more than half of the rest. Pictures without a majority, or won by "
            "contempt, are left out; those won by 'unknown' or 'not a face' are dropped when the "
            "database is read. No picture is left out because no face was found in it."
        ),
        source=f"{_FERPLUS}, without contempt",
        split="test",
        truth=named_expression,
        main_metric={"expression": "accuracy"},
        databases=("ferplus",),
    ),
    EvaluationProtocol(
        name="ferplus-strict",
        description=(
            "7 expressions; the label is what more than half of all ten raters name. Other "
            "pictures, and those won by contempt, are left out. No picture is left out because no "
            "face was found in it."
        ),
        source=f"this project, stricter than {_FERPLUS}",
        split="test",
        truth=most_of_all_votes,
        main_metric={"expression": "accuracy"},
        databases=("ferplus",),
    ),
)
"""The protocols for any database, and those of FER+, which have rules of their own."""
