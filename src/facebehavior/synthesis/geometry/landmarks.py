"""The five points by which faces are cut out, on the base mesh."""

import numpy as np
from numpy.typing import NDArray

FIVE_POINTS = ((4855, 52), (6836, 11473), (5054,), (402,), (7162,))
"""Vertices whose means are the eyes, the nose tip and the corners of the mouth, as seen in the
picture from left to right: the places of the mesh points in `faces.alignment.MESH_POINTS`."""

_CORRECTIONS = np.array(
    [
        (0.00, 0.018, 0.0),
        (0.00, 0.018, 0.0),
        (0.00, -0.010, 0.0),
        (0.025, 0.018, 0.0),
        (-0.025, 0.018, 0.0),
    ]
)
"""Decimetres, in the head's frame: how far MediaPipe's points lie from these vertices on average,
on renders of frontal heads. With them, faces cut out by given points are those of the analyser."""


def five_points(vertices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the five points (5, 3) of a head's unturned vertices (19158, 3)."""
    corners = [vertices[list(group)].mean(axis=0) for group in FIVE_POINTS]
    return np.asarray(np.array(corners) + _CORRECTIONS)
