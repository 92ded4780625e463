"""Clips of a face that moves, small and short."""

from pathlib import Path

import av
import numpy as np
from PIL import Image
from tests.databases.trees.faces import face

SIDE = 128


def write_clip(path: Path, frames: int, seed: int = 0) -> Path:
    """Write a video with this many frames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        for number in range(frames):
            picture = Image.new("RGB", (SIDE, SIDE), (90, 100, 110))
            picture.paste(face(seed, 96), (8 + (2 * number) % 16, 16))
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
