"""A table of relatedness as a heat map, a PNG whose bytes depend on the table only."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.relatedness.table import Relatedness

MOST_LABELS = 64
"""A larger table would be a picture that nobody can read."""


def draw_relatedness(table: Relatedness, path: str | Path, title: str | None = None) -> None:
    """Draw a table: darker is more probable; the value stands in each cell that is not 0.

    Args:
        table: of at most 64 x 64 labels.
        path: the PNG to write.
        title: above the picture; the table's source where None.

    Raises:
        FaceBehaviorError: the table is too large, or the file cannot be written.
    """
    rows, columns = len(table.from_labels), len(table.to_labels)
    if max(rows, columns) > MOST_LABELS:
        raise FaceBehaviorError(
            f"{path}: expected a table of at most {MOST_LABELS} labels a side to draw, found "
            f"{rows} x {columns}"
        )
    width, height = 2.2 + 0.46 * columns, 1.5 + 0.42 * rows
    figure = Figure(figsize=(width, height), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.imshow(table.values, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    for row, column in zip(*table.related.nonzero(), strict=True):
        value = table.values[row, column]
        text = "1" if value == 1.0 else f"{value:.2f}".removeprefix("0")
        colour = "white" if value > 0.6 else "black"
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(columns), [_short(name) for name in table.to_labels])
    if any(len(_short(name)) > 4 for name in table.to_labels):
        axes.tick_params(axis="x", rotation=90)
    axes.set_yticks(range(rows), table.from_labels)
    axes.set_title(title or table.source, fontsize=10)
    with writing(path) as unfinished:
        # The name and version of the drawing library would change the bytes.
        figure.savefig(unfinished, format="png", metadata={"Software": None})


def _short(name: str) -> str:
    """Give an action unit by its number, any other label by its name."""
    return str(int(name[2:])) if name.startswith("au") and name[2:].isdigit() else name
