"""The forms that most protocols of databases have: one task, its metric, and folds of subjects."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from facebehavior.databases.splits import drawn_folds
from facebehavior.evaluation.protocols import EvaluationProtocol
from facebehavior.evaluation.truth import labels_of

Folds = Callable[[Iterable[str]], Mapping[str, int]]


def given_folds(folds: Sequence[frozenset[str]]) -> Folds:
    """Give the folds that the field has agreed on; other subjects have none."""
    numbers = {subject: number for number, fold in enumerate(folds) for subject in fold}
    return lambda subjects: {name: numbers[name] for name in subjects if name in numbers}


def seeded_folds(number: int) -> Folds:
    """Give as many folds of the subjects that there are; drawn with the seed 0."""
    return lambda subjects: drawn_folds(subjects, number, seed=0)


def leave_one_out(subjects: Iterable[str]) -> Mapping[str, int]:
    """Give every subject a fold of its own."""
    return {subject: number for number, subject in enumerate(sorted(set(subjects)))}


def multi_task_score(figures: Mapping[str, float]) -> float:
    """Give mean CCC + macro-F1 of the expressions + mean F1 of the action units."""
    return figures["affect"] + figures["expression"] + figures["action_units"]


def action_units_protocol(
    name: str,
    database: str,
    units: Sequence[int],
    description: str,
    *,
    split: str | None = None,
    metric: str = "mean_f1",
    source: str = "common use in the field",
    folds: Folds | None = None,
) -> EvaluationProtocol:
    """Give a protocol of some action units."""
    return EvaluationProtocol(
        name=name,
        description=description,
        source=source,
        split=split,
        truth=labels_of(["action_units"], action_units=units),
        main_metric={"action_units": metric},
        databases=(database,),
        folds=folds,
    )


def expression_protocol(
    name: str, database: str, metric: str, description: str, split: str | None, source: str
) -> EvaluationProtocol:
    """Give a protocol of the 7 expressions."""
    return EvaluationProtocol(
        name=name,
        description=description,
        source=source,
        split=split,
        truth=labels_of(["expression"]),
        main_metric={"expression": metric},
        databases=(database,),
    )


def affect_protocol(
    name: str, database: str, description: str, split: str | None, folds: Folds | None = None
) -> EvaluationProtocol:
    """Give a protocol of valence and arousal."""
    return EvaluationProtocol(
        name=name,
        description=description,
        source="common use in the field",
        split=split,
        truth=labels_of(["affect"]),
        main_metric={"affect": "mean_ccc"},
        databases=(database,),
        folds=folds,
    )


def compound_protocol(
    name: str,
    database: str,
    classes: str,
    metric: str,
    description: str,
    split: str | None,
    folds: Folds | None = None,
) -> EvaluationProtocol:
    """Give a protocol of the compound expressions of a set."""
    return EvaluationProtocol(
        name=name,
        description=(
            f"{description} A model with a compound head is asked by it where it knows all "
            "classes; any other by the zero-shot score of expressions, action units and valence."
        ),
        source="Kollias, CVPR 2023, and the databases' authors",
        split=split,
        truth=labels_of(["compound"], compound_set=classes),
        main_metric={"compound": metric},
        databases=(database,),
        folds=folds,
    )
