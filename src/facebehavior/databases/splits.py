"""Seeded splits of databases whose release has none: the same unit always falls on one side."""

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence

from facebehavior.errors import FaceBehaviorError

_ROUNDING = 1e-9
"""By how much shares that are 1 in sum may come to more."""


def unit_interval(key: str, seed: int) -> float:
    """Turn a key into a number from 0 (included) to 1 (excluded), evenly spread over keys.

    It depends on the key and the seed alone: a row more or less in the database moves no other.
    """
    digest = hashlib.sha256(f"{seed}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def shares_of(**held_out: float) -> dict[str, float]:
    """Give the share of each split: those that are held out, by their names, and `train` the rest.

    Raises:
        FaceBehaviorError: a share is not from 0 to 1, or they come to more than 1.
    """
    for name, share in held_out.items():
        _check_share(f"of {name}", share)
    rest = 1.0 - sum(held_out.values())
    if rest < -_ROUNDING:
        listed = ", ".join(f"{name} {share}" for name, share in held_out.items())
        raise FaceBehaviorError(f"expected shares that come to at most 1, found {listed}")
    return {**held_out, "train": max(0.0, rest)}


def drawn_split(key: str, shares: Mapping[str, float], seed: int) -> str:
    """Draw the split of one unit.

    Args:
        key: names the unit: a person, a video or, where neither is known, a picture.
        shares: share of each split, summing to 1.
        seed: of the draw.
    """
    place = unit_interval(key, seed)
    for name, share in shares.items():
        place -= share
        if place < 0:
            return name
    return name


def stratified_held_out(
    keys: Sequence[str], classes: Sequence[Hashable], share: float, seed: int
) -> set[str]:
    """Choose a share of each class's keys, such as a tenth of the training part for validation.

    Args:
        keys: one of each picture.
        classes: the class of each.
        share: from 0 to 1; of n keys of a class, round(share * n) are chosen.
        seed: of the draw.

    Raises:
        FaceBehaviorError: the share is not from 0 to 1.
    """
    _check_share("that is held out", share)
    by_class: dict[Hashable, list[str]] = {}
    for key, label in zip(keys, classes, strict=True):
        by_class.setdefault(label, []).append(key)
    return {key for members in by_class.values() for key in _lowest(members, share, seed)}


def drawn_folds(units: Iterable[str], folds: int, seed: int) -> dict[str, int]:
    """Deal units out to folds, from 0, whose sizes differ by at most one."""
    shuffled = sorted(set(units), key=lambda unit: (unit_interval(unit, seed), unit))
    return {unit: place % folds for place, unit in enumerate(shuffled)}


def _check_share(which: str, share: float) -> None:
    # Asked this way round, nan is refused too.
    if not 0.0 <= share <= 1.0:
        raise FaceBehaviorError(f"the share {which} should be from 0 to 1, found {share}")


def _lowest(keys: list[str], share: float, seed: int) -> list[str]:
    ordered = sorted(keys, key=lambda key: (unit_interval(key, seed), key))
    return ordered[: round(share * len(keys))]
