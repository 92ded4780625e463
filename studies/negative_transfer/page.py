"""The result page with its tables and pictures, and the same numbers as JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from facebehavior.files import writing
from studies.negative_transfer.comparing import (
    Compared,
    contrasts,
    finished,
    gains,
    means,
    over_seeds,
    pilot_figures,
    resampled,
    seeds_of,
    with_kept,
)
from studies.negative_transfer.figures import BALANCED, MAIN
from studies.negative_transfer.firing import rule_firing
from studies.negative_transfer.pictures import draw_gains, draw_table_errors
from studies.negative_transfer.plan import TASKS, Places, Plan
from studies.negative_transfer.running import read_result, result_path
from studies.negative_transfer.table_errors import learned_errors, table_errors

DISCUSSION = Path(__file__).with_name("discussion.md")
SHOWN = (
    ("expression_uar", "UAR"),
    ("expression_accuracy", "accuracy"),
    ("expression_macro_f1", "macro-F1"),
    ("action_units_auc", "ROC AUC"),
    ("action_units_average_precision", "AP"),
    ("action_units_f1", "F1"),
    ("valence_ccc", "CCC valence"),
    ("arousal_ccc", "CCC arousal"),
    ("mean_action_unit_rate", "mean AU rate"),
    ("mean_p_neutral", "mean p(neutral)"),
)


def write_page(plan: Plan, places: Places, databases: Path, results: Path) -> None:
    """Write `negative_transfer.md`, `summary.json` and the pictures.

    What takes databases, crops or predictions stays as it stood where these are not there.
    """
    arms = resampled(plan, places)
    folder = results / "negative_transfer"
    kept = _kept(folder / "summary.json")
    gained = [one for one in gains(arms) if one.measured == "new_domain"]
    gained = with_kept(gained, (Compared(**row) for row in kept.get("gains", ())))
    named = (Compared(**row) for row in kept.get("contrasts", ()))
    compared = with_kept(contrasts(plan, arms), (o for o in named if o.family in plan.families))
    compared.sort(key=lambda one: list(plan.families).index(one.family))
    units = places.database("action_units", plan.worlds["B"])
    coupled = [name for name, arm in plan.arms.items() if arm.coupling is not None]
    summary: dict[str, Any] = {
        "seeds": seeds_of(plan, places),
        "not_run": [job.name for job in plan.jobs() if not result_path(job, places).exists()],
        "runs": _runs(plan, places),
        "rule": rule_firing(units) if units.is_dir() else kept["rule"],
        "table_errors": (
            table_errors(plan, places, databases)
            if places.empirical.exists()
            else kept["table_errors"]
        ),
        "means": means(plan, places),
        "pilot": pilot_figures(plan, places),
        "learned_tables": (
            learned_errors(plan, places, databases) if units.is_dir() else kept["learned_tables"]
        ),
        "gains": [vars(one) for one in gained],
        "contrasts": [vars(one) for one in compared],
        "contrasts_over_seeds": over_seeds(plan, places, compared),
    }
    with writing(folder / "summary.json") as unfinished:
        unfinished.write_text(json.dumps(summary, indent=1) + "\n")
    for world in sorted({one.world for one in gained}):
        draw_gains(gained, coupled, world, folder / f"gains_{world}.png")
    draw_table_errors(gained, summary["table_errors"], "B", folder / "table_errors.png")
    with writing(results / "negative_transfer.md") as unfinished:
        unfinished.write_text(page_text(summary))


def _kept(path: Path) -> dict[str, Any]:
    """Read what the page said before, of runs whose predictions may be elsewhere."""
    content: dict[str, Any] = read_result(path) if path.exists() else {}
    return content


def _runs(plan: Plan, places: Places) -> dict[str, float]:
    found = [read_result(result_path(job, places)) for job in finished(plan, places)]
    return {
        "number": len(found),
        "steps": max(one["steps"] for one in found),
        "parameters": max(one["parameters"] for one in found),
        "training_minutes": round(sum(one["training_seconds"] for one in found) / 60, 1),
    }


def page_text(summary: Mapping[str, Any]) -> str:
    """Put the page together: the discussion first, then all numbers."""
    parts = [
        filled(DISCUSSION.read_text(), summary).rstrip(),
        "## Figures in the new domain\n\nMean over seeds ± their standard deviation; 3600 pictures "
        "of 300 people, in `confirmation` 3000 of 250 others.",
        _means_table(summary, "new_domain"),
        "## Contrasts\n\nNamed before the runs. Difference with its 95 % interval over people and "
        "seeds, with one seed over people alone; p after Holm within the family. Bold: beyond the "
        "interval, with several seeds. Last, the interval by Student's t over the seeds alone.",
        _contrast_table(summary["contrasts"], summary["contrasts_over_seeds"]),
        "## Gains over the uncoupled network\n\nIn the new domain, with 95 % intervals, "
        "uncorrected, with one seed over people alone. Balanced: after the mean probability of "
        "each expression was set to its "
        "share, both on validation people; looked at after the runs.",
        _gain_table(summary["gains"]),
        _pictures(summary),
        "## On each task's own database (other people, same domain)",
        _means_table(summary, "in_domain"),
        "## The pilot\n\nValidation people, each task's own labels, one seed. `again`: the second "
        "search, on another machine, where the first line is its own reference.",
        _pilot_table(summary["pilot"]),
        _learned_table(summary["learned_tables"]),
        _numbers(summary),
    ]
    return "\n\n".join(parts) + "\n"


def filled(text: str, summary: Mapping[str, Any]) -> str:
    """Put differences with their intervals in the place of `{{BETTER-WORSE-WORLD-FIGURE}}`.

    Differences within the databases' own domain are `{{BETTER-WORSE-WORLD-in_domain-FIGURE}}`.

    Raises:
        KeyError: there is no such difference.
    """
    known = {}
    for row in [*summary["gains"], *summary["contrasts"]]:
        one = Compared(**row)
        kind = "" if one.measured == "new_domain" else f"-{one.measured}"
        known[f"{one.better}-{one.worse}-{one.world}{kind}-{one.figure}"] = interval(one)
    return re.sub(r"\{\{(.+?)\}\}", lambda place: known[place[1]], text)


def _not_run(names: Sequence[str]) -> str:
    """Name the runs that are missing, the seeds of an arm together."""
    seeds: dict[str, list[str]] = {}
    for name in names:
        arm, seed = name.rsplit("-seed", 1)
        seeds.setdefault(arm.replace("_", " ").replace("-", " in world "), []).append(seed)
    listed = [f"{arm} (seed {', '.join(sorted(ones))})" for arm, ones in seeds.items()]
    return "; ".join(listed) or "none"


def _means_table(summary: Mapping[str, Any], measured: str) -> str:
    lines = [
        "| arm | world | seeds | " + " | ".join(title for _, title in SHOWN) + " |",
        "| --- | --- | --- | " + " | ".join("---" for _ in SHOWN) + " |",
    ]
    for name, sets in summary["means"].items():
        arm, world = name.rsplit("-", 1)
        cells = [_cell(sets[measured].get(figure)) for figure, _ in SHOWN]
        seeds = summary["seeds"][name]
        lines.append(f"| {arm.replace('_', ' ')} | {world} | {seeds} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(value: Sequence[float | None] | None) -> str:
    if value is None:
        return ""
    mean, deviation = value
    return f"{mean:.3f}" if deviation is None else f"{mean:.3f} ± {deviation:.3f}"


def _contrast_table(
    compared: Sequence[Mapping[str, Any]], over_seeds: Sequence[Sequence[float] | None]
) -> str:
    lines = [
        "| family | world | test | contrast | figure | seeds | difference | p | over seeds alone |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row, bounds in zip(compared, over_seeds, strict=True):
        one = Compared(**row)
        p = "" if one.p is None else f"{one.p:.3f}"
        alone = "" if bounds is None else f"[{bounds[0]:+.3f}, {bounds[1]:+.3f}]"
        pair = f"{one.better} minus {one.worse}".replace("_", " ")
        lines.append(
            f"| {one.family.replace('_', ' ')} | {one.world.replace('_', ' ')} | "
            f"{one.measured.replace('_', ' ')} | {pair} | "
            f"{one.figure.replace('_', ' ')} | {one.seeds} | {interval(one)} | {p} | {alone} |"
        )
    return "\n".join(lines)


def _gain_table(gained: Sequence[Mapping[str, Any]]) -> str:
    figures = {
        "expression_uar": "UAR",
        BALANCED: "UAR, balanced",
        "action_units_auc": "ROC AUC",
        "action_units_average_precision": "AP",
        "affect_ccc": "CCC",
    }
    cells: dict[tuple[str, str, int], dict[str, str]] = {}
    for row in gained:
        one = Compared(**row)
        cells.setdefault((one.better, one.world, one.seeds), {})[one.figure] = interval(one)
    lines = [
        "| arm | world | seeds | " + " | ".join(figures.values()) + " |",
        "| --- | --- | --- | " + " | ".join("---" for _ in figures) + " |",
    ]
    for (arm, world, seeds), found in cells.items():
        row_cells = " | ".join(found.get(figure, "") for figure in figures)
        lines.append(f"| {arm.replace('_', ' ')} | {world} | {seeds} | {row_cells} |")
    return "\n".join(lines)


def interval(one: Compared) -> str:
    """Write a difference with its interval, bold where several seeds leave out 0."""
    text = f"{one.mean:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
    return f"**{text}**" if one.seeds > 1 and (one.low > 0.0 or one.high < 0.0) else text


def _pictures(summary: Mapping[str, Any]) -> str:
    worlds = sorted({one["world"] for one in summary["gains"]})
    lines = [f"![Gains in world {world}](negative_transfer/gains_{world}.png)" for world in worlds]
    lines.append("![Gain against the table's error](negative_transfer/table_errors.png)")
    errors = ", ".join(
        f"{arm.replace('_', ' ')} {error:.3f}" for arm, error in summary["table_errors"].items()
    )
    lines.append(f"Mean absolute difference to the generator's table (world B): {errors}.")
    return "\n\n".join(lines)


def _pilot_table(pilot: Mapping[str, Mapping[str, float]]) -> str:
    figures = [MAIN[task] for task in TASKS]
    lines = [
        "| arm | UAR | ROC AUC | CCC | mean |",
        "| --- | --- | --- | --- | --- |",
    ]
    for arm, values in pilot.items():
        row = [values[figure] for figure in figures]
        cells = " | ".join(f"{value:.3f}" for value in [*row, sum(row) / len(row)])
        lines.append(f"| {arm.replace('_', ' ')} | {cells} |")
    return "\n".join(lines)


def _learned_table(errors: Mapping[str, Sequence[float]]) -> str:
    lines = [
        "Mean absolute difference of learned tables to the generator's:",
        "",
        "| arm | before training | after |",
        "| --- | --- | --- |",
    ]
    for arm, (before, after) in errors.items():
        lines.append(f"| {arm.replace('_', ' ')} | {before:.3f} | {after:.3f} |")
    return "\n".join(lines) if errors else "No table was learned."


def _numbers(summary: Mapping[str, Any]) -> str:
    runs, rule = summary["runs"], summary["rule"]
    return (
        f"## The runs\n\n{runs['number']} runs of {runs['steps']} steps, at most "
        f"{runs['parameters']} weights, {runs['training_minutes']} minutes of training. "
        f"The strict rule from action units to an expression fires on {rule['strict']} of "
        f"{rule['pictures']} training pictures ({100 * rule['strict'] / rule['pictures']:.1f} %), "
        f"on {rule['prototypical']} if only the prototypical ones are required. "
        f"Planned and not run: {_not_run(summary['not_run'])}."
    )
