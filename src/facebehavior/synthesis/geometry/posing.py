"""Turning a head on its shoulders."""

import numpy as np
from numpy.typing import NDArray


def pose_rotation(pitch: float, yaw: float, roll: float) -> NDArray[np.float64]:
    """Give the rotation (3, 3) of a pose in degrees, with the signs of `faces.pose`.

    R = Ry(yaw) Rx(-pitch) Rz(roll).
    """
    p, y, r = np.radians((-pitch, yaw, roll))
    about_x = np.array([(1, 0, 0), (0, np.cos(p), -np.sin(p)), (0, np.sin(p), np.cos(p))])
    about_y = np.array([(np.cos(y), 0, np.sin(y)), (0, 1, 0), (-np.sin(y), 0, np.cos(y))])
    about_z = np.array([(np.cos(r), -np.sin(r), 0), (np.sin(r), np.cos(r), 0), (0, 0, 1)])
    return np.asarray(about_y @ about_x @ about_z)


def turned(
    vertices: NDArray[np.float64],
    share: NDArray[np.float64],
    rotation: NDArray[np.float64],
    pivot: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Turn vertices about a point, each by its share: 0 stays, 1 turns wholly.

    Args:
        vertices: (V, 3).
        share: (V,) from 0 to 1.
        rotation: (3, 3).
        pivot: (3,).

    Returns:
        (V, 3).
    """
    whole = (vertices - pivot) @ rotation.T + pivot
    return np.asarray(vertices + share[:, np.newaxis] * (whole - vertices))
