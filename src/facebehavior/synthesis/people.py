"""Who is in the pictures: people drawn at random, each from an own seed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import random

from facebehavior.synthesis.appearance.look import BALD, BROWS, LASHES, TEETH
from facebehavior.synthesis.geometry.body import BodyTraits
from facebehavior.synthesis.geometry.local_shapes import LOCAL_SHAPES

TONES = 10
_SPREAD = 0.33
"""Standard deviation of the local shapes."""

_AGE_BANDS = ((40.0, "young"), (60.0, "middle"), (200.0, "old"))
_HAIR: Mapping[str, Mapping[str, float]] = {
    "male": {
        "short01": 0.2,
        "short02": 0.2,
        "short03": 0.12,
        "short04": 0.2,
        "afro01": 0.05,
        "long01": 0.03,
        "ponytail01": 0.05,
        BALD: 0.15,
    },
    "female": {
        "short02": 0.06,
        "short03": 0.06,
        "bob02": 0.07,
        "long01": 0.38,
        "ponytail01": 0.29,
        "braid01": 0.08,
        "afro01": 0.06,
    },
}
_BEARDS = {"none": 0.5, "stubble": 0.16, "moustache": 0.1, "goatee": 0.1, "full": 0.14}
_IRISES = {
    "brown": 0.35,
    "dark_brown": 0.3,
    "hazel": 0.1,
    "green": 0.08,
    "blue": 0.12,
    "gray": 0.05,
}
_DARK_IRISES = {"brown": 0.35, "dark_brown": 0.6, "hazel": 0.05}
_LIGHT_HAIR = {"black": 0.18, "brown": 0.32, "light_brown": 0.18, "red": 0.08, "blond": 0.24}
_DARK_HAIR = {"black": 0.75, "brown": 0.2, "red": 0.02, "blond": 0.03}
_FIRST_DARK_TONE = 4


@dataclass(frozen=True)
class Person:
    """One person: everything that stays the same from picture to picture.

    Attributes:
        name: unique over all databases of a configuration.
        gender: `female` or `male`.
        age_band: `young` (25 to 39), `middle` (40 to 59) or `old` (60 to 84).
        skin_tone: 0 to 9, light to dark.
        body: the shape of the head.
        hair, hair_colour, receding, brows, brow_strength, lashes, iris, teeth, beard, sideburns,
        skin_variant: see `appearance.look.Look`.
        wears_glasses, wears_makeup, wears_hats: how probable each is in one picture.
    """

    name: str
    gender: str
    age_band: str
    skin_tone: int
    body: BodyTraits
    hair: str
    hair_colour: str
    receding: bool
    brows: str
    brow_strength: float
    lashes: str
    iris: str
    teeth: str
    beard: str
    sideburns: bool
    skin_variant: int
    wears_glasses: float
    wears_makeup: float
    wears_hats: float

    @property
    def skin_tone_name(self) -> str:
        """The tone on the Monk scale, `monk_01` to `monk_10`."""
        return f"monk_{self.skin_tone + 1:02d}"


def draw_person(name: str, number: int, rng: random.Generator) -> Person:
    """Draw a person.

    Args:
        name: of the person.
        number: within its group; skin tones and genders take turns by it, so that every group has
            as many of each as can be.
        rng: the person's own generator.
    """
    gender = ("female", "male")[number % 2]
    tone = number // 2 % TONES
    years = float(rng.uniform(25.0, 85.0))
    male = gender == "male"
    light = tone < _FIRST_DARK_TONE
    beard = _choice(_BEARDS, rng) if male else "none"
    hair = _choice(_HAIR[gender], rng)
    return Person(
        name=name,
        gender=gender,
        age_band=next(band for limit, band in _AGE_BANDS if years < limit),
        skin_tone=tone,
        body=_draw_body(tone, 1.0 if male else 0.0, years, rng),
        hair=hair,
        hair_colour=_hair_colour(light, years, rng),
        receding=bool(male and hair != BALD and rng.random() < 0.2),
        brows=BROWS[rng.integers(len(BROWS))],
        brow_strength=round(float(rng.uniform(0.6, 1.6 if male else 1.3)), 3),
        lashes=LASHES[rng.integers(len(LASHES))],
        iris=_choice(_IRISES if light else _DARK_IRISES, rng),
        teeth=TEETH[rng.integers(len(TEETH))],
        beard=beard,
        sideburns=bool(male and hair != BALD and rng.random() < 0.25),
        skin_variant=int(rng.integers(12)),
        wears_glasses=float(rng.choice([0.0, 0.05, 0.9], p=[0.6, 0.2, 0.2])),
        wears_makeup=0.0 if male else float(rng.choice([0.1, 0.8])),
        wears_hats=float(rng.choice([0.0, 0.3], p=[0.75, 0.25])),
    )


def _draw_body(tone: int, maleness: float, years: float, rng: random.Generator) -> BodyTraits:
    # A dark tone is likelier, not certain, to go with MakeHuman's African features.
    darkness = tone / (TONES - 1)
    shares = rng.dirichlet([0.25 + 1.5 * darkness, 0.7, 0.25 + 1.5 * (1 - darkness)])
    local = np.clip(rng.normal(0.0, _SPREAD, len(LOCAL_SHAPES)), -1.0, 1.0).round(4)
    return BodyTraits(
        ethnicity=(float(shares[0]), float(shares[1]), float(shares[2])),
        maleness=maleness,
        years=years,
        weight=round(float(np.clip(rng.normal(0.0, 0.45), -1.0, 1.0)), 4),
        local=dict(zip(LOCAL_SHAPES, local.tolist(), strict=True)),
    )


def _hair_colour(light: bool, years: float, rng: random.Generator) -> str:
    if rng.random() < np.clip((years - 45.0) / 40.0, 0.0, 0.9):
        return "gray"
    return _choice(_LIGHT_HAIR if light else _DARK_HAIR, rng)


def _choice(shares: Mapping[str, float], rng: random.Generator) -> str:
    names = list(shares)
    return names[int(rng.choice(len(names), p=list(shares.values())))]
