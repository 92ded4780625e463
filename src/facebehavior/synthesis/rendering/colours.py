"""Between the bytes of a picture (sRGB) and linear light."""

import numpy as np
from numpy.typing import NDArray


def to_linear(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Turn sRGB values from 0 to 1 into linear light (IEC 61966-2-1)."""
    values = np.asarray(values, dtype=np.float64)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def to_srgb(light: NDArray[np.floating]) -> NDArray[np.float64]:
    """Turn linear light into sRGB values from 0 to 1; what is outside is cut off."""
    light = np.clip(light, 0.0, 1.0)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def hexadecimal(code: str) -> NDArray[np.float32]:
    """Give the linear light (3,) of a colour written as six hexadecimal digits."""
    values = np.array([int(code[at : at + 2], 16) / 255.0 for at in (0, 2, 4)])
    return to_linear(values).astype(np.float32)


LINEAR: NDArray[np.float32] = to_linear(np.arange(256) / 255.0).astype(np.float32)
"""(256,) linear light of each byte."""
