from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from tests.synthesis.small import as_dictionary, few_pictures

from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    ATTRIBUTE_COLUMNS,
    COMPOUND_EXPRESSIONS,
    EXPRESSIONS,
    Manifest,
)
from facebehavior.synthesis import Configuration
from facebehavior.synthesis.configuration import ALL_LABELS, Label
from facebehavior.synthesis.labelling import COLUMNS, checksum, labels_of, revealed, true_labels
from facebehavior.synthesis.plan import PicturePlan, plan_database
from facebehavior.synthesis.truth.drawing import Drawn

POINTS = np.arange(10, dtype=np.float64).reshape(5, 2)
ALWAYS = {"image", "database", "split", "subject", "landmarks"}


@pytest.fixture(scope="module")
def plans() -> list[PicturePlan]:
    configuration = few_pictures()
    return [plan for name in configuration.databases for plan in plan_database(configuration, name)]


def test_every_kind_of_label_has_columns_of_its_own() -> None:
    assert set(COLUMNS) == set(ALL_LABELS)
    for first, second in combinations(COLUMNS.values(), 2):
        assert not set(first) & set(second)


@pytest.mark.parametrize("labels", [(), *((label,) for label in ALL_LABELS), ALL_LABELS])
def test_what_is_revealed_is_just_what_is_named(
    plans: list[PicturePlan], labels: tuple[Label, ...]
) -> None:
    shown = {name for label in labels for name in COLUMNS[label]}
    for plan in plans:
        row = true_labels(plan, styled=True)
        found = revealed(row, labels, POINTS)
        assert set(found) == ALWAYS | (shown & set(row))
        assert all(found[name] == row[name] for name in found if name != "landmarks")
        np.testing.assert_array_equal(found["landmarks"], np.arange(10))


def test_the_rows_are_a_manifests(plans: list[PicturePlan]) -> None:
    rows = [revealed(true_labels(plan, styled=True), ALL_LABELS, POINTS) for plan in plans]
    manifest = Manifest.from_rows(rows)
    assert len(manifest) == len(plans)
    assert manifest.column("expression").to_pylist() == [
        plan.category if plan.category in EXPRESSIONS else None for plan in plans
    ]
    assert manifest.column("compound").to_pylist() == [
        plan.category if plan.category in COMPOUND_EXPRESSIONS else None for plan in plans
    ]
    assert manifest.column("au12").null_count == 0
    assert manifest.column("skin_tone").null_count == 0


def test_labels_are_what_was_drawn(plans: list[PicturePlan]) -> None:
    for plan in plans:
        row = true_labels(plan, styled=True)
        for name, active, intensity in zip(
            ACTION_UNIT_COLUMNS, plan.drawn.active, plan.drawn.intensities, strict=True
        ):
            assert row[name] is bool(active)
            assert row[name] == (intensity >= 0.2)
            assert row[f"{name}_intensity"] == intensity
        assert (row["valence"], row["arousal"]) == plan.affect
        assert row["identity"] == row["subject"] == plan.person.name
        assert row["pose_yaw"] == plan.world.attitude.yaw
        assert row["pose_pitch"] == plan.world.attitude.pitch
        assert row["pose_roll"] == plan.world.attitude.roll


def test_compound_and_random_faces_have_no_expression(plans: list[PicturePlan]) -> None:
    rows = [true_labels(plan, styled=True) for plan in plans]
    compound = [row for row in rows if "compound" in row]
    at_random = [row for row, plan in zip(rows, plans, strict=True) if plan.category is None]
    assert len(compound) == 5
    assert len(at_random) == 3
    assert all("expression" not in row for row in (*compound, *at_random))
    assert all("compound" not in row for row in at_random)


def test_the_action_units_of_a_sculpted_face_are_not_known(plans: list[PicturePlan]) -> None:
    plan = replace(plans[0], sculpt=("06_Happy", 0.8))
    row = true_labels(plan, styled=True)
    assert not {name for name in row if name.startswith("au")} & set(ACTION_UNIT_COLUMNS)
    assert not any(f"{name}_intensity" in row for name in ACTION_UNIT_COLUMNS)
    assert row["attr_smiling"] is None
    assert row["expression"] == plan.category
    Manifest.from_rows([revealed(row, ALL_LABELS, POINTS)])


def test_without_assets_hair_styles_are_null(plans: list[PicturePlan]) -> None:
    styled, plain = (true_labels(plans[0], styled=choice) for choice in (True, False))
    different = {name for name in ATTRIBUTE_COLUMNS if styled[name] != plain[name]}
    assert {"attr_straight_hair", "attr_wavy_hair"} <= different
    assert different <= {
        "attr_straight_hair",
        "attr_wavy_hair",
        "attr_bangs",
        "attr_receding_hairline",
    }


def test_a_split_may_reveal_other_labels_than_its_database() -> None:
    content = as_dictionary(few_pictures())
    splits = content["databases"]["expression"]["splits"]
    splits["test"] = {"people": 2, "pictures": 2, "reveals": ["pose", "affect"]}
    configuration = Configuration.model_validate(content)
    found = {
        plan.split: labels_of(configuration, plan)
        for plan in plan_database(configuration, "expression")
    }
    assert found == {"train": ("expression",), "test": ("pose", "affect")}


def test_the_checksum_changes_with_any_label_and_order(plans: list[PicturePlan]) -> None:
    whole = checksum(plans, styled=True)
    assert whole == checksum(list(plans), styled=True)
    first = plans[0]
    intensities = first.drawn.intensities.copy()
    intensities[3] += 0.0001
    world = first.world
    changes = [
        replace(first, affect=(first.affect[0] + 0.0001, first.affect[1])),
        replace(first, drawn=Drawn(first.drawn.strength, intensities)),
        replace(first, world=replace(world, attitude=replace(world.attitude, yaw=7.77))),
        replace(first, person=replace(first.person, skin_tone=9)),
        replace(first, look=replace(first.look, glasses=None if first.look.glasses else 1)),
        replace(first, category="fear" if first.category != "fear" else "anger"),
    ]
    sums = {checksum([changed, *plans[1:]], styled=True) for changed in changes}
    sums |= {checksum(plans[1:], styled=True), checksum(plans[::-1], styled=True)}
    sums |= {checksum(plans, styled=False)}
    assert len(sums) == len(changes) + 3
    assert whole not in sums
