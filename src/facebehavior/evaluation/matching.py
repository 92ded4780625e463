"""Which of two lists of files belong together: by the ends of their paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases.pictures import PICTURES, VIDEOS

Parts = tuple[str, ...]

NONE, SEVERAL = -1, -2

DEEPEST = 4
"""So many parts of a path are compared at the most."""


@dataclass(frozen=True, eq=False)
class Matches:
    """For G given paths, what they belong to.

    Attributes:
        places: (G,) place of the path among the others; NONE, or SEVERAL where more than one
            has as long an end in common.
        depths: (G,) number of parts in common.
    """

    places: NDArray[np.int64]
    depths: NDArray[np.int64]


def path_parts(path: str) -> Parts:
    """Give the parts of a path of any system, the last without a picture's or video's ending."""
    pure = PurePath(path.replace("\\", "/"))
    named = pure.suffix.lower() in PICTURES | VIDEOS
    return (*pure.parts[:-1], pure.stem if named else pure.name)


def longest_ends(given: Sequence[Parts], others: Sequence[Parts]) -> Matches:
    """Find for each path the other that has the longest end in common with it.

    Args:
        given: G paths.
        others: paths that are different from one another.
    """
    places = np.full(len(given), NONE, dtype=np.int64)
    depths = np.zeros(len(given), dtype=np.int64)
    for depth in range(DEEPEST, 0, -1):
        unknown = np.flatnonzero(depths == 0).tolist()
        waiting = [place for place in unknown if len(given[place]) >= depth]
        wanted = {given[place][-depth:] for place in waiting}
        ends: dict[Parts, int] = {}
        for place, parts in enumerate(others):
            end = parts[-depth:]
            if len(parts) >= depth and end in wanted:
                ends[end] = SEVERAL if end in ends else place
        for place in waiting:
            end = given[place][-depth:]
            if end in ends:
                places[place], depths[place] = ends[end], depth
    return Matches(places, depths)


def without_weaker(matches: Matches) -> Matches:
    """Leave, of the paths that belong to one other, those alone that share the longest end."""
    longest = np.zeros(matches.places.max(initial=-1) + 1, dtype=np.int64)
    known = matches.places >= 0
    np.maximum.at(longest, matches.places[known], matches.depths[known])
    places = matches.places.copy()
    places[known] = np.where(matches.depths[known] == longest[places[known]], places[known], NONE)
    return Matches(places, matches.depths)


def claimed_twice(matches: Matches) -> tuple[int, int] | None:
    """Give two paths that belong to one and the same other; None where there are none."""
    first: dict[int, int] = {}
    for place, other in enumerate(matches.places.tolist()):
        if other >= 0 and first.setdefault(other, place) != place:
            return first[other], place
    return None
