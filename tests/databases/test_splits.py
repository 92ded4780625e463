from collections import Counter
from pathlib import Path

import pytest
from tests.databases.trees import TREES

from facebehavior.databases import READERS, ReadingReport
from facebehavior.databases.options import options_of
from facebehavior.databases.splits import (
    drawn_folds,
    drawn_split,
    shares_of,
    stratified_held_out,
)
from facebehavior.errors import FaceBehaviorError

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


def test_what_is_not_held_out_is_for_training() -> None:
    assert list(shares_of(validation=0.25, test=0.5).items()) == [
        ("validation", 0.25),
        ("test", 0.5),
        ("train", 0.25),
    ]
    assert shares_of(test=1.0)["train"] == 0.0
    # What comes to more than 1 by rounding alone is 1.
    assert 0.33 + 0.56 + 0.11 > 1
    assert shares_of(a=0.33, b=0.56, c=0.11)["train"] == 0.0


@pytest.mark.parametrize("share", [-0.1, 1.1, 10.0, float("nan"), float("inf")])
def test_a_share_beyond_0_to_1_is_refused(share: float) -> None:
    with pytest.raises(FaceBehaviorError, match=f"of test should be from 0 to 1, found {share}"):
        shares_of(test=share)
    with pytest.raises(FaceBehaviorError, match=f"should be from 0 to 1, found {share}"):
        stratified_held_out([f"{n}" for n in range(100)], ["fear"] * 100, share, seed=0)


def test_shares_that_come_to_more_than_1_are_refused() -> None:
    with pytest.raises(FaceBehaviorError, match=r"at most 1, found validation 0\.6, test 0\.5"):
        shares_of(validation=0.6, test=0.5)


@pytest.mark.parametrize(
    ("database", "option"),
    [
        (name, option)
        for name, reader in READERS.items()
        for option in ("validation", "test")
        if option in options_of(reader)
    ],
)
def test_every_reader_checks_its_shares(database: str, option: str, tmp_path: Path) -> None:
    TREES[database](tmp_path)
    for share in (10.0, -0.5):
        with pytest.raises(FaceBehaviorError, match=f"from 0 to 1, found {share}"):
            READERS[database](tmp_path, ReadingReport(), **{option: share})


def test_folds_are_of_equal_size_and_each_unit_is_in_one() -> None:
    units = [f"SN{number:03d}" for number in range(28)]
    folds = drawn_folds([*units, *units], 3, seed=0)
    assert set(folds) == set(units)
    assert sorted(Counter(folds.values()).values()) == [9, 9, 10]
    assert drawn_folds(reversed(units), 3, seed=0) == folds
