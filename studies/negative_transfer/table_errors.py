"""How far the tables that couplings read are from the one that the generator has followed."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases.shards import Shards
from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS, label_arrays
from facebehavior.relatedness import (
    base_rates,
    deranged,
    domain_relatedness,
    leaky,
    marginal,
    read_relatedness,
)
from facebehavior.training.coupled import varied
from facebehavior.training.coupling_section import Coupling
from studies.negative_transfer.plan import Job, Places, Plan
from studies.negative_transfer.running import read_result, result_path


def table_errors(plan: Plan, places: Places, databases: Path) -> dict[str, float]:
    """Give the mean absolute difference of each arm's table to the generator's, over 7 x 17."""
    true = _true_table(databases)
    domain, empirical = domain_relatedness(), read_relatedness(places.empirical)
    used = {
        "both": domain,
        "both_empirical": empirical.arranged(EXPRESSIONS, ACTION_UNIT_COLUMNS),
        "both_deranged": deranged(domain, 0),
        "both_marginal": marginal(domain, _base_rates(plan, places)),
    }
    return {arm: float(np.abs(table.values - true).mean()) for arm, table in used.items()}


def _true_table(databases: Path) -> NDArray[np.float64]:
    """Read the generator's own table; (7, 17)."""
    true = np.zeros((len(EXPRESSIONS), len(ACTION_UNIT_COLUMNS)))
    rows: Mapping[str, Mapping[str, float]] = read_result(databases / "action_units" / "table.json")
    for row, name in enumerate(EXPRESSIONS):
        for unit, value in rows[name].items():
            true[row, ACTION_UNIT_COLUMNS.index(unit)] = value
    return true


def learned_errors(plan: Plan, places: Places, databases: Path) -> dict[str, list[float]]:
    """Give the error of each learned table before and after training, as `table_errors` does."""
    true, rates = _true_table(databases), _base_rates(plan, places)
    found = {}
    for name, arm in plan.pilot.items():
        path = result_path(Job(name, "B", 0, True), places)
        learned = read_result(path).get("learned_table") if path.exists() else None
        if learned is not None and arm.coupling is not None:
            section = Coupling.model_validate(dict(arm.coupling))
            assert section.learned_table is not None
            start = varied(domain_relatedness(), section, rates)
            prior = leaky(start, rates, section.learned_table.leak)
            errors = (np.abs(values - true).mean() for values in (prior.values, np.array(learned)))
            found[name] = [float(error) for error in errors]
    return found


def _base_rates(plan: Plan, places: Places) -> NDArray[np.float64]:
    manifest = Shards(places.database("action_units", plan.worlds["B"])).manifest
    labels = label_arrays(manifest)
    rows = [split == "train" for split in manifest.column("split").to_pylist()]
    return base_rates(labels.action_units[rows], labels.action_units_annotated[rows])
