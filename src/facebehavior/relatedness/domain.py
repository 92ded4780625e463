"""The domain knowledge of Du et al. as a table in the project's order."""

from collections.abc import Sequence

import numpy as np

from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS
from facebehavior.relatedness.du2014 import DU_2014
from facebehavior.relatedness.table import Relatedness, check_known

SOURCE = "Du, Tao and Martinez (2014), Table 1"

_WITHOUT_A_ROW = ("neutral",)
"""A neutral face shows no action unit; its row is zero."""


def domain_relatedness(
    expressions: Sequence[str] = EXPRESSIONS, action_units: Sequence[str] = ACTION_UNIT_COLUMNS
) -> Relatedness:
    """Give p(action unit | expression) as psychologists found it on posed faces.

    1 for a prototypical action unit, the share of people who showed it for an observational one
    (method of Kollias et al. 2021, section "domain knowledge"). An action unit of the source that
    is not asked for, such as 11, which no database codes, is left out.

    Args:
        expressions: basic and compound expressions; neutral has a row of zeros.
        action_units: names such as `au12`.

    Raises:
        FaceBehaviorError: an expression is not among those of the source.
    """
    check_known(expressions, (*_WITHOUT_A_ROW, *DU_2014), SOURCE)
    values = np.array(
        [
            [DU_2014.get(expression, {}).get(_number(unit), 0.0) for unit in action_units]
            for expression in expressions
        ]
    ).reshape(len(expressions), len(action_units))
    return Relatedness(tuple(expressions), tuple(action_units), values, SOURCE)


def _number(action_unit: str) -> int:
    return int(action_unit.removeprefix("au"))
