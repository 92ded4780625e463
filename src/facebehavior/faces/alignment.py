"""How a face is cut out: the one function that training and analysis share."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facebehavior.errors import FaceBehaviorError

TEMPLATE_SIZE = 112
TEMPLATE = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ]
)
"""(5, 2) pixels: the ArcFace template in a crop of 112 x 112.

Left eye, right eye, nose tip, left and right corner of the mouth, as seen in the picture.
"""

MESH_POINTS = ((33, 133), (362, 263), (1,), (61,), (291,))
"""Which points of the 478-point face mesh are averaged into each of the five points."""

COLOURS = {"rgb": 3, "grey": 1}
"""The colour orders a crop can have, with their number of channels."""


@dataclass(frozen=True)
class CropParameters:
    """Everything that decides the pixels of a crop; it travels inside the model file.

    Attributes:
        size: width and height of the crop in pixels.
        colour: `rgb` (3 channels in that order) or `grey` (1 channel, ITU-R 601 luma).
        template: name of the five-point template; `arcface` is the only one.

    Raises:
        FaceBehaviorError: a value that no crop can have.
    """

    size: int = TEMPLATE_SIZE
    colour: str = "rgb"
    template: str = "arcface"

    def __post_init__(self) -> None:
        if not 8 <= self.size <= 1024:
            raise FaceBehaviorError(f"a crop should be 8 to 1024 pixels wide, found {self.size}")
        if self.colour not in COLOURS:
            raise FaceBehaviorError(
                f"a crop's colour should be one of {', '.join(COLOURS)}, found {self.colour!r}"
            )
        if self.template != "arcface":
            raise FaceBehaviorError(
                f"a crop's template should be 'arcface', found {self.template!r}"
            )

    @property
    def channels(self) -> int:
        """Number of channels of a crop."""
        return COLOURS[self.colour]

    def to_dict(self) -> dict[str, int | str]:
        """Give the parameters as they are written into shards and model files."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "CropParameters":
        """Read the parameters back.

        Raises:
            FaceBehaviorError: a key or a value that no crop has.
        """
        try:
            return cls(
                size=int(str(values["size"])),
                colour=str(values["colour"]),
                template=str(values["template"]),
            )
        except (KeyError, ValueError) as error:
            raise FaceBehaviorError(
                f"crop parameters should hold size, colour and template, found {dict(values)}"
            ) from error


def five_points(mesh: NDArray[np.floating]) -> NDArray[np.float64]:
    """Take the five alignment points out of a face mesh.

    Args:
        mesh: (478, 2 or 3) pixels.

    Returns:
        (5, 2) pixels: eyes, nose tip and corners of the mouth, in the template's order.
    """
    return np.array([mesh[list(group), :2].mean(axis=0) for group in MESH_POINTS], dtype=np.float64)


def similarity(points: NDArray[np.floating], size: int) -> NDArray[np.float64]:
    """Fit the similarity that carries five points onto the template, by least squares.

    A similarity of the plane is multiplication by a complex number and a shift, so the fit is
    linear and cannot mirror the face.

    Args:
        points: (5, 2) pixels of the source picture.
        size: width of the crop in pixels.

    Returns:
        (2, 3) matrix that maps (x, y, 1) of the source to pixels of the crop.

    Raises:
        ValueError: the points are not (5, 2), not finite, or all in one place.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.shape != (5, 2) or not np.isfinite(points).all():
        raise ValueError(f"expected five finite points, shape (5, 2), found {points.tolist()}")
    source = points[:, 0] + 1j * points[:, 1]
    scaled = TEMPLATE * (size / TEMPLATE_SIZE)
    target = scaled[:, 0] + 1j * scaled[:, 1]
    centred = source - source.mean()
    spread = float(np.vdot(centred, centred).real)
    if spread <= 0:
        raise ValueError("expected five points in different places, found them all in one")
    turn = np.vdot(centred, target - target.mean()) / spread
    shift = target.mean() - turn * source.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def cut_face(
    image: NDArray[np.uint8], points: NDArray[np.floating], parameters: CropParameters
) -> NDArray[np.uint8]:
    """Cut one face out of a picture in one antialiased warp.

    Each pixel of the crop is the mean of a grid of bilinear samples, as fine as the source is
    finer than the crop; so a large face does not alias and a small one is interpolated. Where the
    source is four or more times finer, the samples are taken from means of blocks of its pixels,
    of at most half a crop's pixel: the same mean for a fraction of the work. Where the crop
    reaches beyond the picture, the picture's edge is continued.

    Args:
        image: (H, W, 3) uint8, RGB.
        points: (5, 2) pixels: eyes, nose tip and corners of the mouth, in the template's order.
        parameters: size and colour of the crop.

    Returns:
        (size, size, channels) uint8.

    Raises:
        ValueError: the points are not five finite points in different places.
    """
    matrix = similarity(points, parameters.size)
    finer = 1.0 / math.hypot(matrix[0, 0], matrix[1, 0])
    block = max(1, math.floor(finer / 2))
    samples = math.ceil(finer / block)
    window, offset = _window(image, matrix, parameters.size)
    picture = Image.fromarray(window)
    if parameters.colour == "grey":
        picture = picture.convert("L")
    if block > 1:
        picture = picture.reduce(block)
    back = np.linalg.inv(np.vstack([matrix, (0.0, 0.0, 1.0)]))[:2]
    back[:, 2] -= offset
    back /= block
    back[:, :2] /= samples
    warped = picture.transform(
        (parameters.size * samples, parameters.size * samples),
        Image.Transform.AFFINE,
        tuple(back.ravel()),
        Image.Resampling.BILINEAR,
    )
    crop = warped.reduce(samples) if samples > 1 else warped
    return np.asarray(crop).reshape(parameters.size, parameters.size, parameters.channels)


def _window(
    image: NDArray[np.uint8], matrix: NDArray[np.float64], size: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Give the part of the picture that the crop can touch, and its corner (x, y).

    Copying only this part into Pillow makes a crop's cost independent of the picture's size.
    """
    height, width = image.shape[:2]
    corners = np.array([(0, 0), (size, 0), (0, size), (size, size)], dtype=np.float64)
    reached = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    # Wild points may reach far beyond the picture: what is further away than this stays black.
    margin = 2 * max(width, height) + size
    bounds = np.array([(-margin, -margin), (width + margin, height + margin)])
    first = np.clip(np.floor(reached.min(axis=0)) - 2, bounds[0], bounds[1] - 1).astype(int)
    last = np.clip(np.ceil(reached.max(axis=0)) + 2, first + 1, bounds[1]).astype(int)
    # What lies inside the picture, of at least one pixel, and how far the crop reaches beyond it.
    start = np.clip(first, 0, (width - 1, height - 1))
    stop = np.clip(last, start + 1, (width, height))
    before, after = np.maximum(start - first, 0), np.maximum(last - stop, 0)
    window = image[start[1] : stop[1], start[0] : stop[0]]
    if before.any() or after.any():
        margins = ((before[1], after[1]), (before[0], after[0]), (0, 0))
        window = np.pad(window, margins, mode="edge")
    return np.ascontiguousarray(window), (start - before).astype(np.float64)
