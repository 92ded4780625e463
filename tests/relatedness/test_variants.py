import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.errors import FaceBehaviorError
from facebehavior.relatedness import (
    Relatedness,
    binary,
    deranged,
    domain_relatedness,
    leaky,
    marginal,
)

RATES = np.linspace(0.05, 0.6, 17)


def test_binary_is_one_wherever_anything_is_related() -> None:
    table = domain_relatedness()
    values = binary(table).values
    assert set(np.unique(values)) == {0.0, 1.0}
    assert (values.astype(bool) == (table.values > 0)).all()
    assert values.sum() == 31


@given(st.integers(0, 2**32))
def test_deranging_leaves_no_row_in_its_place_and_loses_none(seed: int) -> None:
    table = domain_relatedness()
    wrong = deranged(table, seed)
    assert not wrong.values[0].any()
    for row in range(1, 7):
        assert not np.array_equal(wrong.values[row], table.values[row])
    assert sorted(wrong.values.tolist()) == sorted(table.values.tolist())
    assert np.array_equal(deranged(table, seed).values, wrong.values)


def test_a_table_without_two_different_rows_cannot_be_deranged() -> None:
    for values in ([[0.0, 0.0], [1.0, 0.5]], [[1.0, 0.5], [1.0, 0.5]]):
        table = Relatedness(("a", "b"), ("x", "y"), np.array(values), "toy")
        with pytest.raises(FaceBehaviorError, match="two different rows"):
            deranged(table, 0)


def test_the_marginal_table_knows_no_relation() -> None:
    table = marginal(domain_relatedness(), RATES)
    assert (table.values == RATES).all()


@given(st.floats(0, 1))
def test_the_leak_mixes_each_row_with_the_base_rates(share: float) -> None:
    table = domain_relatedness()
    mixed = leaky(table, RATES, share).values
    expected = [
        [(1 - share) * w + share * r for w, r in zip(row, RATES, strict=True)]
        for row in table.values.tolist()
    ]
    np.testing.assert_allclose(mixed, expected, atol=1e-15)


def test_rates_and_shares_out_of_range_are_refused() -> None:
    table = domain_relatedness()
    with pytest.raises(FaceBehaviorError, match="17 base rates"):
        marginal(table, RATES[:3])
    with pytest.raises(FaceBehaviorError, match="from 0 to 1"):
        leaky(table, RATES, 1.5)
    with pytest.raises(FaceBehaviorError, match="found 2"):
        marginal(table, 2 * np.ones(17))


def test_a_variant_says_so() -> None:
    table = domain_relatedness()
    for other in (binary(table), deranged(table, 3), marginal(table, RATES)):
        assert other.source.startswith(table.source)
        assert other.source != table.source
