"""How the bootstrap draws."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.intervals import LEVEL, REPLICATES, Interval, bootstrap

Groups = NDArray[np.int64] | None
"""(N,) number of each image's person; None where persons are not known."""


def groups_among(groups: Groups, chosen: NDArray[Any]) -> Groups:
    """Give the groups of some images by their indices or a mask; None where there are none."""
    return None if groups is None else groups[chosen]


@dataclass(frozen=True)
class Resampling:
    """How the bootstrap draws.

    Attributes:
        replicates: number of draws.
        level: confidence level, between 0 and 1.
        seed: seed of the draws, 0 or more.

    Raises:
        FaceBehaviorError: the seed is below 0.
    """

    replicates: int = REPLICATES
    level: float = LEVEL
    seed: int = 0

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise FaceBehaviorError(f"the seed should be 0 or more, found {self.seed}")

    def intervals(
        self, metric: Callable[..., Any], arrays: Sequence[NDArray[Any]], groups: Groups
    ) -> tuple[Interval, ...]:
        """Give figures with their intervals; see `intervals.bootstrap`.

        Args:
            metric: gives the figures of the arrays.
            arrays: of N images each.
            groups: the images' persons.

        Raises:
            ValueError: the arrays differ in length, or there is none.
        """
        return bootstrap(
            metric,
            arrays,
            groups,
            replicates=self.replicates,
            level=self.level,
            seed=self.seed,
        )
