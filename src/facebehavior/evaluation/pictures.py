"""Pictures of an evaluation, as PNG whose bytes depend on the figures only."""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from facebehavior.evaluation.metrics import ReliabilityBins
from facebehavior.evaluation.metrics.masking import ratio
from facebehavior.labels import EXPRESSIONS

_DOTS_PER_INCH = 120
_COLOUR = "#2166ac"


def draw_confusion(confusion: NDArray[np.int64], path: Path) -> None:
    """Draw a confusion matrix: the colour is the share of the row, the text share and count.

    Args:
        confusion: (7, 7) counts, rows truth, columns prediction.
        path: the PNG to write.
    """
    totals = confusion.sum(axis=1, keepdims=True)
    shares = ratio(confusion, np.broadcast_to(totals, confusion.shape))
    figure = _figure(7.4, 6.4)
    axes = figure.add_subplot()
    picture = axes.imshow(np.nan_to_num(shares), cmap="Blues", vmin=0.0, vmax=1.0)
    for (row, column), share in np.ndenumerate(shares):
        text = f"{'-' if np.isnan(share) else f'{share:.2f}'}\n{confusion[row, column]}"
        colour = "white" if share > 0.55 else "black"
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=9)
    places = range(len(EXPRESSIONS))
    axes.set_xticks(places, EXPRESSIONS, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(
        places, [f"{name} ({n})" for name, n in zip(EXPRESSIONS, totals[:, 0], strict=True)]
    )
    axes.set_xlabel("prediction")
    axes.set_ylabel("truth (images)")
    figure.colorbar(picture, ax=axes, label="share of the row", fraction=0.046)
    _save(figure, path)


def draw_reliability(bins: ReliabilityBins, calibration_error: float, path: Path) -> None:
    """Draw the accuracy in each bin of confidence above the number of answers in it.

    Args:
        bins: the bins.
        calibration_error: the expected calibration error.
        path: the PNG to write.
    """
    figure = _figure(5.6, 6.4)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    filled = bins.counts > 0
    left, width = bins.edges[:-1], np.diff(bins.edges)
    upper.plot((0, 1), (0, 1), color="grey", linestyle="--", label="perfectly calibrated")
    upper.bar(
        left[filled],
        bins.accuracy[filled],
        width[filled],
        align="edge",
        color=_COLOUR,
        edgecolor="white",
        label="share of right answers",
    )
    upper.scatter(
        bins.confidence[filled],
        bins.accuracy[filled],
        color="black",
        s=14,
        zorder=3,
        label="the same at the mean confidence",
    )
    upper.set(xlim=(0, 1), ylim=(0, 1.03), ylabel="accuracy")
    upper.set_title(f"expected calibration error {calibration_error:.3f}", fontsize=11)
    upper.legend(loc="upper left", frameon=False)
    lower.bar(left, bins.counts, width, align="edge", color="grey", edgecolor="white")
    lower.set(xlabel="confidence (greatest probability)", ylabel="images")
    _save(figure, path)


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), dpi=_DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _save(figure: Figure, path: Path) -> None:
    # The name and version of the drawing library would change the bytes.
    figure.savefig(path, format="png", metadata={"Software": None}, bbox_inches="tight")
