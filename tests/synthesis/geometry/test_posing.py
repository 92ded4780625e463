import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.faces.pose import pose_angles
from facebehavior.synthesis.geometry.posing import pose_rotation, turned

angles = st.tuples(st.floats(-80, 80), st.floats(-170, 170), st.floats(-170, 170))


@given(angles)
def test_the_analysers_pose_of_a_rotation_is_what_it_was_made_from(
    pose: tuple[float, float, float],
) -> None:
    np.testing.assert_allclose(pose_angles(pose_rotation(*pose)), pose, atol=1e-6)


@given(angles)
def test_a_pose_is_a_rotation(pose: tuple[float, float, float]) -> None:
    rotation = pose_rotation(*pose)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) > 0


def test_the_signs_are_those_of_the_records() -> None:
    nose, top = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
    assert (pose_rotation(20, 0, 0) @ nose)[1] > 0.3  # up
    assert (pose_rotation(0, 20, 0) @ nose)[0] > 0.3  # to the right of the picture
    assert (pose_rotation(0, 0, 20) @ top)[0] < -0.3  # to the left of the picture


def test_what_has_no_share_stays_and_what_has_all_turns_rigidly() -> None:
    rng = np.random.default_rng(0)
    vertices, pivot = rng.normal(size=(50, 3)), rng.normal(size=3)
    rotation = pose_rotation(20.0, -35.0, 10.0)
    np.testing.assert_array_equal(turned(vertices, np.zeros(50), rotation, pivot), vertices)
    whole = turned(vertices, np.ones(50), rotation, pivot)
    expected = np.array([rotation @ (vertex - pivot) + pivot for vertex in vertices])
    np.testing.assert_allclose(whole, expected, atol=1e-12)
    half = turned(vertices, np.full(50, 0.5), rotation, pivot)
    np.testing.assert_allclose(half, (vertices + expected) / 2, atol=1e-12)
