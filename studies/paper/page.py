"""The table of variants and databases."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from facebehavior.evaluation import PROTOCOLS
from facebehavior.evaluation.naming import words
from facebehavior.evaluation.tables import markdown_table
from studies.paper.plan import IDENTIFICATION

Results = Mapping[str, Mapping[tuple[str, str], "Cell"]]


@dataclass(frozen=True)
class Cell:
    """One figure of a variant.

    Attributes:
        values: of each of its networks; None where there is none.
        seen: whether people who are tested were trained on.
    """

    values: list[float | None]
    seen: bool = False

    def __str__(self) -> str:
        """Write the mean, with a star if people were seen."""
        known = [value for value in self.values if value is not None]
        if not known or len(known) < len(self.values):
            return "-"
        return f"{sum(known) / len(known):.3f}{'*' if self.seen else ''}"


def page(results: Results, tests: Mapping[str, Sequence[str]], shards: Path, *, folds: bool) -> str:
    """Write variants down, protocols across, and what the figures are."""
    there = [name for name in tests if (shards / name).is_dir()]
    columns = [(name, protocol) for name in there for protocol in tests[name]]
    titles = _titles(columns)
    nothing = Cell([])
    rows = [
        (name, *(str(cells.get(column, nothing)) for column in columns))
        for name, cells in results.items()
    ]
    parts = ["# Variants and databases", markdown_table(("variant", *titles), rows)]
    figures = zip(titles, columns, strict=True)
    parts.append("\n".join(f"- `{title}`: {_figure(*column)}" for title, column in figures))
    if folds:
        parts.append(
            "Every variant that trains on a database without a split was trained once for each "
            "fold of its people. Such a database's figure is the mean over the folds, each judged "
            "by the network that has not seen its people; any other figure is the mean over "
            "these networks."
        )
    if any("-" in row for row in rows):
        parts.append(
            "A dash: the variant does not answer this task, or could not be trained; the log says "
            "why."
        )
    if missing := [name for name in tests if name not in there]:
        parts.append(f"Not there, and so not tested: {', '.join(missing)}.")
    if any(str(cell).endswith("*") for cells in results.values() for cell in cells.values()):
        parts.append(
            "\\* The database has no split, so that people of it were trained on: the figure says "
            "nothing about new people. `--folds` or `--leave-out` does."
        )
    return "\n\n".join(parts) + "\n"


def _titles(columns: Sequence[tuple[str, str]]) -> list[str]:
    """Name the columns by their protocols, and by their databases where two have one protocol."""
    times = Counter(protocol for _, protocol in columns)
    return [
        protocol if times[protocol] == 1 else f"{protocol} ({database})"
        for database, protocol in columns
    ]


def _figure(database: str, protocol: str) -> str:
    if protocol == IDENTIFICATION:
        return (
            f"share of the test pictures of {database} whose person is named rightly; people that "
            "were held out of training are left out"
        )
    known = PROTOCOLS[protocol]
    metric = words(next(iter(known.main_metric.values())))
    return f"{'single score' if known.composite else metric} on {database}. {known.description}"
