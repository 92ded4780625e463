"""How the bootstrap draws."""

from dataclasses import dataclass

from facebehavior.intervals import LEVEL, REPLICATES


@dataclass(frozen=True)
class Resampling:
    """How the bootstrap draws.

    Attributes:
        replicates: number of draws.
        level: confidence level, between 0 and 1.
        seed: seed of the draws.
    """

    replicates: int = REPLICATES
    level: float = LEVEL
    seed: int = 0
