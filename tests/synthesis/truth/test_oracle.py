from itertools import product

import numpy as np
import pytest

from facebehavior.labels import ACTION_UNITS, COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.synthesis.truth.affect import POSITIONS, SHARES
from facebehavior.synthesis.truth.drawing import draw_action_units
from facebehavior.synthesis.truth.oracle import category_posterior, expected_affect
from facebehavior.synthesis.truth.tables import CATEGORIES, Table, du_table, perturbed_table


def table_of(**rows: dict[int, float]) -> Table:
    """Give a table of the named categories' action units; the rest is 0."""
    probabilities = np.zeros((len(CATEGORIES), 17))
    for category, row in rows.items():
        for number, value in row.items():
            probabilities[CATEGORIES.index(category), ACTION_UNITS.index(number)] = value
    return Table(probabilities)


def showing(*numbers: int) -> np.ndarray:
    return np.array([[unit in numbers for unit in ACTION_UNITS]])


def test_the_posterior_is_the_share_of_faces_that_were_drawn_so() -> None:
    # Three action units, one of them by noise alone: 8 faces can be told apart.
    table = table_of(happiness={12: 0.8, 25: 0.6}, sadness={12: 0.2, 15: 0.5}, anger={25: 0.5})
    categories, noise, count = ("happiness", "sadness", "anger"), 0.05, 10_000
    rng = np.random.default_rng(0)
    columns = [ACTION_UNITS.index(number) for number in (12, 15, 25)]
    seen = np.zeros((3, 8))
    for row, category in enumerate(categories):
        for _ in range(count):
            active = draw_action_units(table.row(category), noise, rng).active
            seen[row, int(active[columns] @ (4, 2, 1))] += 1
    for number, shown in enumerate(product((0, 1), repeat=3)):
        units = [unit for unit, on in zip((12, 15, 25), shown, strict=True) if on]
        # The other 14 units are equally likely in all categories, so they do not matter.
        found = category_posterior(showing(*units), table, noise, categories)[0]
        total = seen[:, number].sum()
        expected = seen[:, number] / total
        assert np.abs(found - expected).max() < 4 * np.sqrt(0.25 / total) + 1e-3, shown


def test_the_posteriors_of_drawn_faces_average_to_the_shares_drawn() -> None:
    table = perturbed_table(2)
    categories, noise = ("fear", "anger", "appalled"), 0.1
    rng = np.random.default_rng(1)
    faces = [
        draw_action_units(table.row(categories[number % 3]), noise, rng).active
        for number in range(6000)
    ]
    found = category_posterior(np.array(faces), table, noise, categories)
    assert found.mean(axis=0) == pytest.approx([1 / 3] * 3, abs=0.01)


def test_rows_sum_to_one_and_depend_on_their_own_face_alone() -> None:
    rng = np.random.default_rng(0)
    active = rng.random((40, 17)) < 0.3
    table = perturbed_table(7)
    found = category_posterior(active, table, 0.03, CATEGORIES)
    assert found.shape == (40, 22)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-12)
    assert found.min() >= 0.0
    order = rng.permutation(40)
    np.testing.assert_allclose(
        category_posterior(active[order], table, 0.03, CATEGORIES), found[order]
    )


def test_evidence_that_only_one_category_gives_is_certain() -> None:
    table = table_of(happiness={12: 1.0}, sadness={15: 1.0})
    categories = ("happiness", "sadness", "neutral")
    active = np.concatenate([showing(12), showing(15), showing()])
    np.testing.assert_allclose(category_posterior(active, table, 0.0, categories), np.eye(3))


def test_what_is_likelier_beforehand_is_likelier_afterwards_by_bayes() -> None:
    table = perturbed_table(3)
    active = np.random.default_rng(4).random((20, 17)) < 0.3
    prior = np.random.default_rng(5).dirichlet(np.ones(22))
    even = category_posterior(active, table, 0.03, CATEGORIES)
    weighted = even * prior
    np.testing.assert_allclose(
        category_posterior(active, table, 0.03, CATEGORIES, prior),
        weighted / weighted.sum(axis=1, keepdims=True),
    )


def test_a_face_that_no_category_can_show_is_equally_likely_in_all() -> None:
    table = table_of(happiness={12: 1.0}, sadness={15: 1.0})
    found = category_posterior(showing(12, 15), table, 0.0, ("happiness", "sadness"))
    np.testing.assert_allclose(found, [[0.5, 0.5]])


def test_prototypical_faces_are_told_apart() -> None:
    table = du_table()
    active = np.array([table.row(category) == 1.0 for category in EXPRESSIONS])
    found = category_posterior(active, table, 0.03, EXPRESSIONS)
    assert (found.argmax(axis=1) == np.arange(7)).all()
    assert found.max(axis=1).min() > 0.8


def test_the_expected_affect_follows_its_formula() -> None:
    rng = np.random.default_rng(0)
    categories = (*EXPRESSIONS, "happily_surprised")
    shown = np.where(rng.random((30, 17)) < 0.3, rng.uniform(0.2, 1.0, (30, 17)), 0.0)
    shown[0] = 0.0
    shown[1] = 0.1  # traces alone
    posterior = rng.dirichlet(np.ones(len(categories)), 30)
    found = expected_affect(shown, posterior, categories)
    for number in range(30):
        active = [value for value in shown[number] if value >= 0.2]
        strength = 0.75
        if active:
            strength = min(max(sum(active) / len(active) / 0.95, 0.5), 1.0)
        for axis in (0, 1):
            total = 0.0
            for category, share in zip(categories, posterior[number], strict=True):
                parts = COMPOUND_EXPRESSIONS.get(category, (category,))
                place = sum(POSITIONS[part][axis] for part in parts) / len(parts)
                total += strength * share * place
            for unit, value in zip(ACTION_UNITS, shown[number], strict=True):
                total += value * SHARES[unit][axis]
            assert found[number, axis] == pytest.approx(min(max(total, -1), 1), abs=1e-12)
