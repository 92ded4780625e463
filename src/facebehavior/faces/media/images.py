"""Photographs as arrays, through Pillow."""

import io
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from facebehavior.errors import BadInput
from facebehavior.faces.media.opening import PIXEL_LIMIT, check_pixels, checked_file, too_large

_FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF")
_EXPECTED = "a picture (JPEG, PNG, BMP, TIFF, WebP or GIF)"
_ORIENTATION = 0x0112
_TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture of each EXIF orientation upright."""

_BITS_PER_SAMPLE = 258
_PHOTOMETRIC_INTERPRETATION = 262
_WHITE_IS_ZERO = 0
_SAMPLE_FORMAT = 339
_one_at_a_time = threading.Lock()


def read_image(path: str | Path) -> NDArray[np.uint8]:
    """Read a photograph as it should be looked at.

    The picture is turned upright by its EXIF orientation. Grey, palette, 1-bit and CMYK pictures
    become RGB; colour profiles are not applied. What is transparent shows white. Samples of more
    than 8 bits are scaled to 0..255: whole numbers by the full scale of their bits (65535 for
    those that fit into 16), floating-point ones from 0..1. An animation gives its first picture.

    Args:
        path: a JPEG, PNG, BMP, TIFF, WebP or GIF file of at most `PIXEL_LIMIT` pixels.

    Returns:
        (H, W, 3) uint8 RGB, contiguous and writable.

    Raises:
        BadInput: there is no such file, it cannot be read, is no picture, damaged, cut off or
            too large.
    """
    file = checked_file(path, _EXPECTED)
    try:
        opened = file.open("rb")
    except OSError as error:
        raise BadInput(path, f"cannot be read: {error.strerror or error}") from error
    with opened:
        return _decoded(opened, str(path))


def decode_image(data: bytes, source: str = "picture in memory") -> NDArray[np.uint8]:
    """Decode the bytes of a picture file, by the rules of `read_image`.

    Args:
        data: the bytes of a picture file.
        source: what to call the picture in an error.

    Returns:
        (H, W, 3) uint8 RGB, contiguous and writable.

    Raises:
        BadInput: the bytes are no picture, or one that is damaged, cut off or too large.
    """
    if not data:
        raise BadInput(source, f"expected {_EXPECTED}, found nothing (0 bytes)")
    return _decoded(io.BytesIO(data), source)


def is_image(path: str | Path) -> bool:
    """Tell from its content whether a file is one of the kinds of pictures that can be read."""
    try:
        with _without_warnings(), Image.open(path, formats=_FORMATS):
            return True
    except Image.DecompressionBombError:
        return True
    except Exception:  # whatever a decoder trips over, it is not its kind of file
        return False


def _decoded(stream: IO[bytes], source: str) -> NDArray[np.uint8]:
    try:
        with _without_warnings(), Image.open(stream, formats=_FORMATS) as image:
            check_pixels(source, *image.size)
            image.load()
            return _rgb(_upright(image), source)
    except BadInput:
        raise
    except UnidentifiedImageError as error:
        raise BadInput(source, f"expected {_EXPECTED}, found another kind of file") from error
    except Image.DecompressionBombError as error:
        raise too_large(source, f"more than {PIXEL_LIMIT // 1_000_000}") from error
    except Exception as error:  # damaged files make Pillow's decoders raise whatever they trip over
        lines = str(error).splitlines() or [type(error).__name__]
        raise BadInput(
            source, f"the picture is damaged or cut off ({lines[0]}); save or copy it again"
        ) from error


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep Pillow's warnings about large, odd or slightly damaged files from the user.

    Python's warning filters belong to the whole process, hence one thread at a time.
    """
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:  # a photograph whose EXIF data are broken is still a photograph
        return image
    transpose = _TRANSPOSES.get(orientation) if isinstance(orientation, int) else None
    return image if transpose is None else image.transpose(transpose)


def _rgb(image: Image.Image, source: str) -> NDArray[np.uint8]:
    if image.mode == "F" or image.mode.startswith("I"):
        return _grey_as_rgb(_from_deep(image, source))
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, coloured)
    return np.array(image.convert("RGB"))


def _from_deep(image: Image.Image, source: str) -> NDArray[np.uint8]:
    """Scale a grey picture of more than 8 bits to (H, W) from 0 to 255, with white at 255."""
    # Only TIFF files have tags; the other formats have 16 unsigned bits.
    tags = getattr(image, "tag_v2", {})
    if image.mode == "F":
        grey = _from_floats(np.asarray(image), source)
    else:
        grey = _from_integers(image, tags)
    # Pillow turns these over itself, but only up to 8 bits.
    return 255 - grey if tags.get(_PHOTOMETRIC_INTERPRETATION) == _WHITE_IS_ZERO else grey


def _from_integers(image: Image.Image, tags: Mapping[int, Any]) -> NDArray[np.uint8]:
    """Scale a picture in one of Pillow's modes I to (H, W) from 0 to 255.

    Files of 32 bits often hold 16-bit data, which would come out black: where all numbers fit
    into 16 bits they are taken as such. What is negative becomes 0.
    """
    bits, signed = int(tags.get(_BITS_PER_SAMPLE, (16,))[0]), tags.get(_SAMPLE_FORMAT) == (2,)
    samples = np.ascontiguousarray(image)
    if bits == 32 and not signed:
        samples = samples.view(np.uint32)
    if bits == 32 and samples.max() <= 0xFFFF:
        bits, signed = 16, False
    return _rounded(samples * (255.0 / ((1 << (bits - signed)) - 1)))


def _from_floats(samples: NDArray[np.floating], source: str) -> NDArray[np.uint8]:
    if not (samples.min() >= 0 and samples.max() <= 1):
        raise BadInput(
            source,
            "expected floating-point samples from 0 to 1, found "
            f"{samples.min():g} to {samples.max():g}; save it as an 8-bit or 16-bit picture",
        )
    return _rounded(samples.astype(np.float64) * 255.0)


def _rounded(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def _grey_as_rgb(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
