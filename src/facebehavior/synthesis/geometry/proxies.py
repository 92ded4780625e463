"""Proxies: hair, brows, lashes and teeth that hang on the base mesh (MakeHuman's `.mhclo`)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.synthesis.geometry.base_mesh import VERTICES, parse_object, split_quadrangles

_AXES = ("x_scale", "y_scale", "z_scale")


@dataclass(frozen=True)
class Proxy:
    """A mesh of V vertices, each fastened to three vertices of the base mesh.

    Attributes:
        anchors: (V, 3) vertices of the base mesh.
        weights: (V, 3) shares of the anchors, sum 1, possibly negative.
        offsets: (V, 3) what is added, in units of `scales`.
        scales: for each axis two vertices of the base mesh and a length: the offset along that
            axis is multiplied by their distance along it over the length.
        triangles: (T, 3) vertices.
        texture: (W, 2) texture coordinates.
        texture_triangles: (T, 3) texture coordinates of the triangles' corners.
    """

    anchors: NDArray[np.int64]
    weights: NDArray[np.float64]
    offsets: NDArray[np.float64]
    scales: tuple[tuple[int, int, float], ...]
    triangles: NDArray[np.int32]
    texture: NDArray[np.float32]
    texture_triangles: NDArray[np.int32]

    def fitted(self, base: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the vertices (V, 3) of the proxy on a shaped, unturned base mesh (19158, 3)."""
        scale = np.ones(3)
        for axis, (first, second, length) in enumerate(self.scales):
            scale[axis] = abs(base[first, axis] - base[second, axis]) / length
        return self.spread(base) + self.offsets * scale

    def spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Carry values (19158, K) of the base mesh over to the proxy's vertices (V, K)."""
        fastened = values[self.anchors]
        return np.asarray(np.einsum("vk,vkd->vd", self.weights, fastened))


def read_proxy(folder: Path) -> Proxy:
    """Read the proxy in a folder: one `.mhclo` file and the `.obj` file of the same name.

    Raises:
        FaceBehaviorError: a file is missing, damaged, or belongs to another base mesh.
    """
    path = folder / f"{folder.name}.mhclo"
    try:
        scales, rows = _parse(path.read_text(encoding="utf-8", errors="replace").splitlines())
        vertices, texture, groups = parse_object(path.with_suffix(".obj").read_text().splitlines())
    except OSError as error:
        raise FaceBehaviorError(
            f"cannot read {error.filename or path}: {error.strerror}; the MakeHuman assets are not "
            "complete: give the folder that holds skins, hair, eyebrows, eyelashes and teeth"
        ) from error
    except (ValueError, IndexError) as error:
        raise FaceBehaviorError(f"{path}: expected a MakeHuman proxy file ({error})") from error
    if len(rows) != len(vertices):
        raise FaceBehaviorError(
            f"{path}: expected a line for each of the {len(vertices)} vertices of its mesh, "
            f"found {len(rows)}"
        )
    if not groups:
        raise FaceBehaviorError(f"{path}: expected a MakeHuman proxy file (its mesh has no faces)")
    anchors = rows[:, :3].astype(np.int64)
    if anchors.min() < 0 or anchors.max() >= VERTICES:
        raise FaceBehaviorError(f"{path}: expected a proxy of the hm08 mesh, found another mesh's")
    corners = np.concatenate([part for part, _ in groups.values()])
    texture_corners = np.concatenate([part for _, part in groups.values()])
    texture = texture if len(texture) else np.zeros((1, 2))
    if corners.max() >= len(vertices) or texture_corners.max() >= len(texture):
        raise FaceBehaviorError(f"{path}: a face names a corner that its mesh does not have")
    return Proxy(
        anchors,
        rows[:, 3:6],
        rows[:, 6:9],
        scales,
        split_quadrangles(corners, corners).astype(np.int32),
        texture.astype(np.float32),
        split_quadrangles(texture_corners, corners).astype(np.int32),
    )


def _parse(lines: list[str]) -> tuple[tuple[tuple[int, int, float], ...], NDArray[np.float64]]:
    scales: dict[str, tuple[int, int, float]] = {}
    rows: list[list[float]] = []
    listed = False
    for line in lines:
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] in _AXES:
            scales[words[0]] = (int(words[1]), int(words[2]), float(words[3]))
        elif words[0] == "verts":
            listed = True
        elif words[0] == "delete_verts":
            break
        elif listed and words[0].isdigit():
            rows.append(_row(words))
    if set(scales) != set(_AXES) or not rows:
        raise ValueError(f"found {len(scales)} of 3 scales and {len(rows)} vertices")
    return tuple(scales[axis] for axis in _AXES), np.array(rows)


def _row(words: list[str]) -> list[float]:
    if len(words) == 1:
        return [float(words[0])] * 3 + [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    if len(words) != 9:
        raise ValueError(f"found a line of {len(words)} numbers")
    return [float(word) for word in words]
