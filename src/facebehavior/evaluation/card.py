"""The model card: what a model is, and every figure that was measured of it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.naming import TASKS, bounds, figure
from facebehavior.evaluation.report import write_report
from facebehavior.evaluation.results import ActionUnitsResult, Evaluation, ExpressionResult
from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.model_file import ModelMetadata

CARD = "card.md"


@dataclass(frozen=True)
class TestSet:
    """One set of pictures that a model is measured on, as the command line names it.

    Attributes:
        path: of the shards.
        split: another split than the protocol's; None for that.
        protocol: by name.
    """

    path: str
    split: str | None
    protocol: str

    @property
    def name(self) -> str:
        """What the set is called in the card where no other is called so."""
        return os.path.basename(os.path.abspath(self.path))


def parsed_test_set(text: str, split: str | None, protocol: str) -> TestSet:
    """Read `PATH`, `PATH@SPLIT` or `PATH@SPLIT@PROTOCOL`.

    Args:
        text: as given.
        split: where the text names none.
        protocol: where the text names none.

    Raises:
        FaceBehaviorError: it has more parts.
    """
    path, *rest = text.split("@")
    if len(rest) > 2 or not path:
        raise FaceBehaviorError(f"expected PATH, PATH@SPLIT or PATH@SPLIT@PROTOCOL, found {text!r}")
    return TestSet(path, rest[0] or None if rest else split, rest[1] if len(rest) > 1 else protocol)


def distinct_names(sets: Sequence[TestSet]) -> list[str]:
    """Name each set in the card; the name is that of its folder of results too.

    Sets whose names coincide are told apart by their splits and, where that is not enough, by
    their protocols.

    Raises:
        FaceBehaviorError: two names coincide even then.
    """
    names = [one.name for one in sets]
    for part in ("split", "protocol"):
        names = [
            f"{name}-{told}" if names.count(name) > 1 and (told := getattr(one, part)) else name
            for name, one in zip(names, sets, strict=True)
        ]
    for place, name in enumerate(names):
        if name in names[:place]:
            first, second = sets[names.index(name)].path, sets[place].path
            raise FaceBehaviorError(
                f"expected sets with a name of their own in the card, found {first} and {second}, "
                f"which would both be {name}; rename a folder, or name another split or protocol"
            )
    return names


def write_card(
    folder: str | Path,
    metadata: ModelMetadata,
    size: int,
    found: Sequence[tuple[str, Evaluation]],
    words: str = "",
) -> None:
    """Write `card.md`, and the whole report of each set into a folder of its own.

    Args:
        folder: where to write; made where it is missing.
        metadata: of the model.
        size: of the model file, in bytes.
        found: name of each set, each another, and what was measured on it.
        words: Markdown that people have written: what the model is for, what taught it, what goes
            wrong.

    Raises:
        FaceBehaviorError: the folder cannot be written to.
    """
    folder = Path(folder)
    for name, evaluation in found:
        write_report(evaluation, folder / name)
    with writing(folder / CARD) as path:
        path.write_text(card_text(metadata, size, found, words), encoding="utf-8")


def card_text(
    metadata: ModelMetadata, size: int, found: Sequence[tuple[str, Evaluation]], words: str = ""
) -> str:
    """Write the card as Markdown; the arguments are those of `write_card`."""
    parts = [f"# Model card: {metadata.name} {metadata.version}"]
    if words.strip():
        parts.append(words.strip())
    parts.append(_facts(metadata, size))
    parts.append(_main_figures(found))
    for name, evaluation in found:
        if evaluation.expression is not None:
            parts.append(_recalls(name, evaluation.expression))
            parts.append(
                f"![confusion]({name}/confusion.png) ![reliability]({name}/reliability.png)"
            )
    units = [(name, one.action_units) for name, one in found if one.action_units is not None]
    if units:
        parts.append(_action_units(units))
    if any(one.audits for _, one in found):
        parts.append(_gaps(found))
    links = "\n".join(f"- [{name}]({name}/report.md)" for name, _ in found)
    parts.append(f"## The whole reports\n\n{links}")
    return "\n\n".join(parts) + "\n"


def _facts(metadata: ModelMetadata, size: int) -> str:
    crop = metadata.crop
    rows = [
        ("heads", ", ".join(metadata.heads)),
        ("outputs without training", _untrained(metadata)),
        ("reads", f"{crop.size} x {crop.size} pixels, {crop.colour}"),
        ("file", f"{size / 1e6:.1f} MB"),
        ("trained on", ", ".join(metadata.training_databases)),
        ("licence of the weights", metadata.licence),
    ]
    return f"## The file\n\n{markdown_table(('', ''), rows, '---')}"


def _untrained(metadata: ModelMetadata) -> str:
    if metadata.format_version == 1:
        return "not recorded"
    return ", ".join(metadata.untrained) or "none"


def _main_figures(found: Sequence[tuple[str, Evaluation]]) -> str:
    rows = []
    for name, evaluation in found:
        for task in TASKS:
            result = getattr(evaluation, task)
            for metric, interval in {} if result is None else result.figures.items():
                spoken = f"{task}: {metric}".replace("_", " ")
                rows.append((name, spoken, figure(interval.value), bounds(interval), result.images))
    header = ("pictures", "figure", "value", "95 % interval", "images")
    return f"## Figures\n\n{markdown_table(header, rows)}"


def _recalls(name: str, result: ExpressionResult) -> str:
    rows = [
        (each.name, each.images, figure(each.recall.value), bounds(each.recall))
        for each in result.classes
    ]
    table = markdown_table(("expression", "images", "recall", "95 % interval"), rows)
    return f"### Expressions on {name}\n\n{table}"


def _action_units(units: Sequence[tuple[str, ActionUnitsResult]]) -> str:
    names = sorted({unit.name for _, result in units for unit in result.units})
    rows = []
    for unit in names:
        cells = []
        for _, result in units:
            own = next((one for one in result.units if one.name == unit), None)
            cells += ["-", "-"] if own is None else [figure(own.f1.value), figure(own.roc_auc)]
        rows.append((unit, *cells))
    header = ("action unit", *(f"{name} {what}" for name, _ in units for what in ("F1", "AUC")))
    return f"### Action units\n\n{markdown_table(header, rows)}"


def _gaps(found: Sequence[tuple[str, Evaluation]]) -> str:
    rows = [
        (
            name,
            one.column,
            f"{one.task}: {one.metric}".replace("_", " "),
            f"{one.best} {figure(one.value_of(one.best))}",
            f"{one.worst} {figure(one.value_of(one.worst))}",
            f"{figure(one.gap.value)} ({bounds(one.gap)})",
        )
        for name, evaluation in found
        for one in evaluation.audits
        if one.gap is not None
    ]
    header = ("pictures", "by", "figure", "best", "worst", "gap (95 % interval)")
    return f"## Groups\n\n{markdown_table(header, rows)}"
