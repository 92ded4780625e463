"""The zero-shot score of compound expressions, and the two simple rules beside it.

Kollias et al. (2021). For the class C with the components e1 and e2, and the action units' weights
p(au_k | C) of Du et al. (2014),

    score(C) = sum_k p(au_k | x) p(au_k | C) / sum_k p(au_k | C)
             + p(e1 | x) + p(e2 | x)
             + (sign(valence) + 1) / 2        for happily surprised and happily disgusted only,

since these two alone are pleasant. A valence of exactly 0, which the printed formula excludes,
counts half. A basic expression that competes (EmotioNet) has its own row and
probability instead, and happiness the valence term: this is the project's choice. Action units that
the head lacks (11), or that a model was never taught, are left out of both sums.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound.sets import class_table, find_compound_set
from facebehavior.labels import ACTION_UNITS, COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.relatedness import DU_2014

_PLEASANT = ("happily_surprised", "happily_disgusted", "happiness")


def compound_scores(
    expression: NDArray[np.floating],
    action_units: NDArray[np.floating],
    valence: NDArray[np.floating],
    name: str = "du",
) -> NDArray[np.float64]:
    """Score every class of a set for N faces; the largest score names the class.

    Args:
        expression: (N, 7) probabilities.
        action_units: (N, 17) probabilities; nan where not known.
        valence: (N,) from -1 to 1; 0 counts half.
        name: of the set, see `COMPOUND_SETS`.

    Returns:
        (N, C) from 0 to 3; nan for classes none of whose action units is known.

    Raises:
        FaceBehaviorError: there is no such set.
        ValueError: the arrays have other shapes.
    """
    expression, action_units = np.asarray(expression), np.asarray(action_units)
    valence = np.asarray(valence, dtype=np.float64)
    count = len(valence)
    if expression.shape != (count, len(EXPRESSIONS)) or action_units.shape != (
        count,
        len(ACTION_UNITS),
    ):
        raise ValueError(
            f"expected shapes ({count}, {len(EXPRESSIONS)}) and ({count}, {len(ACTION_UNITS)}), "
            f"found {expression.shape} and {action_units.shape}"
        )
    pleasant = np.outer((np.sign(valence) + 1) / 2, pleasant_classes(name))
    return np.asarray(
        action_unit_scores(action_units, name) + expression @ _components(name).T + pleasant
    )


def action_unit_scores(action_units: NDArray[np.floating], name: str = "du") -> NDArray[np.float64]:
    """Give the first term alone, (N, C): how well the action units (N, 17) match each class.

    Where an action unit is not known (nan), the weights of the others make up for it; a class none
    of whose action units is known has no score (nan).
    """
    known = np.isfinite(action_units)
    weights = _weights(name).T
    if known.all():
        return np.asarray(action_units @ weights)
    share = known @ weights
    found = np.where(known, action_units, 0.0) @ weights
    return np.asarray(np.divide(found, share, out=np.full_like(share, np.nan), where=share > 0))


def component_products(expression: NDArray[np.floating], name: str = "du") -> NDArray[np.float64]:
    """Give the product of the probabilities (N, 7) of each class's components, (N, C)."""
    probabilities = np.asarray(expression, dtype=np.float64)
    return np.stack(
        [
            probabilities[:, [EXPRESSIONS.index(part) for part in _parts(category)]].prod(axis=1)
            for category in find_compound_set(name)
        ],
        axis=1,
    )


def left_out_action_units(
    name: str, known: Sequence[int] = ACTION_UNITS
) -> dict[str, tuple[int, ...]]:
    """Tell which action units of the classes a head does not know; they are left out.

    Args:
        name: of the set.
        known: FACS numbers that the head knows.

    Returns:
        Class to FACS numbers; classes that miss nothing are not in it.
    """
    missing = {
        category: tuple(unit for unit in DU_2014[category] if unit not in known)
        for category in find_compound_set(name)
    }
    return {category: units for category, units in missing.items() if units}


def _parts(category: str) -> tuple[str, ...]:
    return COMPOUND_EXPRESSIONS.get(category, (category,))


@cache
def _weights(name: str) -> NDArray[np.float64]:
    """Give the action units' weights (C, 17), rows sum to 1."""
    table = class_table(name)
    return np.asarray(table / table.sum(axis=1, keepdims=True))


@cache
def _components(name: str) -> NDArray[np.float64]:
    """Give 1 at the components of each class, (C, 7)."""
    return np.array(
        [
            [float(expression in _parts(category)) for expression in EXPRESSIONS]
            for category in find_compound_set(name)
        ]
    )


@cache
def pleasant_classes(name: str) -> NDArray[np.float64]:
    """Give 1 at the classes that have the valence term and 0 at the others, (C,).

    Raises:
        FaceBehaviorError: there is no such set.
    """
    return np.array([float(category in _PLEASANT) for category in find_compound_set(name)])
