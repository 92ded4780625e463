import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from facebehavior.faces.head_model import HeadModel, read_head_model
from facebehavior.faces.model_files import FACE_LANDMARKER, checked_path
from facebehavior.faces.pose import head_rotation, pose_angles


@pytest.fixture(scope="module")
def head() -> HeadModel:
    return read_head_model(checked_path(FACE_LANDMARKER))


def turned(pitch: float, yaw: float, roll: float) -> NDArray[np.float64]:
    """Build R = Ry(yaw) Rx(-pitch) Rz(roll) by another library."""
    return np.asarray(Rotation.from_euler("YXZ", [yaw, -pitch, roll], degrees=True).as_matrix())


def mesh_of(head: HeadModel, rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the mesh of a turned head: pixels, y down, z away from the viewer."""
    return 7.5 * (head.vertices @ rotation.T) * (1.0, -1.0, -1.0) + (250.0, 180.0, 0.0)


def test_angles_undo_rotations() -> None:
    generator = np.random.default_rng(7)
    for _ in range(50):
        angles = generator.uniform((-89, -179, -179), (89, 179, 179))
        np.testing.assert_allclose(pose_angles(turned(*angles)), angles, atol=1e-9)


@pytest.mark.parametrize(
    ("angles", "nose", "top"),
    [
        ((30.0, 0.0, 0.0), (0, +1), (0, +1)),  # up
        ((0.0, 30.0, 0.0), (+1, 0), (0, +1)),  # to the right of the picture
        ((0.0, 0.0, 30.0), (0, 0), (-1, +1)),  # the top of the head to the left of the picture
    ],
)
def test_signs_of_the_angles(
    angles: tuple[float, float, float], nose: tuple[int, int], top: tuple[int, int]
) -> None:
    rotation = turned(*angles)
    np.testing.assert_array_equal(np.sign(np.round(rotation[:2, 2], 9)), nose)
    np.testing.assert_array_equal(np.sign(np.round(rotation[:2, 1], 9)), top)
    np.testing.assert_allclose(pose_angles(rotation), angles, atol=1e-9)


def test_mirroring_changes_the_signs_of_yaw_and_roll() -> None:
    mirror = np.diag([-1.0, 1.0, 1.0])
    rotation = turned(12.0, -35.0, 8.0)
    np.testing.assert_allclose(pose_angles(mirror @ rotation @ mirror), (12.0, 35.0, -8.0))


@pytest.mark.parametrize("pitch", [90.0, -90.0])
@pytest.mark.parametrize("yaw", [-120.0, 0.0, 40.0])
def test_straight_up_and_down_yaw_carries_the_whole_turn(pitch: float, yaw: float) -> None:
    rotation = turned(pitch, yaw, 25.0)
    angles = pose_angles(rotation)
    assert angles[2] == 0
    np.testing.assert_allclose(turned(*angles), rotation, atol=1e-9)


def test_scale_and_rounding_do_not_matter() -> None:
    transformation = np.eye(4, dtype=np.float32)
    transformation[:3, :3] = 1.7 * turned(10.0, 20.0, 30.0)
    transformation[:3, 3] = (1, 2, 3)
    np.testing.assert_allclose(pose_angles(transformation), (10, 20, 30), atol=1e-4)


@pytest.mark.parametrize(
    "matrix", [np.eye(2), np.zeros((3, 3)), np.diag([1.0, 1.0, -1.0]), np.full((4, 4), np.nan)]
)
def test_what_is_no_rotation_is_refused(matrix: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="expected a"):
        pose_angles(matrix)


def test_a_meshs_rotation_is_found(head: HeadModel) -> None:
    generator = np.random.default_rng(11)
    for _ in range(10):
        rotation = turned(*generator.uniform((-60, -80, -60), (60, 80, 60)))
        iris = np.full((10, 3), 99.0)
        mesh = np.concatenate([mesh_of(head, rotation), iris])
        np.testing.assert_allclose(head_rotation(mesh, head), rotation, atol=1e-9)


def test_an_open_mouth_does_not_turn_the_head(head: HeadModel) -> None:
    mesh = mesh_of(head, turned(5.0, 10.0, 0.0))
    lips = [13, 14, 17, 61, 291, 199, 200]
    assert not head.weights[lips].any()
    mesh[lips] += (0.0, 40.0, 5.0)
    np.testing.assert_allclose(pose_angles(head_rotation(mesh, head)), (5, 10, 0), atol=1e-9)
