import numpy as np
import pytest

from facebehavior.synthesis.appearance.accessories import glasses, shell
from facebehavior.synthesis.geometry.base_mesh import BaseMesh
from facebehavior.synthesis.geometry.eyes import GUIDES
from facebehavior.synthesis.rendering.rasteriser import vertex_normals


def test_a_shell_is_the_covered_skin_lifted_along_its_normals(mesh: BaseMesh) -> None:
    bust = mesh.bust
    base = mesh.vertices[bust.vertices]
    normals = vertex_normals(base.astype(np.float32), bust.triangles)
    covered = (base[:, 1] > 7.8).astype(float)
    thickness = np.linspace(0, 0.2, len(base))
    vertices, triangles = shell(base, normals, bust.triangles, covered, thickness)
    np.testing.assert_allclose(np.linalg.norm(vertices - base, axis=1), thickness, atol=1e-5)
    expected = [tuple(t) for t in bust.triangles.tolist() if all(covered[corner] for corner in t)]
    assert [tuple(t) for t in triangles.tolist()] == expected
    assert len(expected) > 100


@pytest.mark.parametrize("round_frame", [0.0, 1.0])
def test_glasses_sit_before_the_eyes_and_reach_the_ears(mesh: BaseMesh, round_frame: float) -> None:
    vertices, triangles = glasses(mesh.vertices, round_frame)
    assert np.isfinite(vertices).all()
    assert triangles.max() == len(vertices) - 1
    assert set(triangles.ravel()) == set(range(len(vertices)))
    for side, sign in (("left", 1), ("right", -1)):
        eye = mesh.vertices[GUIDES[side]]
        own = vertices[(vertices[:, 0] * sign > 0.02) & (vertices[:, 2] > eye[:, 2].max())]
        # The frame goes round the whole eye.
        assert own[:, 0].min() < eye[:, 0].min()
        assert own[:, 0].max() > eye[:, 0].max()
        assert own[:, 1].min() < eye[:, 1].min()
        assert own[:, 1].max() > eye[:, 1].max()
    assert vertices[:, 2].min() < 0.1
    assert np.abs(vertices[:, 0]).max() > 0.6
    np.testing.assert_allclose(vertices[:, 0].min(), -vertices[:, 0].max(), atol=0.01)


def test_a_wider_face_wears_wider_glasses(mesh: BaseMesh) -> None:
    plain, wide = (glasses(mesh.vertices * (width, 1, 1), 1.0)[0] for width in (1.0, 1.2))
    assert np.ptp(wide[:, 0]) == pytest.approx(1.2 * np.ptp(plain[:, 0]), rel=0.02)
