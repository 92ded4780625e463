"""Seeded splits of databases whose release has none: the same unit always falls on one side."""

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence


def unit_interval(key: str, seed: int) -> float:
    """Turn a key into a number from 0 (included) to 1 (excluded), evenly spread over keys.

    It depends on the key and the seed alone: a row more or less in the database moves no other.
    """
    digest = hashlib.sha256(f"{seed}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


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
    """
    by_class: dict[Hashable, list[str]] = {}
    for key, label in zip(keys, classes, strict=True):
        by_class.setdefault(label, []).append(key)
    return {key for members in by_class.values() for key in _lowest(members, share, seed)}


def drawn_folds(units: Iterable[str], folds: int, seed: int) -> dict[str, int]:
    """Deal units out to folds, from 0, whose sizes differ by at most one."""
    shuffled = sorted(set(units), key=lambda unit: (unit_interval(unit, seed), unit))
    return {unit: place % folds for place, unit in enumerate(shuffled)}


def _lowest(keys: list[str], share: float, seed: int) -> list[str]:
    ordered = sorted(keys, key=lambda key: (unit_interval(key, seed), key))
    return ordered[: round(share * len(keys))]
