"""Those of CelebA's 40 attributes that the rendering decides; the others are null.

Each rule looks at what was drawn for the person and the picture, never at the picture itself.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from facebehavior.labels import ACTION_UNITS, ATTRIBUTE_COLUMNS
from facebehavior.synthesis.appearance.look import BALD, Look
from facebehavior.synthesis.people import Person
from facebehavior.synthesis.rendering.degradation import Faults
from facebehavior.synthesis.truth.drawing import ACTIVE

_STRAIGHT = ("short01", "short04", "bob02", "long01", "ponytail01")
_WAVY = ("short02", "short03", "afro01")
_FRINGES = ("bob02", "braid01", "short03")
_PARTING = (10, 25, 26)
"""Action units that part the lips; a raised upper lip shows teeth by itself."""
_STRONG = 0.3
"""Value of a local shape from which it is called big, narrow, pointed and so on."""

Answer = bool | None


def attributes(
    person: Person,
    look: Look,
    intensities: NDArray[np.float64] | None,
    faults: Faults,
    styled: bool,
) -> dict[str, Answer]:
    """Decide the attributes of one picture.

    Args:
        person: who is shown.
        look: how the person looks in this picture.
        intensities: (17,) of the action units; None where they are not known.
        faults: of the camera.
        styled: whether hair styles are rendered, which needs MakeHuman's assets.

    Returns:
        For each column `attr_*` true, false or None.
    """
    answers = dict.fromkeys(ATTRIBUTE_COLUMNS)
    found = (
        _hair(look, styled)
        | _beard(look)
        | _shape(person)
        | _makeup(look)
        | _expression(intensities)
        | {
            "male": look.gender == "male",
            "young": look.age_band == "young",
            "pale_skin": look.skin_tone <= 1,
            "eyeglasses": look.glasses is not None,
            "wearing_hat": look.hat is not None,
            "blurry": faults.blur > 1.0 or faults.resolution < 0.45 or faults.motion is not None,
        }
    )
    answers.update({f"attr_{name}": answer for name, answer in found.items()})
    return answers


def _hair(look: Look, styled: bool) -> dict[str, Answer]:
    bald, hat = look.hair == BALD, look.hat is not None
    colours = {
        "black_hair": ("black",),
        "brown_hair": ("brown", "light_brown"),
        "blond_hair": ("blond",),
        "gray_hair": ("gray",),
    }
    found: dict[str, Answer] = {
        name: look.hair_colour in matching and not bald for name, matching in colours.items()
    }
    found["bald"] = None if hat else bald
    # MakeHuman's hair styles cover the crown, so that only made-up hair can recede.
    found["receding_hairline"] = None if hat or styled else look.receding
    if styled:
        found["straight_hair"] = look.hair in _STRAIGHT
        found["wavy_hair"] = look.hair in _WAVY
        found["bangs"] = None if hat else look.hair in _FRINGES
    return found


def _beard(look: Look) -> dict[str, Answer]:
    return {
        "no_beard": look.beard in {"none", "stubble", "moustache"},
        "5_o_clock_shadow": look.beard == "stubble",
        "goatee": look.beard == "goatee",
        "mustache": look.beard in {"moustache", "goatee", "full"},
        "sideburns": look.sideburns,
    }


def _shape(person: Person) -> dict[str, Answer]:
    local = person.body.local
    nose = local["nose_volume"] + local["nose_width"] + local["nose_width_tip"]
    lips = local["lower_lip_volume"] + local["upper_lip_volume"] + local["mouth_thickness"]
    return {
        "bags_under_eyes": local["eye_bag"] > _STRONG,
        "big_lips": lips > 2 * _STRONG,
        "big_nose": nose > 2 * _STRONG,
        "bushy_eyebrows": person.brow_strength > 1.2,
        "chubby": person.body.weight > 0.5,
        "double_chin": local["neck_double"] > _STRONG and person.body.weight > 0.0,
        "high_cheekbones": local["cheek_bones"] > _STRONG,
        "narrow_eyes": local["eye_opening_middle"] < -_STRONG,
        "oval_face": local["head_diamond_or_oval"] > _STRONG,
        "pointy_nose": local["nose_point_width"] < -_STRONG,
    }


def _makeup(look: Look) -> dict[str, Answer]:
    return {
        "wearing_lipstick": look.lipstick is not None,
        "rosy_cheeks": look.rouge > 0.4,
        "heavy_makeup": look.lipstick is not None and look.eye_shadow > 0.4,
    }


def _expression(intensities: NDArray[np.float64] | None) -> dict[str, Answer]:
    if intensities is None:
        return {}
    shown: Mapping[int, bool] = {
        number: bool(intensity >= ACTIVE)
        for number, intensity in zip(ACTION_UNITS, intensities, strict=True)
    }
    return {"smiling": shown[12], "mouth_slightly_open": any(shown[unit] for unit in _PARTING)}
