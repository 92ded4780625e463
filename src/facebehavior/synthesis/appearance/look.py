"""What decides how a head looks, apart from its shape."""

from dataclasses import dataclass

HAIR_STYLES = (
    "short01",
    "short02",
    "short03",
    "short04",
    "bob02",
    "long01",
    "ponytail01",
    "braid01",
    "afro01",
)
"""MakeHuman's hair styles."""

BALD = "bald"
BROWS = tuple(f"eyebrow{number:03d}" for number in range(1, 13))
LASHES = tuple(f"eyelashes{number:02d}" for number in range(1, 5))
TEETH = ("teeth_base", *(f"teeth_shape{number:02d}" for number in range(1, 6)))
BEARDS = ("none", "stubble", "moustache", "goatee", "full")


@dataclass(frozen=True)
class Look:
    """The appearance of one person in one picture.

    Attributes:
        gender: `female` or `male`; chooses the skin.
        age_band: `young`, `middle` or `old`; chooses the skin.
        skin_tone: 0 to 9 on the Monk scale.
        skin_variant: chooses among the skins that fit.
        hair: one of `HAIR_STYLES`, or `bald`.
        hair_colour: name in `palette.HAIR_COLOURS`.
        receding: the crown is bare.
        brows: one of `BROWS`.
        brow_strength: 0.5 thin to 1.5 bushy.
        lashes: one of `LASHES`.
        iris: name in `palette.IRIS_COLOURS`.
        teeth: one of `TEETH`.
        beard: one of `BEARDS`.
        sideburns: whether hair grows before the ears.
        lipstick: index into `palette.LIPSTICKS`, or None.
        eye_shadow: opacity, 0 to 1.
        rouge: opacity on the cheeks, 0 to 1.
        glasses: index into `palette.FRAMES`, or None.
        hat: index into `palette.HATS`, or None.
        clothes: index into `palette.CLOTHES`.
    """

    gender: str
    age_band: str
    skin_tone: int
    skin_variant: int
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
    lipstick: int | None
    eye_shadow: float
    rouge: float
    glasses: int | None
    hat: int | None
    clothes: int
