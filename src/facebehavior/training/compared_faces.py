"""Which held-out faces are compared with one another, to tell how well people are told apart."""

import numpy as np
from numpy.typing import NDArray

MOST_FACES = 2000
"""Held-out faces of a database that are compared with one another: two million pairs."""


def compared_faces(
    people: NDArray[np.object_],
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    """Choose the faces of each database whose every two are compared.

    Of more than `MOST_FACES` as many of each person are taken as there is room for, two or more
    where there are two; where that is too many still, of people evenly spread.

    Args:
        people: (N,) names of the people, `database/identity`, None where one is not known.

    Returns:
        For each database with both kinds of pairs, by its name: (M,) rows of the faces, and of
        their pairs, in the order of `np.triu_indices`, whether both are one person.
    """
    known = np.flatnonzero([name is not None for name in people])
    names = people[known].astype(str)
    databases = np.array([name.rpartition("/")[0] for name in names])
    chosen = {}
    for database in np.unique(databases):
        rows = np.flatnonzero(databases == database)
        _, person = np.unique(names[rows], return_inverse=True)
        some = _few_enough(person)
        rows, person = rows[some], person[some]
        first, second = np.triu_indices(len(rows), 1)
        same = person[first] == person[second]
        if 0 < same.sum() < len(same):
            chosen[str(database)] = known[rows], same
    return chosen


def _few_enough(person: NDArray[np.int64]) -> NDArray[np.int64]:
    """Choose at most `MOST_FACES` of the faces of people 0 to P - 1, (N,); gives their places."""
    if len(person) <= MOST_FACES:
        return np.arange(len(person))
    counts = np.bincount(person)
    each = 2
    while np.minimum(counts, each + 1).sum() <= MOST_FACES:
        each += 1
    several = _evenly(np.flatnonzero(counts > 1), MOST_FACES // 2)
    left = MOST_FACES - int(np.minimum(counts[several], each).sum())
    alone = _evenly(np.flatnonzero(counts == 1), left)
    by_person = np.split(np.argsort(person, kind="stable"), np.cumsum(counts)[:-1])
    taken = [_evenly(by_person[who], each) for who in (*several, *alone)]
    return np.sort(np.concatenate(taken))


def _evenly(values: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Give all values, or of more than `most` that many, evenly spread."""
    if len(values) <= most:
        return values
    return values[np.arange(most) * len(values) // most]
