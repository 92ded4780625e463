"""From the codes of a release to the project's labels.

A sentinel becomes None here; a code that the release does not have is a ValueError, whose text says
what was expected and what was found. Numbers are compared as numbers: -5, -5.0 and -5.000 are one.
"""

import math
from collections.abc import Mapping, Sequence

from facebehavior.labels import ACTION_UNITS

Labels = dict[str, object]


def number(text: str) -> float:
    """Read a number.

    Raises:
        ValueError: it is none, or not finite.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"expected a number, found {text!r}")
    return value


def whole(text: str) -> int:
    """Read a whole number, written in whatever way.

    Raises:
        ValueError: it is none.
    """
    value = number(text)
    if not value.is_integer():
        raise ValueError(f"expected a whole number, found {text!r}")
    return int(value)


def named(text: str, names: Mapping[int, str | None]) -> str | None:
    """Give what a code stands for.

    Args:
        text: the code.
        names: by code; None for a code that means no label.

    Raises:
        ValueError: there is no such code.
    """
    code = whole(text)
    if code not in names:
        known = ", ".join(str(one) for one in names)
        raise ValueError(f"expected a code among {known}, found {text!r}")
    return names[code]


def affect(valence: str, arousal: str, missing: float, largest: float = 1.0) -> Labels:
    """Read valence and arousal; nothing where either is missing.

    Args:
        valence: as written.
        arousal: as written.
        missing: the number that stands for a missing label.
        largest: the numbers lie from minus this to this, and are divided by it.

    Raises:
        ValueError: one of them is no number, or out of range.
    """
    values = [number(text) for text in (valence, arousal)]
    if missing in values:
        return {}
    for name, value in zip(("valence", "arousal"), values, strict=True):
        if abs(value) > largest:
            raise ValueError(
                f"expected {name} from -{largest:g} to {largest:g}, or {missing:g} where it is "
                f"missing, found {value:g}"
            )
    return {"valence": values[0] / largest, "arousal": values[1] / largest}


def occurrences(cells: Sequence[str], units: Sequence[int], unknown: int) -> Labels:
    """Read which action units are active; nothing for one that is unknown.

    Args:
        cells: 0, 1 or `unknown`, one an action unit.
        units: FACS numbers; those that are none of the 17 are left out.
        unknown: the code of an action unit that was not coded.

    Raises:
        ValueError: another number of cells, or another code.
    """
    if len(cells) != len(units):
        raise ValueError(f"expected {len(units)} action units, found {len(cells)}")
    found: Labels = {}
    for text, unit in zip(cells, units, strict=True):
        code = whole(text)
        if code not in (0, 1, unknown):
            raise ValueError(f"expected 0, 1 or {unknown} for action unit {unit}, found {text!r}")
        if code != unknown and unit in ACTION_UNITS:
            found[column(unit)] = code == 1
    return found


def intensity(unit: int, text: str, threshold: int) -> Labels:
    """Read an intensity from 0 to 5: the share of 5, and whether it reaches the threshold.

    Raises:
        ValueError: it is no whole number from 0 to 5.
    """
    value = whole(text)
    if not 0 <= value <= 5:
        raise ValueError(f"expected an intensity from 0 to 5, found {text!r}")
    return {column(unit): value >= threshold, f"{column(unit)}_intensity": value / 5}


def column(unit: int) -> str:
    """Give the manifest's column of an action unit, by its FACS number."""
    return f"au{unit:02d}"
