"""Compound expressions from the action units alone, by Bayes' rule: this project's variant.

The published score counts the action units of a class that are active. It says nothing of those
that are active though the class has none of them, so that a class of few action units is hardly
told from one that has these and others. Bayes' rule with the table of Du et al. (2014) as the
likelihood counts both, as posterior co-annotation does for the basic expressions with labels.

It supposes that the face shows one of the classes: a calm or smiling face too is given one, and
without valence and expressions there is less than in the published score that speaks against it.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound.sets import class_table, find_compound_set
from facebehavior.labels import ACTION_UNITS

ODDITY = 0.1
"""How often an action unit that the table calls certain is missed, or an impossible one seen.

Chosen on rendered heads that taught the packaged model action units, but no compound expression
(`studies.compound_choice`)."""


def compound_posterior(
    action_units: NDArray[np.floating], name: str = "du", oddity: float = ODDITY
) -> NDArray[np.float64]:
    """Give p(class | action units), supposing that one of the set is shown, each equally likely.

    With ``w`` the table clipped to [oddity, 1 - oddity], the share of C is proportional to
    ``exp sum_k [p(au_k | x) log w_Ck + (1 - p(au_k | x)) log(1 - w_Ck)]``. For action units of 0
    and 1, taken for independent within a class, that is Bayes' rule (naive Bayes); in between it is
    the expected log-likelihood, by which an action unit of .5 still speaks for classes whose weight
    is near .5. The shares are not calibrated.

    Args:
        action_units: (N, 17) probabilities; those that are not known (nan) say nothing.
        name: of the set, see `COMPOUND_SETS`.
        oddity: see `ODDITY`; above 0 and below .5.

    Returns:
        (N, C), rows that sum to 1; uniform where no action unit is known.

    Raises:
        FaceBehaviorError: there is no such set.
        ValueError: the array has another shape.
    """
    units = np.asarray(action_units, dtype=np.float64)
    if units.ndim != 2 or units.shape[1] != len(ACTION_UNITS):
        raise ValueError(f"expected shape (N, {len(ACTION_UNITS)}), found {units.shape}")
    table = np.clip(class_table(name), oddity, 1.0 - oddity)
    known = np.isfinite(units)
    seen, unseen = np.where(known, units, 0.0), np.where(known, 1.0 - units, 0.0)
    scores = seen @ np.log(table).T + unseen @ np.log(1.0 - table).T
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def indistinct_classes(name: str, known: Sequence[int]) -> tuple[tuple[str, str], ...]:
    """Give the pairs of classes that no action unit of these tells apart.

    Args:
        name: of the set.
        known: FACS numbers that a model was taught.
    """
    columns = [ACTION_UNITS.index(unit) for unit in known]
    rows = np.clip(class_table(name), ODDITY, 1.0 - ODDITY)[:, columns]
    pairs = combinations(zip(find_compound_set(name), rows, strict=True), 2)
    return tuple((one, other) for (one, a), (other, b) in pairs if np.array_equal(a, b))
