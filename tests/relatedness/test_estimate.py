from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import Answer

from facebehavior.errors import FaceBehaviorError
from facebehavior.intervals import wilson
from facebehavior.labels import ACTION_UNIT_COLUMNS, ACTION_UNITS, EXPRESSIONS, Manifest
from facebehavior.relatedness import (
    EstimationRules,
    JointLabels,
    base_rates,
    estimate_relatedness,
    expression_relatedness,
    identity_relatedness,
    read_relatedness,
)

NO_RULES = EstimationRules(min_count=0, min_weight=0.0, shrinkage=0.0)
UNIT = ACTION_UNITS.index(12)


def labels(count: int = 600, seed: int = 0) -> JointLabels:
    generator = np.random.default_rng(seed)
    return JointLabels(
        classes=generator.integers(-1, 3, count),
        present=generator.uniform(size=(count, 4)) < [0.1, 0.4, 0.8, 0.5],
        annotated=generator.uniform(size=(count, 4)) < 0.7,
    )


def estimated(given: JointLabels, rules: EstimationRules = NO_RULES) -> np.ndarray:
    return estimate_relatedness(given, "abc", "wxyz", source="toy", rules=rules).values


def rows(expression: str, *values: bool | None, **others: object) -> list[dict[str, object]]:
    return [
        {"image": "a", "database": "toy", "expression": expression, "au12": value, **others}
        for value in values
    ]


def all_expressions() -> list[dict[str, object]]:
    return [row for name in EXPRESSIONS for row in rows(name, False)]


def test_published_vector_counts_only_what_is_annotated() -> None:
    manifest = Manifest.from_rows(
        [
            *(row for row in all_expressions() if row["expression"] != "happiness"),
            *rows("happiness", True, True, True, False, None),
        ]
    )
    table = expression_relatedness(manifest, NO_RULES)
    assert table.values[EXPRESSIONS.index("happiness"), UNIT] == 0.75
    assert table.counts is not None
    assert table.counts[EXPRESSIONS.index("happiness"), UNIT] == 4
    assert table.counts.sum() == 4 + 6


def test_published_vector_of_the_smoothing() -> None:
    """Four of four images with a global share of one half: (4 + .5) / (4 + 1)."""
    images = [
        {"image": "a", "database": "toy", "identity": name, "attr_smiling": value}
        for name, value in [("ann", True)] * 4 + [("ben", False)] * 4
    ]
    table = identity_relatedness(Manifest.from_rows(images))
    assert table.from_labels == ("toy/ann", "toy/ben")
    np.testing.assert_allclose(table.row("toy/ann")["attr_smiling"], 0.9)
    np.testing.assert_allclose(table.row("toy/ben")["attr_smiling"], 0.1)


def test_is_the_share_of_each_cell_counted_image_by_image() -> None:
    given = labels()
    rules = EstimationRules(min_count=0, min_weight=0.0, shrinkage=3.0)
    expected = np.zeros((3, 4))
    for unit in range(4):
        known = [n for n in range(600) if given.annotated[n, unit]]
        base = sum(given.present[n, unit] for n in known) / len(known)
        for kind in range(3):
            cell = [n for n in known if given.classes[n] == kind]
            hits = sum(bool(given.present[n, unit]) for n in cell)
            expected[kind, unit] = (hits + 3.0 * base) / (len(cell) + 3.0)
    np.testing.assert_allclose(estimated(given, rules), expected, rtol=1e-14)


def test_what_is_not_annotated_has_no_influence() -> None:
    given = labels()
    changed = JointLabels(given.classes, given.present | ~given.annotated, given.annotated)
    np.testing.assert_array_equal(estimated(changed), estimated(given))


def test_rare_cells_and_small_weights_become_zero() -> None:
    given = labels()
    plain = estimated(given)
    counts = estimate_relatedness(given, "abc", "wxyz", source="toy", rules=NO_RULES).counts
    assert counts is not None
    limit = int(np.median(counts))
    kept = estimated(given, EstimationRules(limit, 0.2, 0.0))
    np.testing.assert_array_equal(kept, np.where((counts < limit) | (plain < 0.2), 0, plain))
    assert 0 < (kept > 0).sum() < (plain > 0).sum()


