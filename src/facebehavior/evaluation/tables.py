"""An evaluation as Markdown."""

import math
from collections.abc import Iterable, Sequence

from facebehavior.evaluation.results import (
    ActionUnitsResult,
    AffectResult,
    Evaluation,
    ExpressionResult,
)
from facebehavior.intervals import Interval
from facebehavior.labels import ACTION_UNIT_NAMES, EXPRESSIONS

UNDEFINED = "-"

_TASK_TITLES = {"expression": "expression", "action_units": "action units", "affect": "affect"}


def report_text(evaluation: Evaluation, pictures: Sequence[str] = ()) -> str:
    """Write an evaluation as Markdown.

    Args:
        evaluation: what was found.
        pictures: file names of the pictures that lie beside the text.
    """
    sections = [
        f"# {evaluation.model_name} {evaluation.model_version}: {evaluation.protocol.name}",
        _headline(evaluation),
        _data(evaluation),
    ]
    if evaluation.expression is not None:
        sections.append(_expression(evaluation.expression, _level(evaluation)))
        sections += [f"![{name.removesuffix('.png')}]({name})" for name in pictures]
    if evaluation.action_units is not None:
        sections.append(_action_units(evaluation.action_units, _level(evaluation)))
    if evaluation.affect is not None:
        sections.append(_affect(evaluation.affect, _level(evaluation)))
    sections.append(_model(evaluation))
    return "\n\n".join(sections) + "\n"


def markdown_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], other_columns: str = "---:"
) -> str:
    """Write a Markdown table.

    Args:
        header: the columns' titles.
        rows: as many cells each as there are titles.
        other_columns: alignment of all columns but the first: `---:` right, `---` left.
    """
    lines = [list(header), ["---", *[other_columns] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines)


def figure(value: float) -> str:
    """Write a figure to three decimals, a dash where it is undefined."""
    return UNDEFINED if math.isnan(value) else f"{value:.3f}"


def bounds(interval: Interval) -> str:
    """Write an interval's bounds, a dash where it has none."""
    if math.isnan(interval.low):
        return UNDEFINED
    return f"{figure(interval.low)} to {figure(interval.high)}"


def _headline(evaluation: Evaluation) -> str:
    main = evaluation.main_figures()
    rows = []
    for task, title in _TASK_TITLES.items():
        result = getattr(evaluation, task)
        for metric, interval in {} if result is None else result.figures.items():
            mark = "**" if f"{task}: {metric}" in main else ""
            name = f"{mark}{title}: {_words(metric)}{mark}"
            rows.append((name, f"{mark}{figure(interval.value)}{mark}", bounds(interval)))
    drawn = (
        "images"
        if evaluation.subjects is None
        else f"{evaluation.subjects} persons (or videos) with all their images"
    )
    resampling = evaluation.resampling
    return (
        f"{markdown_table(('metric', 'value', _level(evaluation)), rows)}\n\n"
        f"{evaluation.images} images. In bold: what this protocol asks for. Intervals: percentile "
        f"bootstrap over {drawn}, {resampling.replicates} draws, seed {resampling.seed}."
    )


def _data(evaluation: Evaluation) -> str:
    protocol = evaluation.protocol
    seen = [name for name in evaluation.databases if name in evaluation.training_databases]
    aligned = ", ".join(f"{name} {count}" for name, count in evaluation.alignment.items())
    rows = [
        ("protocol", f"{protocol.name}: {protocol.description}"),
        ("rules from", protocol.source),
        ("database", ", ".join(evaluation.databases)),
        ("split", evaluation.split or "all rows"),
        ("rows", evaluation.rows),
        *((f"left out: {reason}", count) for reason, count in evaluation.dropped.items()),
        ("images evaluated", evaluation.images),
        ("aligned by", aligned),
        ("share aligned by the fallback", figure(evaluation.fallback_share)),
        ("data sha256", evaluation.data_sha256),
    ]
    table = markdown_table(("data", ""), rows, "---")
    if not seen:
        return f"## Data\n\n{table}"
    return (
        f"## Data\n\n{table}\n\nThe model was trained on {', '.join(seen)}; these figures say "
        "something about new faces only if this split took no part in the training."
    )


def _expression(result: ExpressionResult, level: str) -> str:
    rows = [
        (each.name, each.images, figure(each.recall.value), bounds(each.recall), figure(each.f1))
        for each in result.classes
    ]
    table = markdown_table(("expression", "images", "recall", level, "F1"), rows)
    absent = [each.name for each in result.classes if not each.images]
    note = (
        f" Without images, hence not in the unweighted average recall: {', '.join(absent)}."
        if absent
        else ""
    )
    counts = [
        (name, *(int(count) for count in row))
        for name, row in zip(EXPRESSIONS, result.confusion, strict=True)
    ]
    confusion = markdown_table(("truth \\ prediction", *EXPRESSIONS), counts)
    return (
        f"## Expression\n\n{table}\n\nIntervals of the recalls: Wilson, each image for itself."
        f"{note}\n\n{confusion}\n\nExpected calibration error ({len(result.bins.counts)} bins of "
        f"equal width): {figure(result.calibration_error)}."
    )


def _action_units(result: ActionUnitsResult, level: str) -> str:
    names = {f"au{number:02d}": name for number, name in ACTION_UNIT_NAMES.items()}
    header = ("action unit", "images", "active", "F1", level, "accuracy", "ROC AUC", "AP", "above")
    rows = [
        (
            f"{each.name} {names[each.name]}",
            each.images,
            each.active,
            figure(each.f1.value),
            bounds(each.f1),
            figure(each.accuracy.value),
            figure(each.roc_auc),
            figure(each.average_precision),
            figure(each.threshold),
        )
        for each in result.units
    ]
    return (
        f"## Action units\n\n{markdown_table(header, rows)}\n\n"
        f"{UNDEFINED}: undefined, and left out of the means. AP: average precision. Above: the "
        "probability above which the action unit counts as active."
    )


def _affect(result: AffectResult, level: str) -> str:
    rows = [
        (name, result.annotated[name], _words(metric), figure(interval.value), bounds(interval))
        for name, metrics in result.dimensions.items()
        for metric, interval in metrics.items()
    ]
    table = markdown_table(("dimension", "images", "metric", "value", level), rows)
    return f"## Valence and arousal\n\n{table}\n\nCCC with population moments, over all images."


def _model(evaluation: Evaluation) -> str:
    rows = [
        ("name", f"{evaluation.model_name} {evaluation.model_version}"),
        ("sha256", evaluation.model_sha256),
        ("run by", evaluation.runtime),
        ("trained on", ", ".join(evaluation.training_databases) or UNDEFINED),
        ("licence of the weights", evaluation.model_licence),
    ]
    return f"## Model\n\n{markdown_table(('model', ''), rows, '---')}"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _level(evaluation: Evaluation) -> str:
    return f"{100 * evaluation.resampling.level:g} % interval"


def _words(metric: str) -> str:
    spoken = {
        "macro_f1": "macro F1",
        "mean_f1": "mean F1",
        "mean_roc_auc": "mean ROC AUC",
        "mean_ccc": "mean CCC",
        "ccc": "CCC",
    }
    return spoken.get(metric, metric.replace("_", " "))
