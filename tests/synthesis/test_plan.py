from collections import Counter
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from tests.synthesis.small import as_dictionary, few_pictures

from facebehavior.labels import COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.synthesis import Configuration, read_configuration
from facebehavior.synthesis.geometry.action_units import EMOTION_SCULPTS
from facebehavior.synthesis.people import draw_person
from facebehavior.synthesis.plan import PicturePlan, active_mask, plan_database, truth_table
from facebehavior.synthesis.truth.tables import du_table, perturbed_table


def same(first: Any, second: Any) -> bool:  # noqa: ANN401 - anything that a plan holds
    """Compare plans, whose arrays have no single truth."""
    if is_dataclass(first):
        return type(first) is type(second) and all(
            same(getattr(first, part.name), getattr(second, part.name)) for part in fields(first)
        )
    if isinstance(first, np.ndarray):
        return bool(np.array_equal(first, second))
    return bool(first == second)


def all_same(first: list[PicturePlan], second: list[PicturePlan]) -> bool:
    return len(first) == len(second) and all(map(same, first, second))


@pytest.fixture(scope="module")
def study() -> Configuration:
    """The study with all of its people and one picture of each, or 44 where they are fewer."""
    content = as_dictionary(read_configuration("synthetic_study"))
    for database in content["databases"].values():
        for split in database["splits"].values():
            split["pictures"] = max(split.get("people", 0), 44)
    return Configuration.model_validate(content)


@pytest.fixture(scope="module")
def study_plans(study: Configuration) -> list[PicturePlan]:
    return [plan for name in study.databases for plan in plan_database(study, name)]


def test_the_same_configuration_gives_the_same_plans() -> None:
    for name in few_pictures().databases:
        first, again = (plan_database(few_pictures(), name) for _ in range(2))
        assert all_same(first, again)
        assert not all_same(first, plan_database(few_pictures(seed=12), name))


def test_a_database_does_not_depend_on_the_others() -> None:
    whole, content = few_pictures(), as_dictionary(few_pictures())
    alone = dict(content, databases={"test": content["databases"]["test"]})
    turned = dict(content, databases=dict(reversed(list(content["databases"].items()))))
    for changed in (alone, turned):
        plans = plan_database(Configuration.model_validate(changed), "test")
        assert all_same(plans, plan_database(whole, "test"))


def test_a_split_does_not_depend_on_what_databases_reveal_or_on_other_splits() -> None:
    content = as_dictionary(few_pictures())
    content["databases"]["test"]["reveals"] = ["pose"]
    content["databases"]["test"]["splits"]["more"] = {"people": 2, "pictures": 4}
    plans = plan_database(Configuration.model_validate(content), "test")
    assert all_same(plans[:10], plan_database(few_pictures(), "test"))


def test_there_are_as_many_pictures_and_people_as_asked_for() -> None:
    configuration = read_configuration("synthetic_small")
    for name, database in configuration.databases.items():
        plans = plan_database(configuration, name)
        for split_name, split in database.splits.items():
            own = [plan for plan in plans if plan.split == split_name]
            assert len(own) == split.pictures
            shown = Counter(plan.person.name for plan in own)
            assert len(shown) == split.people
            assert max(shown.values()) - min(shown.values()) <= 1
        assert len({plan.image for plan in plans}) == len(plans)


def test_people_never_repeat_between_databases_or_splits_but_where_told(
    study: Configuration, study_plans: list[PicturePlan]
) -> None:
    places: dict[str, set[tuple[str, str]]] = {}
    for plan in study_plans:
        places.setdefault(plan.person.name, set()).add((plan.database, plan.split))
    again = {("identity", "train"), ("identity", "test_same_people")}
    for name, found in places.items():
        assert len(found) == 1 or found <= again, name
    repeated = [name for name, found in places.items() if len(found) == 2]
    assert len(repeated) == 44  # as many as the reduced split shows pictures
    # Nor do two people of different names look the same.
    shapes = {plan.person.name: tuple(plan.person.body.local.values()) for plan in study_plans}
    assert len(set(shapes.values())) == len(shapes)


def test_the_same_person_is_the_same_in_both_splits() -> None:
    content = as_dictionary(few_pictures())
    content["databases"]["test"]["splits"]["again"] = {"people_of": "test", "pictures": 3}
    plans = plan_database(Configuration.model_validate(content), "test")
    first = {plan.person.name: plan.person for plan in plans if plan.split == "test"}
    again = [plan for plan in plans if plan.split == "again"]
    assert {plan.person.name for plan in again} == set(first)
    assert all(plan.person == first[plan.person.name] for plan in again)
    assert not all_same(again, plans[:3])


def test_compound_faces_occur_in_the_test_database_and_the_few_shot_pool_alone(
    study_plans: list[PicturePlan],
) -> None:
    databases = {plan.database for plan in study_plans if plan.category in COMPOUND_EXPRESSIONS}
    assert databases == {"test", "few_shot"}
    few_shot = {plan.category for plan in study_plans if plan.database == "few_shot"}
    assert few_shot == set(COMPOUND_EXPRESSIONS)


def test_categories_are_balanced_and_shares_kept(study_plans: list[PicturePlan]) -> None:
    for database, shares in {
        "expression": (1.0, 0.0, 0.0),
        "action_units": (2 / 3, 1 / 3, 0.0),
        "affect": (0.8, 0.2, 0.0),
        "few_shot": (0.0, 0.0, 1.0),
        "test": (0.5, 0.0, 0.5),
    }.items():
        splits = {plan.split for plan in study_plans if plan.database == database}
        for split in splits:
            own = [p for p in study_plans if (p.database, p.split) == (database, split)]
            counts = Counter(plan.category for plan in own)
            basic, compound = (
                [counts[name] for name in names] for names in (EXPRESSIONS, COMPOUND_EXPRESSIONS)
            )
            assert max(basic) - min(basic) <= 1
            assert max(compound) - min(compound) <= 1
            found = (sum(basic), counts[None], sum(compound))
            assert found == pytest.approx([share * len(own) for share in shares], abs=1.0)


