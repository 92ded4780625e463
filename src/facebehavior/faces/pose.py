"""How a head is turned: pitch, yaw and roll in degrees.

Frame of reference: x to the right of the picture, y up, z out of the picture towards the viewer.
A head that faces the viewer upright has the unit matrix; its own x axis then points to the
subject's left, its z axis out of the nose.

Signs of the angles, all zero for that head:

* pitch > 0: the nose points up;
* yaw > 0: the nose points to the right of the picture, the subject turns to the own left;
* roll > 0: the top of the head goes to the left of the picture, the subject tilts to the own
  right shoulder.

The angles stand for the rotation R = Ry(yaw) Rx(-pitch) Rz(roll): roll first, then pitch, then
yaw, each about an axis that does not move. Mirroring the picture changes the signs of yaw and
roll.
"""

import numpy as np
from numpy.typing import NDArray

from facebehavior.faces.head_model import HeadModel

_GIMBAL = 1e-6
"""Cosine of the pitch under which yaw and roll turn about the same axis."""


def pose_angles(rotation: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give pitch, yaw and roll of a rotation; see the module for frame and signs.

    Where the nose points straight up or down, only yaw and roll together are known: roll is then
    0 and yaw carries the whole turn.

    Args:
        rotation: (3, 3) rotation matrix, or a (4, 4) transformation whose rotation is taken. A
            positive scale does not matter.

    Returns:
        (3,) pitch in [-90, 90], yaw and roll in [-180, 180], degrees.

    Raises:
        ValueError: the matrix has another shape, is not finite, or is no rotation.
    """
    matrix = np.asarray(rotation, dtype=np.float64)
    if matrix.shape not in {(3, 3), (4, 4)}:
        raise ValueError(f"expected a (3, 3) or (4, 4) matrix, found shape {matrix.shape}")
    if not np.isfinite(matrix).all() or np.linalg.det(matrix[:3, :3]) <= 0:
        raise ValueError(f"expected a rotation, found {matrix.tolist()}")
    turn = _nearest_rotation(matrix[:3, :3])
    level = np.hypot(turn[1, 0], turn[1, 1])
    if level < _GIMBAL:
        yaw, roll = np.arctan2(-turn[2, 0], turn[0, 0]), 0.0
    else:
        yaw, roll = np.arctan2(turn[0, 2], turn[2, 2]), np.arctan2(turn[1, 0], turn[1, 1])
    return np.degrees(np.array([np.arctan2(turn[1, 2], level), yaw, roll], dtype=np.float64))


def head_rotation(mesh: NDArray[np.floating], head: HeadModel) -> NDArray[np.float64]:
    """Give the rotation that carries the head model onto a face mesh, by least squares.

    The mesh is taken as a parallel projection. MediaPipe's own 4x4 matrix supposes a camera
    instead, whose field of view nobody knows; on crops of one photograph its pitch and yaw
    scatter by 3 degrees (standard deviation), this fit's by 0.7 and 0.1. It is the weighted
    orthogonal Procrustes problem: minimise sum_i w_i |s R v_i + t - m_i|^2 over s, R and t.

    Args:
        mesh: (M, 3) pixels, x to the right, y down, z away from the viewer; M >= V.
        head: the model, with V vertices.

    Returns:
        (3, 3) rotation matrix in the module's frame.
    """
    found = np.asarray(mesh[: len(head.weights)], dtype=np.float64) * (1.0, -1.0, -1.0)
    weights = head.weights[:, np.newaxis]
    found = found - (weights * found).sum(axis=0)
    model = head.vertices - (weights * head.vertices).sum(axis=0)
    return _nearest_rotation((weights * found).T @ model)


def _nearest_rotation(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the rotation R (3, 3) with the largest trace(R^T matrix)."""
    left, _, right = np.linalg.svd(matrix)
    mirrored = np.sign(np.linalg.det(left @ right))
    return np.asarray((left * (1.0, 1.0, mirrored)) @ right)
