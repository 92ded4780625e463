"""Targets: displacements of some vertices of the base mesh, as MakeHuman writes them."""

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.synthesis.geometry.base_mesh import VERTICES


@dataclass(frozen=True)
class Target:
    """One shape change at full strength.

    Attributes:
        indices: (N,) vertices of the base mesh that move.
        offsets: (N, 3) decimetres.
    """

    indices: NDArray[np.int64]
    offsets: NDArray[np.float64]

    def add_to(self, vertices: NDArray[np.float64], weight: float) -> None:
        """Move vertices (19158, 3) in place by the target at a strength."""
        vertices[self.indices] += weight * self.offsets


def read_target(path: Path) -> Target:
    """Read a `.target` or `.target.gz` file: a line `index dx dy dz` for each vertex.

    Raises:
        FaceBehaviorError: the file is missing, or holds something else.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
        numbers = " ".join(line for line in text.splitlines() if not line.startswith("#"))
        rows = np.array(numbers.split(), dtype=np.float64).reshape(-1, 4)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise FaceBehaviorError(f"cannot read the target {path}: {reason}") from error
    except ValueError as error:
        raise FaceBehaviorError(
            f"{path}: expected lines of a vertex and three numbers, found something else"
        ) from error
    indices = rows[:, 0].astype(np.int64)
    outside = indices[(indices < 0) | (indices >= VERTICES)]
    if len(outside):
        raise FaceBehaviorError(
            f"{path}: expected vertices 0 to {VERTICES - 1}, found {outside[0]}: "
            "a target of another mesh than hm08"
        )
    return Target(indices, rows[:, 1:])


def blended(targets: Sequence[tuple[Target, float]]) -> Target:
    """Add targets, each at its strength, into one."""
    total = np.zeros((VERTICES, 3))
    for target, weight in targets:
        target.add_to(total, weight)
    indices = np.flatnonzero(np.abs(total).max(axis=1) > 0)
    return Target(indices, total[indices])
