"""How probable each action unit is in each expression: the tables that faces are drawn from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.labels import ACTION_UNITS, COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.relatedness import DU_2014

CATEGORIES = (*EXPRESSIONS, *COMPOUND_EXPRESSIONS)
"""The 7 basic and the 15 compound expressions, the rows of a table."""


@dataclass(frozen=True)
class Table:
    """The probability that an action unit is active in a face of an expression.

    Attributes:
        probabilities: (22, 17) in the orders of `CATEGORIES` and `ACTION_UNITS`.
    """

    probabilities: NDArray[np.float64]

    def row(self, category: str) -> NDArray[np.float64]:
        """Give one category's probabilities (17,)."""
        return np.asarray(self.probabilities[CATEGORIES.index(category)])

    def to_dict(self) -> dict[str, dict[str, float]]:
        """Give the table as nested names, without the cells that are 0."""
        return {
            category: {
                f"au{number:02d}": round(float(value), 6)
                for number, value in zip(ACTION_UNITS, row, strict=True)
                if value > 0
            }
            for category, row in zip(CATEGORIES, self.probabilities, strict=True)
        }


def du_table() -> Table:
    """Give the table of Du et al. (2014): prototypical action units always, others by their share.

    Action unit 11 is left out; neutral shows none.
    """
    return Table(
        np.array(
            [
                [DU_2014.get(category, {}).get(number, 0.0) for number in ACTION_UNITS]
                for category in CATEGORIES
            ]
        )
    )


def perturbed_table(seed: int) -> Table:
    """Give a seeded variation of Du's table: the truth of a world where the experts err a little.

    Prototypical cells become .70 to .95, observational ones move by up to .2, and 15 % of the empty
    cells of each expression but neutral become .1 to .5.
    """
    rng = np.random.default_rng(seed)
    table = du_table().probabilities
    prototypical, empty = table == 1.0, table == 0.0
    moved = np.clip(table + rng.uniform(-0.2, 0.2, table.shape), 0.05, 0.95)
    moved = np.where(prototypical, rng.uniform(0.70, 0.95, table.shape), moved)
    filled = rng.random(table.shape) < 0.15
    moved = np.where(empty, np.where(filled, rng.uniform(0.1, 0.5, table.shape), 0.0), moved)
    moved[CATEGORIES.index("neutral")] = 0.0
    return Table(moved)
