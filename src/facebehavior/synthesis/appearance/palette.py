"""Colours of skin, hair, eyes, lips and cloth."""

from collections.abc import Mapping

SKIN_TONES = (
    "f6ede4",
    "f3e7db",
    "f7ead0",
    "eadaba",
    "d7bd96",
    "a07e56",
    "825c43",
    "604134",
    "3a312a",
    "292420",
)
"""The ten tones of the Monk Skin Tone scale (Monk 2022), light to dark; as `skin_tone` they are
called `monk_01` to `monk_10`."""

HAIR_COLOURS: Mapping[str, str] = {
    "black": "1b1614",
    "brown": "4a3222",
    "light_brown": "6d4c33",
    "red": "7d3b1d",
    "blond": "c3a165",
    "gray": "9c9a97",
}
"""sRGB; in CelebA's terms `light_brown` is brown and `red` is none of its colours."""

IRIS_COLOURS: Mapping[str, str] = {
    "brown": "5a3a22",
    "dark_brown": "3a2416",
    "hazel": "7a6034",
    "green": "5f7a4a",
    "blue": "5f87ad",
    "gray": "8794a0",
}

LIPSTICKS = ("a3202e", "c4455a", "8d1f45", "d0606a", "b53a2a")
CLOTHES = ("2b3550", "74767a", "ece8e0", "7a2730", "2f5a42", "1c1c1f", "9a7b4f", "54407a", "c9702f")
HATS = ("26272b", "7c2a2f", "2f4a7d", "5a5d3a", "b9a98a")
FRAMES = ("141414", "3b2a1c", "5d5f63", "6b1f24")