def test_categories_do_not_go_with_people(study_plans: list[PicturePlan]) -> None:
    own = [plan for plan in study_plans if (plan.database, plan.split) == ("expression", "train")]
    order = [EXPRESSIONS.index(plan.category or "") for plan in own]
    assert order != sorted(order)
    by_gender = Counter((plan.person.gender, plan.category) for plan in own)
    assert min(by_gender.values()) > 0.6 * len(own) / 14


def test_skin_tones_and_genders_are_spread_evenly(study_plans: list[PicturePlan]) -> None:
    for database, split in {(plan.database, plan.split) for plan in study_plans}:
        people = {
            plan.person.name: plan.person
            for plan in study_plans
            if (plan.database, plan.split) == (database, split)
        }
        tones = Counter(person.skin_tone for person in people.values())
        genders = Counter(person.gender for person in people.values())
        assert set(tones) == set(range(10))
        assert max(tones.values()) - min(tones.values()) <= 2
        assert abs(genders["female"] - genders["male"]) <= 1
        for gender in genders:
            tones = Counter(p.skin_tone for p in people.values() if p.gender == gender)
            assert max(tones.values()) - min(tones.values()) <= 1


def test_pictures_keep_to_their_domain(
    study: Configuration, study_plans: list[PicturePlan]
) -> None:
    for plan in study_plans:
        domain = study.domains[study.databases[plan.database].domain]
        attitude, faults = plan.world.attitude, plan.world.faults
        assert abs(attitude.yaw) <= domain.yaw
        assert abs(attitude.pitch) <= domain.pitch
        assert abs(attitude.roll) <= domain.roll
        assert plan.world.background in domain.backgrounds
        for name in ("blur", "noise", "exposure", "contrast", "resolution", "jpeg"):
            low, high = getattr(domain, name)
            assert low <= getattr(faults, name) <= high
        assert not faults.grey or domain.grey > 0
        assert plan.world.occluder is None or getattr(domain, plan.world.occluder) > 0
        length = np.linalg.norm(plan.world.lights.sun_direction)
        assert length == pytest.approx(1.0)


def test_the_range_of_poses_is_used(study_plans: list[PicturePlan]) -> None:
    film = [plan.world.attitude for plan in study_plans if plan.database == "test"]
    for name, limit in (("yaw", 50), ("pitch", 20), ("roll", 15)):
        values = [getattr(attitude, name) for attitude in film]
        assert max(values) > 0.8 * limit
        assert min(values) < -0.8 * limit
        assert abs(np.mean(values)) < 0.15 * limit


def test_the_noise_of_each_picture_is_its_own(study_plans: list[PicturePlan]) -> None:
    seeds = {plan.world.faults.noise_seed for plan in study_plans}
    assert len(seeds) > 0.999 * len(study_plans)


def test_each_kind_of_generator_draws_from_its_table() -> None:
    generator = few_pictures().generator
    tables = {
        "du": du_table(),
        "perturbed": perturbed_table(generator.seed),
    }
    for kind, table in tables.items():
        found = truth_table(generator.model_copy(update={"kind": kind}))
        np.testing.assert_array_equal(found.probabilities, table.probabilities)
    assert not truth_table(generator.model_copy(update={"kind": "sculpted"})).probabilities.any()


def test_faces_drawn_from_dus_table_always_show_what_is_prototypical() -> None:
    configuration = few_pictures(generator={"kind": "du", "noise": 0.0})
    for plan in plan_database(configuration, "test"):
        row = du_table().row(plan.category or "")
        mask = active_mask(plan)
        assert mask is not None
        assert mask[row == 1.0].all()
        assert not mask[row == 0.0].any()


def test_sculpted_faces_have_a_sculpt_of_their_expression_and_no_known_action_units() -> None:
    content = as_dictionary(few_pictures())
    content["databases"]["expression"]["generator"] = {"kind": "sculpted"}
    plans = plan_database(Configuration.model_validate(content), "expression")
    for plan in plans:
        if plan.category == "neutral":
            assert plan.sculpt is None
            continue
        assert plan.sculpt is not None
        assert plan.sculpt[0] in EMOTION_SCULPTS[plan.category or ""]
        assert plan.sculpt[1] == plan.drawn.strength
        assert active_mask(plan) is None


def test_a_person_is_what_its_attributes_allow() -> None:
    people = [
        draw_person(f"p{number}", number, np.random.default_rng(number)) for number in range(600)
    ]
    for person in people:
        male = person.gender == "male"
        years = person.body.years
        assert person.age_band == ("young" if years < 40 else "middle" if years < 60 else "old")
        assert person.body.maleness == male
        assert sum(person.body.ethnicity) == pytest.approx(1.0)
        assert all(-1 <= value <= 1 for value in person.body.local.values())
        assert male or (person.beard == "none" and not person.receding and not person.sideburns)
        assert not male or person.wears_makeup == 0.0
        assert person.hair != "bald" or not person.receding
        assert person.skin_tone_name == f"monk_{person.skin_tone + 1:02d}"
    bands = Counter(person.age_band for person in people)
    assert min(bands.values()) > 100
    # Features go with tones, yet not always.
    african = np.array([person.body.ethnicity[0] for person in people])
    tone = np.array([person.skin_tone for person in people])
    assert 0.3 < np.corrcoef(african, tone)[0, 1] < 0.9
