"""How pixels become the network's input; the same constants stand in every model file."""

from torch import Tensor

MEAN = 127.5
SCALE = 127.5
"""Input = (pixel - MEAN) / SCALE, so that 0..255 becomes -1..1 (Kollias et al. 2019)."""


def normalised(faces: Tensor) -> Tensor:
    """Scale faces (B, C, S, S), 0 to 255, to float32 from -1 to 1."""
    return (faces.float() - MEAN) / SCALE
