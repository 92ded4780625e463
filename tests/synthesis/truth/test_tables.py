import numpy as np
import pytest

from facebehavior.labels import ACTION_UNITS, COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.relatedness import DU_2014
from facebehavior.synthesis.truth.tables import CATEGORIES, du_table, perturbed_table

SEEDS = range(12)


def test_the_rows_are_the_basic_and_the_compound_expressions() -> None:
    assert (*EXPRESSIONS, *COMPOUND_EXPRESSIONS) == CATEGORIES
    assert du_table().probabilities.shape == (22, 17)


def test_every_cell_is_dus_and_action_unit_11_is_left_out() -> None:
    table = du_table()
    for category in CATEGORIES:
        for number, value in zip(ACTION_UNITS, table.row(category), strict=True):
            assert value == DU_2014.get(category, {}).get(number, 0.0), (category, number)
    cells = sum(1 for row in DU_2014.values() for number in row if number != 11)
    assert (table.probabilities > 0).sum() == cells
    assert not table.row("neutral").any()


def test_a_perturbation_is_repeated_by_its_seed() -> None:
    first, again = perturbed_table(5).probabilities, perturbed_table(5).probabilities
    np.testing.assert_array_equal(first, again)
    assert (perturbed_table(6).probabilities != first).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_perturbation_keeps_to_its_bounds(seed: int) -> None:
    du, moved = du_table().probabilities, perturbed_table(seed).probabilities
    prototypical, empty = du == 1.0, du == 0.0
    observational = ~prototypical & ~empty
    assert moved[prototypical].min() >= 0.70
    assert moved[prototypical].max() <= 0.95
    assert np.abs(moved - du)[observational].max() <= 0.2 + 1e-12
    assert moved[observational].min() >= 0.05
    filled = moved[empty & (moved > 0)]
    assert filled.min() >= 0.1
    assert filled.max() <= 0.5
    assert not moved[CATEGORIES.index("neutral")].any()


def test_a_perturbation_fills_15_percent_of_the_empty_cells() -> None:
    du = du_table().probabilities
    empty = du == 0.0
    empty[CATEGORIES.index("neutral")] = False
    shares = [(perturbed_table(seed).probabilities[empty] > 0).mean() for seed in range(60)]
    error = np.sqrt(0.15 * 0.85 / (60 * empty.sum()))
    assert np.mean(shares) == pytest.approx(0.15, abs=4 * error)


def test_the_written_table_names_its_cells() -> None:
    table = perturbed_table(3)
    written = table.to_dict()
    assert tuple(written) == CATEGORIES
    assert written["neutral"] == {}
    for category in CATEGORIES:
        for number, value in zip(ACTION_UNITS, table.row(category), strict=True):
            assert written[category].get(f"au{number:02d}", 0.0) == pytest.approx(value, abs=1e-6)
