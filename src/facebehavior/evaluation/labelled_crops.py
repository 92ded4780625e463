"""Crops with their labels: what models are judged on."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import Manifest

_AT_ONCE = 256


class LabelledCrops(Protocol):
    """Crops with their labels, such as `databases.Shards`."""

    @property
    def manifest(self) -> Manifest:
        """The labels of N rows."""

    @property
    def crop_parameters(self) -> CropParameters:
        """How the crops were cut out."""

    def crops(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Give M rows' crops, (M, S, S, C)."""


def crops_in_parts(data: LabelledCrops, rows: NDArray[np.int64]) -> Iterator[NDArray[np.uint8]]:
    """Give the crops of some rows, some hundred at once, so that they fit into memory."""
    for start in range(0, len(rows), _AT_ONCE):
        yield data.crops(rows[start : start + _AT_ONCE])
