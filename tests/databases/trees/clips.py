"""Drawn clips, small and short."""

from pathlib import Path

import av
import numpy as np


def write_clip(path: Path, frames: int, seed: int = 0, size: int = 64) -> Path:
    """Write a video of a moving blob with this many frames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = size
        stream.pix_fmt = "yuv420p"
        rows, columns = np.mgrid[:size, :size]
        for number in range(frames):
            centre = 20 + (3 * number + seed) % 24
            blob = ((rows - centre) ** 2 + (columns - 32) ** 2 < 180).astype(np.uint8)
            picture = np.stack([200 * blob, 160 * blob + 20, 90 + 40 * blob], axis=2)
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="rgb24")
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path
