"""How good a face is to look at: its size and sharpness; and where its eyes look."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LUMA = np.array([0.299, 0.587, 0.114])
"""ITU-R 601: what red, green and blue contribute to the luma."""

GAZE_YAW_DEGREES = 30.0
"""Degrees that an `eyeLookIn` or `eyeLookOut` of 1 stands for, about the eye's farthest turn."""

GAZE_PITCH_DEGREES = 25.0
"""Degrees that an `eyeLookUp` or `eyeLookDown` of 1 stands for."""


@dataclass(frozen=True)
class Eyes:
    """Where the eyes look, and whether they are open.

    Attributes:
        gaze_yaw: degrees, relative to the head; > 0 to the subject's own left, which is the right
            of the picture, as for the pose.
        gaze_pitch: degrees, relative to the head; > 0 up.
        blink_left: how far the subject's left eye is closed, 0 to 1.
        blink_right: the same of the right eye.
    """

    gaze_yaw: float
    gaze_pitch: float
    blink_left: float
    blink_right: float


def eye_distance(points: NDArray[np.floating]) -> float:
    """Give the distance between the eyes in pixels.

    Args:
        points: (5, 2) pixels; the eyes come first.
    """
    return float(np.hypot(*(np.asarray(points[1]) - np.asarray(points[0]))))


def sharpness(crop: NDArray[np.uint8]) -> float:
    """Give the variance of the Laplacian of a crop's luma.

    L(y, x) = g(y-1, x) + g(y+1, x) + g(y, x-1) + g(y, x+1) - 4 g(y, x) inside the border, with
    the luma g in 0..255; the variance divides by the number of values. An even surface gives 0,
    a sharp face of 112 x 112 some hundreds or more. Only crops of one size compare.

    Args:
        crop: (S, S, C) uint8, C = 3 (RGB) or 1 (grey), S >= 3.

    Raises:
        ValueError: the crop has another shape.
    """
    if crop.ndim != 3 or crop.shape[2] not in (1, 3) or min(crop.shape[:2]) < 3:
        raise ValueError(f"expected a crop (S, S, 1 or 3) with S >= 3, found shape {crop.shape}")
    grey = crop[:, :, 0].astype(np.float64) if crop.shape[2] == 1 else crop @ LUMA
    laplacian = (
        grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    )
    return float(laplacian.var())


def gaze_and_blink(blendshapes: Mapping[str, float]) -> Eyes | None:
    """Estimate gaze and blinks from a face's blendshapes.

    The gaze is a straight line through what is known of the blendshapes: the mean of both eyes'
    activations times `GAZE_YAW_DEGREES` and `GAZE_PITCH_DEGREES`. It orders gazes well and
    measures them roughly; while the eyes are closed it says little.

    Args:
        blendshapes: ARKit name to activation, 0 to 1.

    Returns:
        The estimate, or None where the detector gives no blendshapes of the eyes.
    """
    try:
        left, right = _side(blendshapes, "Left"), _side(blendshapes, "Right")
    except KeyError:
        return None
    return Eyes(
        # Looking to the subject's left turns the left eye out and the right eye in.
        gaze_yaw=GAZE_YAW_DEGREES * (left.outward - right.outward) / 2,
        gaze_pitch=GAZE_PITCH_DEGREES * (left.upward + right.upward) / 2,
        blink_left=left.blink,
        blink_right=right.blink,
    )


@dataclass(frozen=True)
class _Eye:
    outward: float
    upward: float
    blink: float


def _side(blendshapes: Mapping[str, float], side: str) -> _Eye:
    return _Eye(
        outward=blendshapes[f"eyeLookOut{side}"] - blendshapes[f"eyeLookIn{side}"],
        upward=blendshapes[f"eyeLookUp{side}"] - blendshapes[f"eyeLookDown{side}"],
        blink=min(1.0, max(0.0, blendshapes[f"eyeBlink{side}"])),
    )
