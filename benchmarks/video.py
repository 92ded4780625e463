"""Videos: frames a second with one face and with four, memory over a long one, latency when live.

The first part is `analysis_speed` on a talking head and on the same head four times in one frame,
with its reference, the landmarker alone, in the same run. The second analyses a long video (the
clip over and over) and notes the resident memory at frame 1,000 and at the last. The third plays
the clip at its own speed as a live stream.

    python -m benchmarks.video [--frames 20000] [--repeats 3] [-o result.json]
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
from benchmarks.analysis_speed import measure, talking_head
from numpy.typing import NDArray

from facebehavior.analysis import AnalyzedFrame, Analyzer, Recorder
from facebehavior.analysis.live import live
from facebehavior.faces.media import read_video

EARLY = 1000
"""Frame at which the memory is first noted: everything has been loaded by then."""


def main() -> None:
    """Measure; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", help="name or path of a model")
    parser.add_argument("--frames", type=int, default=20_000, help="of the long video")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("-o", "--output", type=Path, help="keep the JSON in this file")
    arguments = parser.parse_args()
    clip = talking_head()
    with tempfile.TemporaryDirectory() as folder:
        four, long = Path(folder) / "four.mp4", Path(folder) / "long.mp4"
        write_video(four, [tiled(image) for image in pictures(clip)])
        write_video(long, islice(cycle(pictures(clip)), arguments.frames))
        result = {
            "one_face": speed(clip, arguments.model, arguments.repeats),
            "four_faces": speed(four, arguments.model, arguments.repeats),
            "memory": memory(long, arguments.model, arguments.frames),
            "live": latency(clip, arguments.model),
        }
    content = json.dumps(result, indent=2)
    print(content)
    if arguments.output is not None:
        arguments.output.write_text(content + "\n")


def pictures(clip: Path) -> list[NDArray[np.uint8]]:
    """Decode a clip."""
    return [frame.image for frame in read_video(clip)]


def tiled(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put a picture four times into one of the same size."""
    small = image[::2, ::2]
    row = np.concatenate([small, small], axis=1)
    return np.concatenate([row, row])


def write_video(path: Path, images: Iterable[NDArray[np.uint8]]) -> None:
    """Encode pictures at 24 a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.pix_fmt = "yuv420p"
        for number, image in enumerate(images):
            if number == 0:
                stream.height, stream.width = image.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())


def speed(clip: Path, model: str | None, repeats: int) -> dict[str, object]:
    """Time the whole and each stage, and the landmarker alone."""
    found = measure(clip, model, repeats)
    whole = found["whole_ms"]
    assert isinstance(whole, float)
    return {**found, "clip": "", "frames_per_second": 1000 / whole}


def memory(video: Path, model: str | None, frames: int) -> dict[str, float]:
    """Note the resident memory (MiB) at an early and at the last frame."""
    noted: dict[str, float] = {}
    seen = 0
    with Analyzer(model) as analyzer, tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(analyzer.model)
        with recorder.open(Path(folder) / "out.parquet") as records:
            for group in analyzer.groups(video):
                found = [item for item in group if isinstance(item, AnalyzedFrame)]
                records.write(recorder.rows(found))
                seen += len(found)
                if seen >= EARLY and not noted:
                    noted["early_mib"] = resident_mib()
    last = resident_mib()
    growth = last / noted["early_mib"] - 1
    return {**noted, "last_mib": last, "frames": frames, "seen": seen, "growth": growth}


def resident_mib() -> float:
    """Give the resident memory of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("expected the resident memory in /proc/self/status, found none")


def latency(clip: Path, model: str | None) -> dict[str, float]:
    """Play a clip as a stream; milliseconds from a picture's coming to its answer."""
    with Analyzer(model) as analyzer:
        found = list(live(analyzer, str(clip)))
    values = [1000 * one.latency_s for one in found]
    return {
        "first_ms": values[0],
        "median_ms": statistics.median(values),
        "pictures": len(values),
        "left_out": sum(one.dropped for one in found),
    }


if __name__ == "__main__":
    main()
