from dataclasses import replace

import numpy as np
import pytest
from tests.synthesis.small import few_pictures

from facebehavior.labels import ACTION_UNITS, ATTRIBUTE_COLUMNS
from facebehavior.synthesis.appearance.look import Look
from facebehavior.synthesis.geometry.local_shapes import LOCAL_SHAPES
from facebehavior.synthesis.people import Person
from facebehavior.synthesis.plan import PicturePlan, plan_database
from facebehavior.synthesis.rendering.degradation import Faults
from facebehavior.synthesis.truth.attributes import attributes

NO_FAULTS = Faults()


@pytest.fixture(scope="module")
def plan() -> PicturePlan:
    return plan_database(few_pictures(), "expression")[0]


@pytest.fixture
def person(plan: PicturePlan) -> Person:
    """Nobody in particular: every shape is the mean one."""
    body = replace(plan.person.body, local=dict.fromkeys(LOCAL_SHAPES, 0.0), weight=0.0)
    return replace(plan.person, body=body, brow_strength=1.0)


@pytest.fixture
def look(plan: PicturePlan) -> Look:
    return replace(
        plan.look,
        gender="female",
        age_band="middle",
        skin_tone=5,
        hair="plain",  # none of the styles that an attribute is decided by
        hair_colour="red",
        receding=False,
        beard="none",
        sideburns=False,
        lipstick=None,
        eye_shadow=0.0,
        rouge=0.0,
        glasses=None,
        hat=None,
    )


def answers(
    person: Person,
    look: Look,
    units: dict[int, float] | None = None,
    faults: Faults = NO_FAULTS,
    styled: bool = True,
) -> dict[str, bool | None]:
    shown = np.array([(units or {}).get(number, 0.0) for number in ACTION_UNITS])
    found = attributes(person, look, shown, faults, styled)
    return {name.removeprefix("attr_"): answer for name, answer in found.items()}


def test_at_least_twenty_of_the_forty_are_decided(person: Person, look: Look) -> None:
    found = attributes(person, look, np.zeros(17), Faults(), styled=False)
    assert tuple(found) == ATTRIBUTE_COLUMNS
    decided = [name for name, answer in found.items() if answer is not None]
    assert len(decided) >= 20
    assert all(isinstance(found[name], bool) for name in decided)


def test_a_plain_face_has_none_of_the_rarer_attributes(person: Person, look: Look) -> None:
    true = {name for name, answer in answers(person, look).items() if answer}
    assert true == {"no_beard"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gender": "male"}, {"male"}),
        ({"age_band": "young"}, {"young"}),
        ({"skin_tone": 1}, {"pale_skin"}),
        ({"skin_tone": 2}, set()),
        ({"glasses": 0}, {"eyeglasses"}),
        ({"hat": 0}, {"wearing_hat"}),
        ({"hair_colour": "black"}, {"black_hair"}),
        ({"hair_colour": "brown"}, {"brown_hair"}),
        ({"hair_colour": "light_brown"}, {"brown_hair"}),
        ({"hair_colour": "blond"}, {"blond_hair"}),
        ({"hair_colour": "gray"}, {"gray_hair"}),
        ({"hair": "bald", "hair_colour": "black"}, {"bald"}),
        ({"hair": "long01"}, {"straight_hair"}),
        ({"hair": "afro01"}, {"wavy_hair"}),
        ({"hair": "braid01"}, {"bangs"}),
        ({"hair": "bob02"}, {"bangs", "straight_hair"}),
        ({"beard": "stubble"}, {"5_o_clock_shadow"}),
        ({"beard": "moustache"}, {"mustache"}),
        ({"beard": "goatee"}, {"goatee", "mustache", "~no_beard"}),
        ({"beard": "full"}, {"mustache", "~no_beard"}),
        ({"sideburns": True}, {"sideburns"}),
        ({"lipstick": 0}, {"wearing_lipstick"}),
        ({"lipstick": 0, "eye_shadow": 0.5}, {"wearing_lipstick", "heavy_makeup"}),
        ({"eye_shadow": 0.5}, set()),
        ({"rouge": 0.5}, {"rosy_cheeks"}),
    ],
)
def test_what_a_look_decides(
    person: Person, look: Look, changes: dict[str, object], expected: set[str]
) -> None:
    assert_toggled(answers(person, replace(look, **changes)), expected)  # type: ignore[arg-type]


def assert_toggled(found: dict[str, bool | None], expected: set[str]) -> None:
    """Compare the true ones with those of a plain face and `expected`; ~ takes one away."""
    without = {name.removeprefix("~") for name in expected if name.startswith("~")}
    more = {name for name in expected if not name.startswith("~")}
    assert {name for name, answer in found.items() if answer} == ({"no_beard"} | more) - without


