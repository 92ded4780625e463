"""Backgrounds made by code: plain walls, gradients, blobs, stripes, blocks and foliage."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy import random
from numpy.typing import NDArray
from PIL import Image

from facebehavior.synthesis.rendering.colours import LINEAR

Picture = NDArray[np.float64]


def background(kind: str, seed: int, size: int) -> NDArray[np.float32]:
    """Make a background.

    Args:
        kind: a key of `BACKGROUNDS`.
        seed: of its content.
        size: width in pixels.

    Returns:
        (size, size, 3) linear light.
    """
    shown = BACKGROUNDS[kind](np.random.default_rng(seed), size)
    return LINEAR[(np.clip(shown, 0.0, 1.0) * 255).astype(np.uint8)]


def _colour(rng: random.Generator) -> Picture:
    """Draw a colour (3,) of moderate saturation."""
    grey = rng.uniform(0.12, 0.9)
    return np.asarray(np.clip(grey + rng.normal(0.0, 0.1, 3), 0.02, 0.98))


def _plain(rng: random.Generator, size: int) -> Picture:
    return np.ones((size, size, 1)) * _colour(rng)


def _gradient(rng: random.Generator, size: int) -> Picture:
    angle = rng.uniform(0, 2 * np.pi)
    across = np.linspace(-0.7, 0.7, size)
    share = 0.5 + across[None, :] * np.cos(angle) + across[:, None] * np.sin(angle)
    share = np.clip(share, 0, 1)[..., None]
    return np.asarray(_colour(rng) * share + _colour(rng) * (1 - share))


def _blobs(rng: random.Generator, size: int) -> Picture:
    """Make out-of-focus colours, as of a far room."""
    cells = int(rng.integers(3, 9))
    shades = rng.normal(0.0, 0.2, (cells, cells, 1)) + rng.normal(0.0, 0.07, (cells, cells, 3))
    return _enlarged(_colour(rng) + shades, size)


def _stripes(rng: random.Generator, size: int) -> Picture:
    angle, width = rng.uniform(0, np.pi), rng.uniform(6, 40) * size / 256
    x, y = np.meshgrid(np.arange(size), np.arange(size))
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) / width * np.pi)
    share = np.clip(0.5 + 2.0 * wave, 0, 1)[..., None]
    return np.asarray(_colour(rng) * share + _colour(rng) * (1 - share))


def _blocks(rng: random.Generator, size: int) -> Picture:
    """Make overlapping rectangles: shelves, windows, posters."""
    picture = _gradient(rng, size)
    for _ in range(int(rng.integers(6, 18))):
        x, y = rng.integers(-size // 4, size, 2)
        w, h = rng.integers(size // 16, size // 2, 2)
        top, left = max(int(y), 0), max(int(x), 0)
        picture[top : max(int(y + h), top), left : max(int(x + w), left)] = _colour(rng)
    return picture


def _foliage(rng: random.Generator, size: int) -> Picture:
    """Make noise of several sizes in greens and browns."""
    base = np.array([0.25, 0.35, 0.18]) * rng.uniform(0.6, 1.5) + rng.normal(0, 0.05, 3)
    picture = np.zeros((size, size, 3))
    for cells, strength in ((6, 0.14), (20, 0.1), (60, 0.08)):
        picture += strength * _enlarged(rng.normal(0.0, 1.0, (cells, cells, 1)), size)
    return base + picture


def _enlarged(cells: Picture, size: int) -> Picture:
    """Enlarge an array (n, n, C) smoothly to (size, size, C)."""
    channels = [
        np.asarray(
            Image.fromarray(cells[..., channel].astype(np.float32)).resize(
                (size, size), Image.Resampling.BICUBIC
            )
        )
        for channel in range(cells.shape[2])
    ]
    return np.stack(channels, axis=2).astype(np.float64)


BACKGROUNDS: Mapping[str, Callable[[random.Generator, int], Picture]] = {
    "plain": _plain,
    "gradient": _gradient,
    "blobs": _blobs,
    "stripes": _stripes,
    "blocks": _blocks,
    "foliage": _foliage,
}
