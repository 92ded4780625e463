"""Pictures of a record, on matplotlib: curves over time, the circumplex, the action units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from facebehavior.analysis.overlay import COLOURS
from facebehavior.analysis.series import EXPRESSION_COLUMNS, Series, series_of
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS, ACTION_UNIT_NAMES, AFFECT, EXPRESSIONS

_WIDE = (10.0, 6.0)


@dataclass(frozen=True)
class Plots:
    """Pictures of the faces of a record; each method gives a new matplotlib figure.

    Attributes:
        table: of records.
    """

    table: pa.Table

    def timeline(self, name: str | None = None) -> Figure:
        """Draw expressions, valence and arousal of one face over time.

        Args:
            name: of the person, or `face` and the number of the track; the face that is there for
                longest where it is None.

        Raises:
            FaceBehaviorError: there is no such face.
        """
        series = self._chosen(name)
        figure = Figure(figsize=_WIDE, layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True)
        for place, column in enumerate(EXPRESSION_COLUMNS):
            colour = COLOURS[place % len(COLOURS)]
            _line(above, series, column, EXPRESSIONS[place], colour)
        above.set(ylabel="probability", ylim=(0, 1), title=f"{series.source}: {series.name}")
        for place, column in enumerate(AFFECT):
            _line(below, series, column, column, COLOURS[place])
        below.axhline(0.0, color="0.6", linewidth=0.8)
        below.set(ylabel="-1 to 1", ylim=(-1, 1), xlabel="time (s)")
        for axes in (above, below):
            axes.legend(loc="upper right", ncols=4, fontsize="small", frameon=False)
        return figure

    def circumplex(self) -> Figure:
        """Draw where every face is in the plane of valence and arousal."""
        figure = Figure(figsize=(6.0, 6.0), layout="constrained")
        axes = figure.subplots()
        axes.add_patch(_circle())
        axes.axhline(0.0, color="0.7", linewidth=0.8)
        axes.axvline(0.0, color="0.7", linewidth=0.8)
        for number, series in enumerate(series_of(self.table, AFFECT)):
            colour = COLOURS[number % len(COLOURS)]
            valence, arousal = series.values[:, 0], series.values[:, 1]
            axes.plot(valence, arousal, color=colour, linewidth=0.8, alpha=0.6)
            axes.scatter(valence[-1:], arousal[-1:], color=colour, label=series.name, zorder=3)
        axes.set(
            xlim=(-1.05, 1.05),
            ylim=(-1.05, 1.05),
            xlabel="valence: unpleasant to pleasant",
            ylabel="arousal: calm to excited",
            aspect="equal",
        )
        if axes.has_data() and axes.get_legend_handles_labels()[0]:
            axes.legend(loc="upper left", fontsize="small", frameon=False)
        return figure

    def action_units(self, name: str | None = None) -> Figure:
        """Draw the probability of every action unit of one face over time.

        Args:
            name: as for `timeline`.

        Raises:
            FaceBehaviorError: there is no such face.
        """
        series = self._chosen(name)
        places = [series.columns.index(c) for c in ACTION_UNIT_COLUMNS if c in series.columns]
        figure = Figure(figsize=_WIDE, layout="constrained")
        axes = figure.subplots()
        start, stop = float(series.time_s[0]), float(series.time_s[-1])
        picture = axes.imshow(
            np.ma.masked_invalid(series.values[:, places].T),
            aspect="auto",
            interpolation="nearest",
            vmin=0.0,
            vmax=1.0,
            extent=(start, max(stop, start + 1e-3), len(places) - 0.5, -0.5),
        )
        names = [f"{number} {name}" for number, name in ACTION_UNIT_NAMES.items()]
        axes.set_yticks(range(len(places)), names[: len(places)])
        axes.set(xlabel="time (s)", title=f"{series.source}: {series.name}")
        figure.colorbar(picture, ax=axes, label="probability")
        return figure

    def names(self) -> tuple[str, ...]:
        """Give the names of all faces."""
        return tuple(dict.fromkeys(series.name for series in series_of(self.table)))

    def _chosen(self, name: str | None) -> Series:
        found: Sequence[Series] = [
            series for series in series_of(self.table) if name in (None, series.name)
        ]
        if not self.names():
            raise FaceBehaviorError("expected records with a face to draw, found none")
        if not found:
            known = ", ".join(self.names())
            raise FaceBehaviorError(f"expected one of the faces {known}, found {name!r}")
        return max(found, key=lambda series: len(series.rows))


def _line(axes: Axes, series: Series, column: str, label: str, colour: str) -> None:
    if column in series.columns:
        values = series.values[:, series.columns.index(column)]
        axes.plot(series.time_s, values, label=label, color=colour, linewidth=1.2)


def _circle() -> Circle:
    return Circle((0.0, 0.0), 1.0, fill=False, color="0.7", linewidth=0.8)
