"""What a camera does to a picture: exposure, colour, blur, noise, low resolution, compression."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from facebehavior.synthesis.rendering.colours import to_srgb

_MIDDLE_GREY = 0.18
_LUMA = np.array([[0.299], [0.587], [0.114]], dtype=np.float32)


@dataclass(frozen=True)
class Faults:
    """What a camera does to one picture.

    Attributes:
        blur: standard deviation in pixels.
        motion: direction of a motion blur in degrees, or None.
        noise: standard deviation of 255.
        noise_seed: of the noise.
        exposure: stops.
        contrast: exponent around middle grey.
        cast: factor on each channel.
        grey: no colour.
        resolution: width in which the picture was taken, as a share.
        jpeg: quality of the file, 1 to 100.
    """

    blur: float = 0.0
    motion: float | None = None
    noise: float = 0.0
    noise_seed: int = 0
    exposure: float = 0.0
    contrast: float = 1.0
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    grey: bool = False
    resolution: float = 1.0
    jpeg: int = 95


def developed(light: NDArray[np.float32], faults: Faults) -> NDArray[np.uint8]:
    """Turn light into a picture with the camera's faults, but for the compression.

    Args:
        light: (S, S, 3) linear.
        faults: of the camera.

    Returns:
        (S, S, 3) uint8, sRGB.
    """
    exposed = light * (2.0**faults.exposure) * np.array(faults.cast, dtype=np.float32)
    shaped = _MIDDLE_GREY * np.power(exposed / _MIDDLE_GREY + 1e-6, faults.contrast)
    # A soft shoulder: bright skin keeps its modelling instead of turning white.
    rolled = np.where(shaped > 0.6, 0.6 + 0.4 * (1 - np.exp(-(shaped - 0.6) / 0.4)), shaped)
    picture = Image.fromarray((to_srgb(rolled) * 255 + 0.5).astype(np.uint8))
    picture = _blurred(picture, faults)
    values = np.asarray(picture, dtype=np.float32)
    if faults.noise:
        rng = np.random.default_rng(faults.noise_seed)
        values = values + rng.normal(0.0, faults.noise, values.shape).astype(np.float32)
    if faults.grey:
        values = np.repeat(values @ _LUMA, 3, axis=2)
    return np.asarray(np.clip(values + 0.5, 0, 255).astype(np.uint8))


def _blurred(picture: Image.Image, faults: Faults) -> Image.Image:
    if faults.motion is not None:
        picture = picture.filter(_motion_kernel(faults.motion))
    if faults.blur > 0.05:
        picture = picture.filter(ImageFilter.GaussianBlur(faults.blur))
    if faults.resolution < 1.0:
        width = max(16, round(picture.width * faults.resolution))
        small = picture.resize((width, width), Image.Resampling.BOX)
        picture = small.resize(picture.size, Image.Resampling.BICUBIC)
    return picture


def _motion_kernel(angle: float) -> ImageFilter.Kernel:
    weights = np.zeros((5, 5))
    for step in np.linspace(-2, 2, 17):
        x = round(2 + step * np.cos(np.radians(angle)))
        y = round(2 - step * np.sin(np.radians(angle)))
        weights[y, x] += 1.0
    return ImageFilter.Kernel((5, 5), weights.ravel().tolist(), scale=float(weights.sum()))


def compressed(picture: NDArray[np.uint8], quality: int) -> bytes:
    """Write a picture (S, S, 3) as JPEG bytes."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
