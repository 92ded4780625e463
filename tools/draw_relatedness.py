"""Draw the pictures of docs/coupling.md: the tables as heat maps, and what each term does.

    python tools/draw_relatedness.py

writes `docs/pictures/*.png`. The same package gives the same bytes on the same libraries.
"""

from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from facebehavior.coupling import DistributionMatching, SoftCoAnnotation, implied
from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.losses import Targets
from facebehavior.relatedness import Relatedness, deranged, domain_relatedness
from facebehavior.relatedness.picture import draw_relatedness

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
FACES = ((6, 12, 25), (1, 2, 25, 26))
"""Active action units of the two faces that are shown."""


def main() -> None:
    """Draw all."""
    table = domain_relatedness()
    draw_relatedness(table, PICTURES / "relatedness_weighted.png", "weighted: Du et al. (2014)")
    draw_relatedness(deranged(table, 0), PICTURES / "relatedness_deranged.png", "a deranged table")
    draw_soft_labels(table, PICTURES / "soft_labels.png")
    draw_matching(table, PICTURES / "matching.png")


def face(*active: int) -> Targets:
    """One face, fully annotated, with some action units active."""
    shown = torch.tensor([[float(number in active) for number in ACTION_UNITS]])
    return Targets(
        expression=torch.zeros(1, len(EXPRESSIONS)),
        expression_annotated=torch.tensor([False]),
        action_units=shown,
        action_units_annotated=torch.ones_like(shown).bool(),
        action_unit_weight=torch.ones_like(shown),
        affect=torch.zeros(1, 2),
        affect_annotated=torch.zeros(1, 2).bool(),
    )


def draw_soft_labels(table: Relatedness, path: Path) -> None:
    """Soft labels of two faces at four temperatures."""
    figure = _figure(9.0, 3.2)
    for axes, active in zip(figure.subplots(1, 2, sharey=True), FACES, strict=True):
        for number, temperature in enumerate((1.0, 0.5, 0.2, 0.1)):
            soft = SoftCoAnnotation(table, temperature=temperature).soft_labels(face(*active))[0]
            place = np.arange(len(EXPRESSIONS)) + 0.2 * (number - 1.5)
            axes.bar(
                place, soft[0].numpy(), 0.2, label=f"T = {temperature:g}", color=_SHADES[number]
            )
        _named(axes, EXPRESSIONS, f"active: {', '.join(map(str, active))}")
    figure.axes[0].set_ylabel("soft label t")
    figure.axes[1].legend(frameon=False)
    _save(figure, path)


def draw_matching(table: Relatedness, path: Path) -> None:
    """What matching asks of the action units of one face, by the form of the loss."""
    expression = torch.tensor([[0.05, 0.02, 0.02, 0.75, 0.12, 0.02, 0.02]]).log()
    q = implied(expression, torch.tensor(table.values)).present[0].numpy()
    figure = _figure(9.0, 5.2)
    upper, lower = figure.subplots(2, 1, sharex=True)
    places = np.arange(len(ACTION_UNITS))
    upper.bar(places, q, color=_SHADES[3])
    upper.set(ylim=(0, 1.05), ylabel="q, implied by\n.75 surprise, .12 fear")
    for number, form in enumerate(("one_sided", "two_sided", "kl")):
        push = _push(DistributionMatching(table, form=form), expression)
        lower.bar(places + 0.27 * (number - 1), push, 0.27, label=form, color=_SHADES[number + 1])
    lower.axhline(0, color="black", linewidth=0.8)
    lower.set_ylabel("push on the action unit\nthat says p = .3")
    lower.legend(frameon=False)
    _named(lower, tuple(map(str, ACTION_UNITS)), "")
    lower.tick_params(axis="x", rotation=0)
    _save(figure, path)


def _push(matching: DistributionMatching, expression: torch.Tensor) -> NDArray[np.float32]:
    """The negative gradient at the logits of an action unit head that says .3 for everything."""
    logits = torch.full((1, len(ACTION_UNITS)), float(np.log(0.3 / 0.7)), requires_grad=True)
    total, _ = matching(expression, logits)
    total.backward()
    assert logits.grad is not None
    return np.asarray(-logits.grad[0].numpy())


_SHADES = ("#c6dbef", "#9ecae1", "#4292c6", "#08519c")


def _named(axes: Axes, names: tuple[str, ...], title: str) -> None:
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right")
    axes.set_title(title, fontsize=10)


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _save(figure: Figure, path: Path) -> None:
    # The name and version of the drawing library would change the bytes.
    figure.savefig(path, format="png", metadata={"Software": None})


if __name__ == "__main__":
    main()
