"""Which people are held out of training: a share of them, or one fold."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases.splits import drawn_folds
from facebehavior.labels import Manifest
from facebehavior.training.label_set_section import Fold


def persons_of(manifest: Manifest) -> NDArray[np.object_]:
    """Give database and subject of each of N rows, (N,); None where no subject is known."""
    databases = manifest.column("database").to_pylist()
    subjects = manifest.column("subject").to_pylist()
    persons = np.empty(len(manifest), dtype=object)
    for row, (database, subject) in enumerate(zip(databases, subjects, strict=True)):
        persons[row] = None if subject is None else (database, subject)
    return persons


def shown_in(persons: NDArray[np.object_], shards: Path) -> NDArray[np.object_]:
    """Name whom each of N rows of some shards shows, (N,).

    A row without a person is one of its own, with the same name in every source of these shards.
    """
    folder = str(shards.resolve())
    shown = persons.copy()
    for row in np.flatnonzero([person is None for person in persons]):
        shown[row] = (folder, int(row))
    return shown


def in_fold(persons: NDArray[np.object_], fold: Fold) -> NDArray[np.bool_]:
    """Say which of N rows are in a fold of these persons, dealt out alike in every run; (N,)."""
    units = _units(persons)
    folds = drawn_folds(units.tolist(), fold.of, seed=0)
    return np.array([folds[unit] == fold.number for unit in units], dtype=np.bool_)


def in_share(persons: NDArray[np.object_], share: float, seed: int) -> NDArray[np.bool_]:
    """Choose a share of the persons, whole; says of each of N rows whether it is chosen, (N,)."""
    units, unit = np.unique(_units(persons), return_inverse=True)
    order = np.random.default_rng([seed, len(units)]).permutation(len(units))
    return np.asarray(np.isin(unit, order[: round(share * len(units))]))


def _units(persons: NDArray[np.object_]) -> NDArray[np.str_]:
    """Name the person of each row; a row without one is one of its own."""
    return np.array([f"row {row}" if p is None else "/".join(p) for row, p in enumerate(persons)])