def test_shrinkage_draws_a_rare_class_more_than_a_frequent_one() -> None:
    classes = np.array([0] * 4 + [1] * 400)
    present = np.array([[True]] * 4 + [[False]] * 300 + [[True]] * 100)
    given = JointLabels(classes, present, np.ones_like(present))
    rules = EstimationRules(min_count=0, min_weight=0.0, shrinkage=4.0)
    values = estimate_relatedness(given, "ab", "x", source="toy", rules=rules).values[:, 0]
    base = 104 / 404
    np.testing.assert_allclose(values, [(4 + 4 * base) / 8, (100 + 4 * base) / 404])


def test_intervals_are_wilsons_without_persons_and_wider_with_them() -> None:
    given = labels(300)
    alone = estimate_relatedness(given, "abc", "wxyz", source="toy", rules=NO_RULES)
    assert alone.low is not None
    assert alone.high is not None
    assert alone.counts is not None
    hits = round(float(alone.values[1, 2] * alone.counts[1, 2]))
    expected = wilson(hits, int(alone.counts[1, 2]))
    assert (alone.low[1, 2], alone.high[1, 2]) == (expected.low, expected.high)
    # The same pictures ten times over are no more people than before.
    copies = JointLabels(
        np.tile(given.classes, 10),
        np.tile(given.present, (10, 1)),
        np.tile(given.annotated, (10, 1)),
        np.tile(np.arange(300), 10),
    )
    by_person = estimate_relatedness(copies, "abc", "wxyz", source="toy", rules=NO_RULES)
    np.testing.assert_allclose(by_person.values, alone.values)
    assert by_person.low is not None
    assert by_person.high is not None
    assert (by_person.low <= by_person.values).all()
    assert (by_person.values <= by_person.high).all()
    np.testing.assert_allclose(by_person.high - by_person.low, alone.high - alone.low, rtol=0.35)


def test_the_neutral_row_is_zero_and_strong_shares_are_prototypical() -> None:
    images = [
        *all_expressions(),
        *rows("neutral", True, True, True),
        *rows("happiness", *[True] * 80),
        *rows("fear", *[True] * 50, *[False] * 50),
    ]
    rules = EstimationRules(min_count=50, min_weight=0.2, shrinkage=0.0, unrelated=("neutral",))
    table = expression_relatedness(Manifest.from_rows(images), rules)
    assert not table.values[0].any()
    assert np.argwhere(table.related).tolist() == [[1, UNIT], [4, UNIT]]
    assert np.argwhere(table.prototypical).tolist() == [[1, UNIT]]


def test_votes_count_for_the_expression_with_most_of_them() -> None:
    votes = [0.1, 0.0, 0.0, 0.2, 0.6, 0.0, 0.0, 0.1]
    image = {"image": "a", "database": "toy", "expression_votes": votes, "au12": True}
    manifest = Manifest.from_rows([*all_expressions(), image])
    table = expression_relatedness(manifest, NO_RULES)
    assert table.values[EXPRESSIONS.index("fear"), UNIT] == 0.5


def test_what_is_missing_is_named() -> None:
    without_fear = [row for row in all_expressions() if row["expression"] != "fear"]
    with pytest.raises(FaceBehaviorError, match="jointly annotated images of 'fear', found none"):
        expression_relatedness(Manifest.from_rows(without_fear))
    with pytest.raises(FaceBehaviorError, match=r"labelled with action units.*none in toy"):
        expression_relatedness(Manifest.from_rows(rows("fear", None)))
    with pytest.raises(FaceBehaviorError, match="labelled with expression"):
        expression_relatedness(
            Manifest.from_rows([{"image": "a", "database": "toy", "au12": True}])
        )
    apart = [{"image": "a", "database": "toy", "au12": True}, *rows("fear", None)]
    with pytest.raises(FaceBehaviorError, match="annotated with both tasks, found none"):
        expression_relatedness(Manifest.from_rows(apart))
    with pytest.raises(FaceBehaviorError, match="'neutrall'; did you mean 'neutral'"):
        expression_relatedness(
            Manifest.from_rows(all_expressions()), EstimationRules(unrelated=("neutrall",))
        )
    with pytest.raises(FaceBehaviorError, match="labelled with identity"):
        identity_relatedness(Manifest.from_rows(rows("fear", True)))


