"""A record as one page that needs nothing else: curves, the circumplex, events, who is there."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.analysis.events import events
from facebehavior.analysis.overlay import COLOURS
from facebehavior.analysis.series import EXPRESSION_COLUMNS, Series, series_of
from facebehavior.analysis.thumbnails import Thumbnails
from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.labels import ACTION_UNIT_COLUMNS, ACTION_UNIT_NAMES, AFFECT, EXPRESSIONS

Rows = NDArray[np.int64]

MOST_POINTS = 2000
"""Points of a curve; longer ones are thinned out."""
MOST_FACES = 40
MOST_EVENTS = 200
_AFFECT_COLOURS = ("#222222", "#999999")

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1100px;color:#222}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem;display:flex;align-items:center;gap:.8rem}
h2 img{width:72px;height:72px;border-radius:8px}table{border-collapse:collapse;font-size:13px}
td,th{padding:.15rem .7rem .15rem 0;text-align:left;border-bottom:1px solid #eee}
details{margin:.6rem 0}.note{color:#666;font-size:13px}
"""


def write_report(
    path: str | Path,
    table: pa.Table,
    thresholds: Mapping[str, float],
    thumbnails: Thumbnails | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Write the page.

    Args:
        path: ends in `.html`.
        table: of records.
        thresholds: probability above which each action unit counts as active.
        thumbnails: of the faces.
        notes: lines about how the record was made.

    Raises:
        FaceBehaviorError: the page cannot be written, or the package plotly is not installed.
    """
    check_plotly()
    from plotly.offline import get_plotlyjs

    faces = sorted(series_of(table), key=lambda series: -len(series.rows))
    found = events(table, thresholds)
    parts = [_head(table, faces, notes, get_plotlyjs())]
    for number, series in enumerate(faces[:MOST_FACES]):
        parts.append(_face(series, number, found, thumbnails))
    parts.append("</body></html>")
    with writing(Path(path)) as unfinished:
        unfinished.write_text("\n".join(parts), encoding="utf-8")


def check_plotly() -> None:
    """See, before hours are spent, whether pages can be drawn.

    Raises:
        FaceBehaviorError: the package plotly is not installed.
    """
    if find_spec("plotly") is None:
        raise FaceBehaviorError(
            "the report needs the package plotly: pip install 'facebehavior[report]'"
        )


def _head(table: pa.Table, faces: Sequence[Series], notes: Sequence[str], script: str) -> str:
    sources = table["source"].unique().to_pylist()
    detected = sum(bool(one) for one in table["detected"].to_pylist())
    lost = table["detected"].null_count
    damage = f" {lost} frames are lost to damage." if lost else ""
    shown = (
        "" if len(faces) <= MOST_FACES else f" The {MOST_FACES} that are there longest are shown."
    )
    lines = "".join(f"<p class=note>{html.escape(note)}</p>" for note in notes)
    names = [PurePath(str(source)).name for source in sources]
    name = html.escape(", ".join(names[:3]) + (" ..." if len(names) > 3 else ""))
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        f"<title>{name}</title><style>{_STYLE}</style><script>{script}</script></head><body>"
        f"<h1>{name}</h1><p>{len(table)} rows, {detected} with a face; "
        f"different faces: {len(faces)}.{damage}{shown}</p>{lines}"
        "<p class=note>Probabilities and affect are a program's estimates of what a face shows, "
        "not of what a person feels.</p>"
    )


def _face(series: Series, number: int, found: pa.Table, thumbnails: Thumbnails | None) -> str:
    picture = None if thumbnails is None else thumbnails.as_data(series.source, series.name)
    image = f'<img alt="" src="{picture}">' if picture else ""
    title = f"<h2>{image}{html.escape(series.name)} <span class=note>"
    title += f"{html.escape(series.source)}</span></h2>"
    return title + _curves(series, number) + _circumplex(series, number) + _events(series, found)


def _curves(series: Series, number: int) -> str:
    """Draw what the model has: expressions, affect, action units, over one time line."""
    from plotly.subplots import make_subplots

    rows = _thinned(len(series.time_s))
    time = series.time_s[rows].round(3).tolist()
    panels = [
        panel
        for panel in (_expressions(series, rows), _affect(series, rows), _units(series, rows))
        if panel.traces
    ]
    if not panels:
        return "<p class=note>The model has none of the heads that are drawn.</p>"
    heights = [panel.height for panel in panels]
    figure = make_subplots(
        rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.05, row_heights=heights
    )
    for row, panel in enumerate(panels, start=1):
        for trace in panel.traces:
            figure.add_trace(trace.update(x=time), row=row, col=1)
        figure.update_yaxes(panel.axis, row=row, col=1)
    figure.update_xaxes(title="time (s)", row=len(panels), col=1)
    figure.update_layout(
        height=60 + sum(heights),
        margin={"l": 150, "r": 10, "t": 10, "b": 40},
        hovermode="x unified",
        template="simple_white",
    )
    return _drawn(figure, f"curves-{number}")


@dataclass(frozen=True)
class _Panel:
    """One part of the time line.

    Attributes:
        traces: of plotly, without their times.
        axis: settings of its vertical axis.
        height: in pixels.
    """

    traces: list[Any]
    axis: dict[str, Any]
    height: int


def _expressions(series: Series, rows: Rows) -> _Panel:
    from plotly.graph_objects import Scatter

    traces = [
        Scatter(
            y=values,
            name=EXPRESSIONS[place],
            line={"color": COLOURS[place % len(COLOURS)], "width": 1.3},
        )
        for place, column in enumerate(EXPRESSION_COLUMNS)
        if (values := _values(series, column, rows)) is not None
    ]
    return _Panel(traces, {"range": [0, 1], "title": "expression"}, 240)


def _affect(series: Series, rows: Rows) -> _Panel:
    from plotly.graph_objects import Scatter

    traces = [
        Scatter(y=values, name=column, line={"color": _AFFECT_COLOURS[place], "width": 1.3})
        for place, column in enumerate(AFFECT)
        if (values := _values(series, column, rows)) is not None
    ]
    return _Panel(traces, {"range": [-1, 1], "title": "affect"}, 180)


def _units(series: Series, rows: Rows) -> _Panel:
    from plotly.graph_objects import Heatmap

    units = [_values(series, column, rows) for column in ACTION_UNIT_COLUMNS]
    axis = {"autorange": "reversed", "tickfont": {"size": 9}}
    if all(values is None for values in units):
        return _Panel([], axis, 0)
    names = [f"{unit} {name}" for unit, name in ACTION_UNIT_NAMES.items()]
    known = [[None] * len(rows) if values is None else values for values in units]
    heat = Heatmap(
        y=names, z=known, zmin=0, zmax=1, colorscale="Viridis", showscale=False, name="active"
    )
    return _Panel([heat], axis, 340)


def _circumplex(series: Series, number: int) -> str:
    from plotly.graph_objects import Figure, Scatter

    rows = _thinned(len(series.time_s))
    valence, arousal = (_values(series, column, rows) for column in AFFECT)
    if valence is None or arousal is None:
        return ""
    colour = COLOURS[number % len(COLOURS)]
    figure = Figure(
        Scatter(
            x=valence,
            y=arousal,
            mode="lines+markers",
            text=[f"{second:.2f} s" for second in series.time_s[rows]],
            marker={"size": 4, "color": colour},
            line={"width": 0.8, "color": colour},
        )
    )
    figure.add_shape(type="circle", x0=-1, y0=-1, x1=1, y1=1, line={"color": "#bbbbbb"})
    figure.update_xaxes(range=[-1.05, 1.05], title="valence", zeroline=True)
    figure.update_yaxes(range=[-1.05, 1.05], title="arousal", zeroline=True, scaleanchor="x")
    figure.update_layout(height=420, width=460, margin={"l": 60, "r": 10, "t": 10, "b": 50},
                         template="simple_white")  # fmt: skip
    return _drawn(figure, f"circumplex-{number}")


def _events(series: Series, found: pa.Table) -> str:
    own = [
        row
        for row in found.to_pylist()
        if row["source"] == series.source and row["name"] == series.name
    ]
    if not own:
        return "<p class=note>No event.</p>"
    lines = "".join(
        f"<tr><td>{row['kind']}<td>{row['onset_s']:.2f}<td>{row['apex_s']:.2f}"
        f"<td>{row['offset_s']:.2f}<td>{row['peak']:.2f}</tr>"
        for row in own[:MOST_EVENTS]
    )
    more = f"; the first {MOST_EVENTS}" if len(own) > MOST_EVENTS else ""
    return (
        f"<details><summary>{len(own)} events{more}</summary><table><tr><th>what<th>onset (s)"
        f"<th>apex (s)<th>offset (s)<th>peak</tr>{lines}</table></details>"
    )


def _values(series: Series, column: str, rows: Rows) -> list[float | None] | None:
    if column not in series.columns:
        return None
    values = series.values[rows, series.columns.index(column)]
    if np.isnan(values).all():
        return None
    return [None if np.isnan(value) else round(float(value), 4) for value in values]


def _thinned(count: int) -> Rows:
    return np.arange(0, count, max(1, -(-count // MOST_POINTS)), dtype=np.int64)


def _drawn(figure: object, name: str) -> str:
    from plotly.io import to_html

    return str(to_html(figure, include_plotlyjs=False, full_html=False, div_id=name))