@pytest.mark.parametrize(
    ("shapes", "weight", "expected"),
    [
        ({"eye_bag": 0.4}, 0.0, "bags_under_eyes"),
        (
            {"lower_lip_volume": 0.3, "upper_lip_volume": 0.2, "mouth_thickness": 0.2},
            0.0,
            "big_lips",
        ),
        ({"nose_volume": 0.3, "nose_width": 0.2, "nose_width_tip": 0.2}, 0.0, "big_nose"),
        ({"neck_double": 0.4}, 0.3, "double_chin"),
        ({"cheek_bones": 0.4}, 0.0, "high_cheekbones"),
        ({"eye_opening_middle": -0.4}, 0.0, "narrow_eyes"),
        ({"head_diamond_or_oval": 0.4}, 0.0, "oval_face"),
        ({"nose_point_width": -0.4}, 0.0, "pointy_nose"),
        ({}, 0.6, "chubby"),
    ],
)
def test_what_the_shape_of_a_person_decides(
    person: Person, look: Look, shapes: dict[str, float], weight: float, expected: str
) -> None:
    local = {**person.body.local, **shapes}
    shaped = replace(person, body=replace(person.body, local=local, weight=weight))
    assert_toggled(answers(shaped, look), {expected})
    opposite = {name: -value for name, value in shapes.items()}
    shaped = replace(
        person, body=replace(person.body, local={**person.body.local, **opposite}, weight=-weight)
    )
    assert_toggled(answers(shaped, look), set())


def test_bushy_brows_and_a_lean_double_chin(person: Person, look: Look) -> None:
    assert_toggled(answers(replace(person, brow_strength=1.3), look), {"bushy_eyebrows"})
    local = {**person.body.local, "neck_double": 0.9}
    lean = replace(person, body=replace(person.body, local=local, weight=-0.2))
    assert_toggled(answers(lean, look), set())


@pytest.mark.parametrize(
    ("faults", "blurry"),
    [
        (Faults(blur=1.1), True),
        (Faults(blur=0.9), False),
        (Faults(resolution=0.4), True),
        (Faults(motion=0.0), True),
        (Faults(noise=9.0, exposure=1.0), False),
    ],
)
def test_a_blurred_picture_is_called_so(
    person: Person, look: Look, faults: Faults, blurry: bool
) -> None:
    assert answers(person, look, faults=faults)["blurry"] is blurry


@pytest.mark.parametrize(
    ("units", "smiling", "mouth_open"),
    [
        ({}, False, False),
        ({12: 0.2}, True, False),
        ({12: 0.19, 25: 0.5}, False, True),
        ({26: 0.3}, False, True),
        ({25: 0.1, 26: 0.1}, False, False),
    ],
)
def test_what_the_action_units_decide(
    person: Person, look: Look, units: dict[int, float], smiling: bool, mouth_open: bool
) -> None:
    found = answers(person, look, units)
    assert found["smiling"] is smiling
    assert found["mouth_slightly_open"] is mouth_open


def test_where_action_units_are_not_known_neither_is_a_smile(person: Person, look: Look) -> None:
    found = attributes(person, look, None, Faults(), styled=True)
    assert found["attr_smiling"] is None
    assert found["attr_mouth_slightly_open"] is None
    assert found["attr_male"] is False


def test_without_hair_styles_nothing_is_said_of_them(person: Person, look: Look) -> None:
    found = answers(person, replace(look, hair="long01"), styled=False)
    assert [found[name] for name in ("straight_hair", "wavy_hair", "bangs")] == [None] * 3


def test_what_a_hat_hides_is_not_known(person: Person, look: Look) -> None:
    found = answers(person, replace(look, hat=1))
    assert [found[name] for name in ("bald", "receding_hairline", "bangs")] == [None] * 3


def test_only_made_up_hair_recedes(person: Person, look: Look) -> None:
    receding = replace(look, receding=True)
    answered = [
        attributes(person, receding, np.zeros(17), Faults(), styled)["attr_receding_hairline"]
        for styled in (False, True)
    ]
    assert answered == [True, None]


def test_a_raised_upper_lip_opens_the_mouth(person: Person, look: Look) -> None:
    intensities = np.zeros(17)
    intensities[ACTION_UNITS.index(10)] = 0.6
    found = attributes(person, look, intensities, Faults(), styled=True)
    assert found["attr_mouth_slightly_open"] is True
