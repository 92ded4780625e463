from pathlib import Path

import numpy as np
import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.synthesis.geometry.base_mesh import VERTICES, BaseMesh
from facebehavior.synthesis.geometry.proxies import Proxy, read_proxy

PROXY = """\
# handwritten
name tiny
x_scale 10 20 0.5
y_scale 30 40 2.0
z_scale 50 60 1.0
obj_file tiny.obj

verts 0
  7
  1 2 3 0.5 0.25 0.25 0.1 -0.2 0.3
100 200 19157 1.5 -0.25 -0.25 0 0 0.05
11
delete_verts
5 - 9
"""
MESH = """\
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0 0
vt 1 0
vt 1 1
f 1/1 2/2 3/3 4/1
f 1/1 2/2 3/3
"""


def write(folder: Path, proxy: str | None = PROXY, mesh: str | None = MESH) -> Path:
    root = folder / "tiny"
    root.mkdir()
    if proxy is not None:
        (root / "tiny.mhclo").write_text(proxy)
    if mesh is not None:
        (root / "tiny.obj").write_text(mesh)
    return root


def fitted_by_hand(base: np.ndarray) -> np.ndarray:
    """Fit the handwritten proxy with MakeHuman's formula, number by number."""
    scale = [
        abs(base[10, 0] - base[20, 0]) / 0.5,
        abs(base[30, 1] - base[40, 1]) / 2.0,
        abs(base[50, 2] - base[60, 2]) / 1.0,
    ]
    rows = [
        ((7, 7, 7), (1, 0, 0), (0, 0, 0)),
        ((1, 2, 3), (0.5, 0.25, 0.25), (0.1, -0.2, 0.3)),
        ((100, 200, 19157), (1.5, -0.25, -0.25), (0, 0, 0.05)),
        ((11, 11, 11), (1, 0, 0), (0, 0, 0)),
    ]
    fitted = np.zeros((4, 3))
    for number, (anchors, weights, offset) in enumerate(rows):
        for axis in range(3):
            for anchor, weight in zip(anchors, weights, strict=True):
                fitted[number, axis] += weight * base[anchor, axis]
            fitted[number, axis] += offset[axis] * scale[axis]
    return fitted


def test_a_proxy_follows_its_anchors(tmp_path: Path) -> None:
    proxy = read_proxy(write(tmp_path))
    for seed in range(3):
        base = np.random.default_rng(seed).normal(size=(VERTICES, 3))
        np.testing.assert_allclose(proxy.fitted(base), fitted_by_hand(base), atol=1e-12)


def test_the_mesh_of_a_proxy_is_split_into_triangles(tmp_path: Path) -> None:
    proxy = read_proxy(write(tmp_path))
    np.testing.assert_array_equal(proxy.triangles, [(0, 1, 2), (0, 1, 2), (0, 2, 3)])
    np.testing.assert_array_equal(proxy.texture_triangles, [(0, 1, 2), (0, 1, 2), (0, 2, 0)])
    np.testing.assert_array_equal(proxy.texture, [(0, 0), (1, 0), (1, 1)])
    assert proxy.triangles.dtype == np.int32


def test_a_proxy_moves_and_stretches_with_the_body(tmp_path: Path) -> None:
    proxy = read_proxy(write(tmp_path))
    base = np.random.default_rng(0).normal(size=(VERTICES, 3))
    moved = proxy.fitted(base + np.array([1.0, -2.0, 3.0]))
    np.testing.assert_allclose(moved, proxy.fitted(base) + np.array([1.0, -2.0, 3.0]), atol=1e-9)
    np.testing.assert_allclose(proxy.fitted(2 * base), 2 * proxy.fitted(base), atol=1e-9)


def test_values_of_the_body_are_carried_over_without_offsets(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((VERTICES, 2))
    spread = read_proxy(write(tmp_path)).spread(values)
    np.testing.assert_allclose(spread[0], values[7])
    expected = 0.5 * values[1] + 0.25 * values[2] + 0.25 * values[3]
    np.testing.assert_allclose(spread[1], expected)


@pytest.mark.parametrize(
    ("proxy", "mesh", "named"),
    [
        (None, MESH, "cannot read .*tiny.mhclo.*skins, hair, eyebrows"),
        (PROXY, None, "cannot read .*tiny.obj.*skins, hair, eyebrows"),
        (PROXY, MESH + "v 0 0 1\n", "each of the 5 vertices of its mesh, found 4"),
        (PROXY.replace("  7\n", ""), MESH, "each of the 4 vertices of its mesh, found 3"),
        (PROXY.replace("19157", "19158"), MESH, "another mesh's"),
        (PROXY.replace("y_scale 30 40 2.0\n", ""), MESH, "found 2 of 3 scales and 4 vertices"),
        (PROXY.replace("y_scale 30 40 2.0", "y_scale 30"), MESH, "MakeHuman proxy file"),
        (PROXY.replace("  7\n", "7 8\n"), MESH, "a line of 2 numbers"),
        ("rubbish\n", MESH, "found 0 of 3 scales and 0 vertices"),
        (PROXY, "v one two three\n", "MakeHuman proxy file"),
        (PROXY, "".join(MESH.splitlines(True)[:4]), "MakeHuman proxy file"),
        (PROXY, MESH + "f 1 2 9\n", "a corner that its mesh does not have"),
        (PROXY, MESH + "f 1/1 2/2 3/4\n", "a corner that its mesh does not have"),
    ],
)
def test_a_bad_proxy_is_one_line_that_says_why(
    tmp_path: Path, proxy: str | None, mesh: str | None, named: str
) -> None:
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        read_proxy(write(tmp_path, proxy, mesh))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "height"),
    [
        ("hair/short01", 8.6),
        ("eyebrows/eyebrow001", 7.45),
        ("eyelashes/eyelashes01", 7.27),
        ("teeth/teeth_base", 6.8),
    ],
)
def test_makehumans_own_proxies_sit_where_they_belong(
    makehuman: Path, mesh: BaseMesh, name: str, height: float
) -> None:
    proxy: Proxy = read_proxy(makehuman / name)
    fitted = proxy.fitted(mesh.vertices)
    assert len(proxy.weights) == len(fitted)
    np.testing.assert_allclose(proxy.weights.sum(axis=1), 1.0, atol=5e-3)
    assert fitted[:, 1].max() == pytest.approx(height, abs=0.2)
    assert abs(fitted[:, 0].mean()) < 0.05
