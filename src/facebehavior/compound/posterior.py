"""Compound expressions from the action units alone, by Bayes' rule: this project's variant.

The published score counts the action units of a class that are active. It says nothing of those
that are active though the class has none of them, so that a class of few action units is hardly
told from one that has these and others. Bayes' rule with the table of Du et al. (2014) as the
likelihood counts both, as posterior co-annotation does for the basic expressions.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound.sets import find_compound_set
from facebehavior.labels import ACTION_UNITS
from facebehavior.relatedness import DU_2014

ODDITY = 0.1
"""How often an action unit that the table calls certain is missed, or an impossible one seen.

Chosen among .001 to .2 on rendered heads that taught the packaged model action units, but no
compound expression."""


def compound_posterior(action_units: NDArray[np.floating], name: str = "du") -> NDArray[np.float64]:
    """Give p(class | action units), all classes of a set equally likely beforehand.

    With ``w`` the table clipped to [`ODDITY`, 1 - `ODDITY`], p(C | x) is proportional to
    ``exp sum_k [p(au_k | x) log w_Ck + (1 - p(au_k | x)) log(1 - w_Ck)]``: the expected
    log-likelihood of action units taken for independent within a class (naive Bayes).

    Args:
        action_units: (N, 17) probabilities; those that are not known (nan) say nothing.
        name: of the set, see `COMPOUND_SETS`.

    Returns:
        (N, C), rows that sum to 1; uniform where no action unit is known.

    Raises:
        FaceBehaviorError: there is no such set.
        ValueError: the array has another shape.
    """
    units = np.asarray(action_units, dtype=np.float64)
    if units.ndim != 2 or units.shape[1] != len(ACTION_UNITS):
        raise ValueError(f"expected shape (N, {len(ACTION_UNITS)}), found {units.shape}")
    table = _table(name)
    known = np.isfinite(units)
    seen, unseen = np.where(known, units, 0.0), np.where(known, 1.0 - units, 0.0)
    scores = seen @ np.log(table).T + unseen @ np.log(1.0 - table).T
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


@cache
def _table(name: str) -> NDArray[np.float64]:
    """Give p(action unit | class), (C, 17), none of them certain or impossible."""
    rows = [
        [DU_2014[category].get(number, 0.0) for number in ACTION_UNITS]
        for category in find_compound_set(name)
    ]
    return np.asarray(np.clip(np.array(rows), ODDITY, 1.0 - ODDITY))
