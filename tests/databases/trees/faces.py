"""Pictures of one face: the public-domain astronaut of the examples, in another light each time."""

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

ASTRONAUT = Path(__file__).parents[3] / "examples" / "astronaut.jpg"
_AROUND = (150, 30, 310, 190)


def face(seed: int = 0, size: int = 64) -> Image.Image:
    """Give the face in a light of its own for each seed."""
    small = _face().resize((size, size), Image.Resampling.LANCZOS)
    light = 0.8 + 0.05 * (seed % 8)
    shaded = np.asarray(small, dtype=np.float64) * light * (1.0, 1.0, 0.92 + 0.02 * (seed % 5))
    return Image.fromarray(shaded.clip(0, 255).astype(np.uint8))


def write_face(path: Path, seed: int = 0, size: int = 64) -> Path:
    """Write it under any picture ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    face(seed, size).save(path)
    return path


@cache
def _face() -> Image.Image:
    with Image.open(ASTRONAUT) as picture:
        return picture.convert("RGB").crop(_AROUND)
