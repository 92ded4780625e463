"""Contrasts between the arms of a study that trains, with intervals and corrected p-values.

Every run may keep its figures under many draws of people beside its result (`keep_draws`). Where
both arms of a contrast have them, its interval is over people and seeds, else over seeds alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from facebehavior.evaluation.tables import markdown_table
from studies.resampling import Array, difference, holm, seed_difference
from studies.runs import keep_arrays

Figures = Mapping[str, Mapping[int, Array]]
"""Of each figure and seed: (R + 1,) under the draws of people, the first with the people as they
are; (1,) where no draws were kept."""


INTERVALS = (
    "Difference with its 95 % interval; p after Holm's correction within the family, of which the "
    "smallest that 1,000 draws can give is .002 times the number of its contrasts. Over people and "
    "seeds where the answers of both arms' runs were kept, else over seeds alone (Student's t), "
    "which says nothing of other people. Over people alone there is no p. Draws of so few seeds "
    "know little of how much seeds differ: where they are drawn with people, the interval over "
    "seeds alone (Student's t) stands beside, and only what both leave 0 out of is sure."
)


@dataclass(frozen=True)
class Difference:
    """One difference between two arms, `better` minus `worse`.

    Attributes:
        family: whose p-values are corrected together.
        figure: that is compared.
        seeds: that both arms have.
        over: what interval and p-value are over: `people and seeds`, or one of them.
        mean, low, high: of the difference, with its 95 % interval.
        p: two-sided, corrected by Holm's method within the family; None where none is known.
        seeds_alone: where `over` is `people and seeds`, the 95 % interval by Student's t over the
            seeds with the people as they are.
    """

    family: str
    better: str
    worse: str
    figure: str
    seeds: int
    over: str
    mean: float
    low: float
    high: float
    p: float | None
    seeds_alone: tuple[float, float] | None = None


def keep_draws(path: Path, figures: Mapping[str, Array]) -> None:
    """Write a run's figures under the draws of people, each (R + 1,)."""
    keep_arrays(path, **{name: values.astype(np.float32) for name, values in figures.items()})


def as_they_are(drawn: Mapping[str, Array], figures: Iterable[str]) -> dict[str, float | None]:
    """Give each figure with the people as they are; None where a run has it not."""
    return {name: float(drawn[name][0]) if name in drawn else None for name in figures}


def collected(found: Mapping[str, Mapping[str, Any]], results: Path) -> dict[str, Figures]:
    """Gather the figures of all runs by arm.

    Args:
        found: of each run its arm, its seed and its figures; those that are None are left out.
        results: folder of what `keep_draws` has written, `<run>.npz`.
    """
    arms: dict[str, dict[str, dict[int, Array]]] = {}
    for name, run in found.items():
        figures = {f: np.array([v]) for f, v in run["figures"].items() if v is not None}
        kept = results / f"{name}.npz"
        if kept.is_file():
            with np.load(kept, allow_pickle=False) as arrays:
                figures |= {figure: arrays[figure].astype(np.float64) for figure in arrays.files}
        for figure, values in figures.items():
            arms.setdefault(run["arm"], {}).setdefault(figure, {})[run["seed"]] = values
    return dict(arms)


def differences(
    families: Mapping[str, Sequence[tuple[str, str]]],
    figures: Sequence[str],
    arms: Mapping[str, Figures],
) -> list[Difference]:
    """Compare pairs of arms in every figure that both have.

    One seed says nothing of others: its interval is over people alone, and it has no p-value.

    Args:
        families: pairs `better, worse` by the name of their family.
        figures: that are compared.
        arms: from `collected`.
    """
    return [one for name, pairs in families.items() for one in _family(name, pairs, figures, arms)]


def _family(
    name: str,
    pairs: Sequence[tuple[str, str]],
    figures: Sequence[str],
    arms: Mapping[str, Figures],
) -> list[Difference]:
    compared = [
        _difference(name, better, worse, figure, arms)
        for better, worse in pairs
        for figure in figures
        if not any(arm in arms and figure not in arms[arm] for arm in (better, worse))
    ]
    corrected = holm([None if one is None else one.p for one in compared])
    return [
        replace(one, p=p) for one, p in zip(compared, corrected, strict=True) if one is not None
    ]


def _difference(
    family: str, better: str, worse: str, figure: str, arms: Mapping[str, Figures]
) -> Difference | None:
    first, second = (arms.get(arm, {}).get(figure, {}) for arm in (better, worse))
    common = sorted(set(first) & set(second))
    place = (family, better, worse, figure, len(common))
    if common and all(len(arm[seed]) > 1 for arm in (first, second) for seed in common):
        mean, low, high, p = difference(first, second)
        if len(common) == 1:
            return Difference(*place, "people", mean, low, high, None)
        _, *alone, _ = _over_seeds(first, second, common)
        return Difference(*place, "people and seeds", mean, low, high, p, (alone[0], alone[1]))
    if len(common) < 2:
        return None
    return Difference(*place, "seeds", *_over_seeds(first, second, common))


def _over_seeds(
    first: Mapping[int, Array], second: Mapping[int, Array], common: Sequence[int]
) -> tuple[float, float, float, float]:
    ours, theirs = ({seed: float(arm[seed][0]) for seed in common} for arm in (first, second))
    return seed_difference(ours, theirs)


def contrast_table(found: Sequence[Mapping[str, Any]]) -> str:
    """Write differences as a Markdown table."""
    rows = [
        (
            one["family"],
            f"{one['better']} minus {one['worse']}",
            one["figure"],
            one["over"],
            f"{one['mean']:+.3f} ({one['low']:+.3f} to {one['high']:+.3f})"
            f"{_alone(one['seeds_alone'])}",
            _p(one["p"]),
        )
        for one in found
    ]
    titles = ("family", "contrast", "figure", "interval over", "difference (95 %)", "p (Holm)")
    return markdown_table(titles, rows)


def _alone(interval: Sequence[float] | None) -> str:
    if interval is None:
        return ""
    return f"; seeds alone {interval[0]:+.3f} to {interval[1]:+.3f}"


def _p(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if value >= 0.001 else "< .001"