@pytest.mark.parametrize(("count", "weight", "shrinkage"), [(-1, 0, 0), (0, 1.5, 0), (0, 0, -0.1)])
def test_rules_out_of_range_are_refused(count: int, weight: float, shrinkage: float) -> None:
    with pytest.raises(FaceBehaviorError, match="at least 0"):
        EstimationRules(count, weight, shrinkage)


def test_base_rates_are_taken_over_annotated_images() -> None:
    present = np.array([[1, 1, 0], [0, 1, 0], [1, 1, 0]])
    annotated = np.array([[True, True, False], [True, False, False], [False, True, False]])
    assert base_rates(present, annotated).tolist() == [0.5, 1.0, 0.0]


def test_columns_of_ones_own_may_differ_between_manifests(
    facebehavior: Callable[..., Answer], tmp_path: Path
) -> None:
    images = [*all_expressions(), *rows("happiness", *[True] * 60)]
    parts = (images[::2], images[1::2])
    for name, part, value in zip(("a", "b"), parts, ("big", True), strict=True):
        own = [dict(row, label_mouth=value) for row in part]
        Manifest.from_rows(own).write(tmp_path / f"{name}.parquet")
    Manifest.from_rows([*parts[0], *parts[1]]).write(tmp_path / "both.parquet")
    given = (tmp_path / "a.parquet", tmp_path / "b.parquet")
    answer = facebehavior("relatedness", *given, "-o", tmp_path / "parts.json")
    assert answer.code == 0, answer.errors
    assert (
        facebehavior("relatedness", tmp_path / "both.parquet", "-o", tmp_path / "both.json").code
        == 0
    )
    assert (tmp_path / "parts.json").read_bytes() == (tmp_path / "both.json").read_bytes()


def test_the_command_writes_the_table_and_its_picture(
    facebehavior: Callable[..., Answer], tmp_path: Path
) -> None:
    images = [dict(row, split="train", subject=f"s{n}") for n, row in enumerate(all_expressions())]
    images += [
        dict(row, split="train", subject=f"h{n % 9}")
        for n, row in enumerate(rows("happiness", *[True] * 60))
    ]
    Manifest.from_rows([*images, *rows("happiness", False, split="test")]).write(
        tmp_path / "m.parquet"
    )
    words = ("relatedness", tmp_path / "m.parquet", "--split", "train", "-o")
    answer = facebehavior(*words, tmp_path / "W.json", "--heat-map", tmp_path / "W.png")
    assert answer.code == 0
    assert "1 related pairs, 1 of them prototypical, from 67 rows" in answer.output
    table = read_relatedness(tmp_path / "W.json").arranged(EXPRESSIONS, ACTION_UNIT_COLUMNS)
    np.testing.assert_allclose(table.row("happiness")["au12"], (60 + 60 / 67) / 62)
    assert table.rules["intervals"] == "bootstrap over persons"
    assert (tmp_path / "W.png").stat().st_size > 1000
    few = facebehavior(*words, tmp_path / "few.json", "--min-count", 62)
    assert few.code == 2
    assert "a cell needs 62 images" in few.errors
    assert not (tmp_path / "few.json").exists()
    unrelated = ("--unrelated", "neutral", "--unrelated", "happiness")
    none = facebehavior(*words[:1], *unrelated, *words[1:], tmp_path / "none.json")
    assert none.code == 2
    assert "fewer with --unrelated" in none.errors
    read, table_place = tmp_path / "m.parquet", tmp_path / "a.json"
    content = read.read_bytes()
    for bad, named in (
        ((*words, read), "ending in .json"),
        ((*words, table_place, "--heat-map", read), "ending in .png"),
        ((*words, table_place, "--min-weight", 7), "min_weight"),
        (("relatedness", tmp_path / "none.parquet", "-o", "a.json"), "none.parquet"),
        ((*words[:3], "dev", "-o", "a.json"), "found: dev|'dev'"),
    ):
        answer = facebehavior(*bad)
        assert answer.code == 2
        assert any(one in answer.errors for one in named.split("|"))
    assert read.read_bytes() == content
    assert not table_place.exists()
