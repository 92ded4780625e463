"""The page of the few-shot study: tables, curves and contrasts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from studies.contrasts import INTERVALS, contrast_table
from studies.runs import discussion

Found = Mapping[str, Mapping[str, Any]]
COLOURS = {
    "coupled": "#1f4e79",
    "uncoupled": "#3a8f5c",
    "expressions alone": "#c0722e",
    "from scratch": "#777777",
}
STYLES = {"head alone": "-", "last block": ":", "all": "--"}
DESCRIPTIONS = {
    "own domain": "Cross-validated by people on the compound faces of the database `test`, a "
    "domain that no network has seen before: k pictures of each class from the people of "
    "two thirds, tested on the people of the last third, three times",
    "other domain": "k pictures of each class of the database `few_shot`, portraits before a wall, "
    "tested on all compound faces of `test`",
}


def write_page(found: Found, summary: Mapping[str, Any], results: Path) -> None:
    """Write `few_shot.md` and `few_shot.png`."""
    draw(found, results / "few_shot.png")
    with writing(results / "few_shot.md") as unfinished:
        unfinished.write_text(page(found, summary))


def page(found: Found, summary: Mapping[str, Any]) -> str:
    """Write the results as Markdown."""
    tables = [
        f"## {protocol.capitalize()}\n\n{text}. UAR over 15 classes (chance .067), mean ± standard "
        "deviation over seeds (their number), each with a network and a draw of pictures of its "
        f"own.\n\n{_table(found, protocol)}"
        for protocol, text in DESCRIPTIONS.items()
    ]
    return (
        "# Compound expressions from a few pictures\n\n"
        f"{discussion(str(Path(__file__).with_name('few_shot.py')))}"
        "A head of 15 compound expressions is put on the networks of the study of negative "
        "transfer, of 48 pixels and about 90,000 weights, and trained for 200 steps: the new head "
        "alone, the last block of the trunk with it, or everything.\n\n"
        "![UAR against pictures a class](few_shot.png)\n\n"
        + "\n\n".join(tables)
        + f"\n\n## Contrasts\n\n{INTERVALS}\n\n{contrast_table(summary['contrasts'])}\n\n"
        "Made by `python -m studies.few_shot`.\n"
    )


def _table(found: Found, protocol: str) -> str:
    curves = _curves(found, protocol)
    shots = sorted({one["shots"] for one in found.values()})
    rows = [
        (", ".join(arm), *(_cell(values.get(k)) for k in shots)) for arm, values in curves.items()
    ]
    return markdown_table(("start, trained", *(f"k = {k}" for k in shots)), rows)


def _cell(values: list[float] | None) -> str:
    if not values:
        return "-"
    spread = f" ± {_spread(values):.3f}" if len(values) > 1 else ""
    return f"{np.mean(values):.3f}{spread} ({len(values)})"


def _spread(values: list[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")


def _curves(found: Found, protocol: str) -> dict[tuple[str, str], dict[int, list[float]]]:
    """Give the UAR of every seed by start and what is trained, and by k."""
    curves: dict[tuple[str, str], dict[int, list[float]]] = {}
    for one in found.values():
        if one["protocol"] == protocol:
            by_shots = curves.setdefault((one["start"], one["trained"]), {})
            by_shots.setdefault(one["shots"], []).append(one["figures"]["uar"])
    return curves


def draw(found: Found, path: Path) -> None:
    """Draw the UAR against k in both tests."""
    figure = Figure(figsize=(9.5, 4.6), layout="constrained")
    named = {}
    panels = figure.subplots(1, len(DESCRIPTIONS), sharey=True)
    for panel, protocol in zip(panels, DESCRIPTIONS, strict=True):
        for (start, trained), values in _curves(found, protocol).items():
            shots = sorted(values)
            means = [float(np.mean(values[k])) for k in shots]
            spreads = [_spread(values[k]) for k in shots]
            label = f"{start}, {trained}"
            named[label] = panel.errorbar(
                shots, means, yerr=spreads, color=COLOURS[start], linestyle=STYLES[trained],
                marker="o", markersize=3, linewidth=1.2, elinewidth=0.7, label=label,
            )  # fmt: skip
        panel.axhline(1 / 15, color="0.7", linewidth=0.8)
        panel.set_xscale("log")
        panel.set_xlim(0.8, 63)
        panel.set_xticks([1, 5, 10, 50], ["1", "5", "10", "50"])
        panel.minorticks_off()
        panel.set_title(protocol, fontsize=10)
        panel.set_xlabel("pictures of each class", fontsize=9)
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("UAR (chance .067)", fontsize=9)
    figure.legend(list(named.values()), list(named), fontsize=8, loc="outside lower center", ncol=4)
    with writing(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=110, metadata={"Software": None})
