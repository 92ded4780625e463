"""Turning a head on its shoulders, and placing it before a camera."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis.geometry.eyes import GUIDES

HEAD_JOINT = slice(14070, 14078)
"""The base mesh's vertices around the middle of the head."""


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


@dataclass(frozen=True)
class Attitude:
    """How a head is held and where it looks.

    Attributes:
        pitch, yaw, roll: degrees, with the signs of `faces.pose`.
        gaze_yaw, gaze_pitch: degrees against the head; to the subject's left, and up.
        closure: 0 eyes as the expression has them to 1 closed.
    """

    pitch: float = 0.0
    yaw: float = 0.0
    roll: float = 0.0
    gaze_yaw: float = 0.0
    gaze_pitch: float = 0.0
    closure: float = 0.0


class Place:
    """Carries vertices from the frame of the base mesh into the camera's.

    Args:
        person: (19158, 3) vertices without expression.
        attitude: pose.
        distance: from the camera to the middle of the face, decimetres.
    """

    def __init__(
        self,
        person: NDArray[np.float64],
        attitude: Attitude,
        distance: float,
    ) -> None:
        self._rotation = pose_rotation(attitude.pitch, attitude.yaw, attitude.roll)
        self._pivot = person[HEAD_JOINT].mean(axis=0) - (0.0, 0.35, 0.0)
        eyes = np.concatenate([person[guide] for guide in GUIDES.values()]).mean(axis=0)
        middle = eyes + np.array([0.0, -0.3, 0.0])
        held = turned(middle[np.newaxis], np.ones(1), self._rotation, self._pivot)[0]
        self._shift = np.array([0.0, 0.0, -distance]) - held

    def put(self, vertices: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn vertices (V, 3) by their share (V,) and move them."""
        return np.asarray(turned(vertices, share, self._rotation, self._pivot) + self._shift)
