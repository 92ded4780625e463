"""An evaluation as Markdown."""

from collections.abc import Iterable, Sequence

from facebehavior.evaluation.comparison import Comparison
from facebehavior.evaluation.naming import (
    UNDEFINED,
    bounds,
    figure,
    interval_title,
    named_figures,
    words,
)
from facebehavior.evaluation.results import (
    ActionUnitsResult,
    AffectResult,
    Evaluation,
    ExpressionResult,
    IdentityResult,
    VerificationResult,
)
from facebehavior.labels import ACTION_UNIT_NAMES


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
        sections.append(_expression(evaluation.expression, interval_title(evaluation)))
        sections += [f"![{name.removesuffix('.png')}]({name})" for name in pictures]
    if evaluation.action_units is not None:
        sections.append(_action_units(evaluation.action_units, interval_title(evaluation)))
    if evaluation.affect is not None:
        sections.append(_affect(evaluation.affect, interval_title(evaluation)))
    if evaluation.compound is not None:
        way = {"score": " by the published score", "posterior": " by Bayes' rule"}
        title = f"Compound expressions{way.get(evaluation.compound_by or '', '')}"
        sections.append(_expression(evaluation.compound, interval_title(evaluation), title))
    if evaluation.attributes is not None:
        sections.append(
            _action_units(evaluation.attributes, interval_title(evaluation), "Attributes")
        )
    if evaluation.identity is not None:
        sections.append(_identity(evaluation.identity))
    if evaluation.verification is not None:
        sections.append(_verification(evaluation.verification))
    if evaluation.audits:
        sections.append(_audits(evaluation))
    sections += [_comparison(one, interval_title(evaluation)) for one in evaluation.comparisons]
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


def _headline(evaluation: Evaluation) -> str:
    rows = [
        (f"{mark}{one.name}{mark}", f"{mark}{one.value}{mark}", one.bounds, one.images)
        for one in named_figures(evaluation)
        for mark in ["**" if one.asked_for else ""]
    ]
    drawn = (
        "images"
        if evaluation.subjects is None
        else f"{evaluation.subjects} persons (or videos) with all their images"
    )
    resampling = evaluation.resampling
    return (
        f"{markdown_table(('metric', 'value', interval_title(evaluation), 'images'), rows)}\n\n"
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
        *([] if evaluation.fold is None else [("fold", evaluation.fold)]),
        ("rows", evaluation.rows),
        *((f"left out: {reason}", count) for reason, count in evaluation.dropped.items()),
        ("images evaluated", evaluation.images),
        *(
            [("not judged: the model was never taught", ", ".join(evaluation.unanswered))]
            if evaluation.unanswered
            else []
        ),
        *(
            []
            if evaluation.active_from is None
            else [("action units are active from", f"intensity {evaluation.active_from} of 5")]
        ),
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


def _expression(result: ExpressionResult, level: str, title: str = "Expression") -> str:
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
    names = [each.name for each in result.classes]
    counts = [
        (name, *(int(count) for count in row))
        for name, row in zip(names, result.confusion, strict=True)
    ]
    confusion = markdown_table(("truth \\ prediction", *names), counts)
    calibration = (
        "The scores are no probabilities: their calibration cannot be told."
        if result.bins is None
        else f"Expected calibration error ({len(result.bins.counts)} bins of equal width): "
        f"{figure(result.calibration_error)}."
    )
    return (
        f"## {title}\n\n{table}\n\nIntervals of the recalls: Wilson, each image for itself."
        f"{note}\n\n{confusion}\n\n{calibration}"
    )


def _action_units(result: ActionUnitsResult, level: str, title: str = "Action units") -> str:
    names = {f"au{number:02d}": name for number, name in ACTION_UNIT_NAMES.items()}
    header = (
        title.lower().removesuffix("s"),
        "images",
        "active",
        "F1",
        level,
        "accuracy",
        "ROC AUC",
        "AP",
        "above",
    )
    rows = [
        (
            f"{each.name} {names.get(each.name, '')}",
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
        f"## {title}\n\n{markdown_table(header, rows)}\n\n"
        f"{UNDEFINED}: undefined, and left out of the means. AP: average precision. Above: the "
        "probability above which it counts as active."
    )


def _affect(result: AffectResult, level: str) -> str:
    rows = [
        (name, result.annotated[name], words(metric), figure(interval.value), bounds(interval))
        for name, metrics in result.dimensions.items()
        for metric, interval in metrics.items()
    ]
    table = markdown_table(("dimension", "images", "metric", "value", level), rows)
    return f"## Valence and arousal\n\n{table}\n\nCCC with population moments, over all images."


def _identity(result: IdentityResult) -> str:
    return (
        f"## Identity\n\n{result.images} images of {result.people} people; {result.pairs} pairs, "
        "half of them of one person, drawn with the seed of the bootstrap. True match rate: where "
        "1 % of the pairs of two people match. Rank 1: among the first image of every person. "
        "Intervals over persons; that of rank 1 by Wilson."
    )


def _verification(result: VerificationResult) -> str:
    rows = [
        (one.fold, one.pairs, one.same, figure(one.accuracy), figure(one.threshold))
        for one in result.folds
    ]
    table = markdown_table(("fold", "pairs", "of one person", "accuracy", "threshold"), rows)
    return (
        f"## Verification\n\n{result.pairs} listed pairs of {result.images} images; left out, for "
        f"want of a picture: {result.left_out} listed pairs.\n\n{table}\n\nThreshold: the cosine "
        "above which two faces count as one person's, chosen on all other folds. Accuracy: the "
        "mean over the folds with Student's interval over them; all other figures are of all pairs "
        "at once, intervals over persons. True match rate: where 1 % of the pairs of two people "
        "match, or 0.1 %."
    )


def _audits(evaluation: Evaluation) -> str:
    level = interval_title(evaluation)
    parts = ["## By group"]
    for one in evaluation.audits:
        title = f"### {words(one.task)}: {words(one.metric)}, by {one.column}"
        rows = [
            (
                each.group,
                each.images,
                UNDEFINED if each.persons is None else each.persons,
                figure(each.figure.value),
                bounds(each.figure),
            )
            for each in one.groups
        ]
        table = markdown_table((one.column, "images", "persons", "value", level), rows)
        if one.gap is None:
            gap = "Fewer than two groups are large enough for a gap."
        else:
            gap = (
                f"Gap between {one.best} and {one.worst}: {figure(one.gap.value)} "
                f"({bounds(one.gap)}); the two are held fixed in its interval."
            )
        parts.append(f"{title}\n\n{table}\n\n{gap}")
    return "\n\n".join(parts)


def _comparison(result: Comparison, level: str) -> str:
    rows = [
        (
            f"{words(one.task)}: {words(one.metric)}",
            one.images,
            figure(one.first),
            figure(one.second),
            figure(one.difference.value),
            bounds(one.difference),
        )
        for one in result.differences
    ]
    header = ("figure", "images", "this model", "other", "difference", level)
    known = {one.task: ", ".join(one.units) for one in result.differences if one.units}
    notes = [f"{words(task)} that both know: {units}." for task, units in known.items()]
    if result.unmatched:
        notes.append(f"Images for which the other has no answer: {result.unmatched}, left out.")
    text = " ".join(["Paired: both on the same images, this model minus the other.", *notes])
    return f"## Beside {result.other}\n\n{markdown_table(header, rows)}\n\n{text}"


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
