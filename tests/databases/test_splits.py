from collections import Counter

import pytest

from facebehavior.databases.splits import drawn_folds, drawn_split, stratified_held_out

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def test_a_split_has_about_its_share_and_depends_on_key_and_seed_alone() -> None:
    keys = [f"person {number}" for number in range(4000)]
    first = [drawn_split(key, SHARES, seed=1) for key in keys]
    counts = Counter(first)
    # Four standard deviations of a binomial count.
    assert counts["train"] == pytest.approx(3200, abs=4 * (4000 * 0.8 * 0.2) ** 0.5)
    assert counts["test"] == pytest.approx(400, abs=4 * (4000 * 0.1 * 0.9) ** 0.5)
    assert [drawn_split(key, SHARES, seed=1) for key in reversed(keys)] == first[::-1]
    assert [drawn_split(key, SHARES, seed=2) for key in keys] != first


def test_a_share_of_every_class_is_held_out() -> None:
    keys = [f"{number:03d}" for number in range(60)]
    classes = ["fear"] * 20 + ["anger"] * 40
    held_out = stratified_held_out(keys, classes, 0.1, seed=0)
    assert Counter(classes[int(key)] for key in held_out) == {"fear": 2, "anger": 4}
    assert held_out != stratified_held_out(keys, classes, 0.1, seed=1)


def test_folds_are_of_equal_size_and_each_unit_is_in_one() -> None:
    units = [f"SN{number:03d}" for number in range(28)]
    folds = drawn_folds([*units, *units], 3, seed=0)
    assert set(folds) == set(units)
    assert sorted(Counter(folds.values()).values()) == [9, 9, 10]
    assert drawn_folds(reversed(units), 3, seed=0) == folds
