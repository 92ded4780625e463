"""The classes among which a compound expression is sought, by the database that uses them."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNITS, COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.relatedness import DU_2014

COMPOUND_SETS: Mapping[str, tuple[str, ...]] = {
    "du": tuple(COMPOUND_EXPRESSIONS),
    "raf-db": (
        "happily_surprised",
        "happily_disgusted",
        "sadly_fearful",
        "sadly_angry",
        "sadly_surprised",
        "sadly_disgusted",
        "fearfully_angry",
        "fearfully_surprised",
        "angrily_surprised",
        "angrily_disgusted",
        "disgustedly_surprised",
    ),
    "emotionet": (
        *EXPRESSIONS[1:],
        "angrily_disgusted",
        "angrily_surprised",
        "appalled",
        "awed",
        "fearfully_angry",
        "fearfully_surprised",
        "happily_disgusted",
        "happily_surprised",
        "sadly_angry",
        "sadly_disgusted",
    ),
    "c-expr-db": (
        "fearfully_surprised",
        "happily_surprised",
        "sadly_surprised",
        "disgustedly_surprised",
        "angrily_surprised",
        "sadly_fearful",
        "sadly_angry",
    ),
}
"""The 15 classes of Du et al. (2014), the 11 of RAF-DB, the 16 of EmotioNet's compound track (six
of them basic) and the 7 of the C-EXPR-DB challenge."""


def find_compound_set(name: str) -> tuple[str, ...]:
    """Give the classes of a set.

    Raises:
        FaceBehaviorError: there is none of that name.
    """
    if name not in COMPOUND_SETS:
        nearest = get_close_matches(name, COMPOUND_SETS, n=1, cutoff=0.0)[0]
        raise FaceBehaviorError(
            f"unknown set of compound expressions {name!r}; did you mean {nearest!r}? "
            f"known: {', '.join(COMPOUND_SETS)}"
        )
    return COMPOUND_SETS[name]


@cache
def class_table(name: str) -> NDArray[np.float64]:
    """Give p(action unit | class) of Du et al. (2014) for a set.

    Returns:
        (C, 17) from 0 to 1, not to be changed; action units that the head lacks (11) are left out.

    Raises:
        FaceBehaviorError: there is no such set.
    """
    rows = [
        [DU_2014[category].get(number, 0.0) for number in ACTION_UNITS]
        for category in find_compound_set(name)
    ]
    table = np.array(rows)
    table.flags.writeable = False
    return table
