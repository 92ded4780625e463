"""The study's pictures: gains of the arms, and gain against the error of the table."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from studies.negative_transfer.comparing import Compared
from studies.negative_transfer.figures import MAIN

NAMES: Mapping[str, str] = {
    "expression_uar": "expression, UAR",
    "action_units_auc": "action units, ROC AUC",
    "affect_ccc": "affect, CCC",
}
COLOURS: Mapping[str, str] = {
    "expression_uar": "#0072b2",
    "action_units_auc": "#d55e00",
    "affect_ccc": "#009e73",
}


def draw_gains(gains: Sequence[Compared], order: Sequence[str], world: str, path: Path) -> None:
    """Draw each arm's gain over the uncoupled network with its interval, one panel a task."""
    present = {one.better for one in gains if one.world == world}
    arms = [arm for arm in order if arm in present]
    figure = Figure(figsize=(10.0, 0.9 + 0.3 * len(arms)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(MAIN), sharey=True)
    for panel, name in zip(panels, MAIN.values(), strict=True):
        for place, arm in enumerate(arms):
            chosen = [o for o in gains if (o.world, o.better, o.figure) == (world, arm, name)]
            for one in chosen:
                _whisker(panel, one, place)
        _dressed(panel, NAMES[name], arms)
    figure.suptitle(f"Gain over the uncoupled network, world {world}, new domain", fontsize=10)
    figure.savefig(path, dpi=110)


def _whisker(panel: Axes, one: Compared, place: float) -> None:
    panel.plot([one.low, one.high], [place, place], color=COLOURS[one.figure], linewidth=1.5)
    panel.plot([one.mean], [place], "o", color=COLOURS[one.figure], markersize=4)


def _dressed(panel: Axes, title: str, arms: Sequence[str]) -> None:
    panel.axvline(0.0, color="0.6", linewidth=0.8)
    panel.set_title(title, fontsize=9)
    panel.set_yticks(range(len(arms)), [arm.replace("_", " ") for arm in arms], fontsize=8)
    panel.tick_params(axis="x", labelsize=8)
    panel.set_ylim(len(arms) - 0.5, -0.5)


def draw_table_errors(
    gains: Sequence[Compared], errors: Mapping[str, float], world: str, path: Path
) -> None:
    """Draw gain against the mean absolute difference of an arm's table to the true one."""
    figure = Figure(figsize=(10.0, 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    for panel, name in zip(figure.subplots(1, len(MAIN)), MAIN.values(), strict=True):
        chosen = [o for o in gains if o.world == world and o.figure == name and o.better in errors]
        for place, one in enumerate(sorted(chosen, key=lambda o: errors[o.better])):
            error, colour = errors[one.better], COLOURS[name]
            panel.plot([error, error], [one.low, one.high], color=colour, linewidth=1.5)
            panel.plot([error], [one.mean], "o", color=colour, markersize=4)
            # Neighbours are labelled above and below in turn.
            end, side = ((one.high, "bottom"), (one.low, "top"))[place % 2]
            label = one.better.replace("_", " ")
            panel.annotate(label, (error, end), fontsize=7, ha="center", va=side)
        panel.axhline(0.0, color="0.6", linewidth=0.8)
        panel.margins(x=0.2, y=0.15)
        panel.set_title(NAMES[name], fontsize=9)
        panel.set_xlabel("error of the table", fontsize=8)
        panel.tick_params(labelsize=8)
    figure.suptitle("Gain over the uncoupled network, by the table's error", fontsize=10)
    figure.savefig(path, dpi=110)
