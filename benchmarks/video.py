"""Videos: frames a second with one face and with four, memory over a long one, latency when live.

The first part is `analysis_speed` on a talking head and on the same head four times in one frame,
with its reference, the landmarker alone, in the same run. The second analyses a long video (the
clip over and over) as `facebehavior analyze` does, and notes the resident memory at frame 1,000 and
at the last. The third plays the clip at its own speed as a live stream. With `--only`, what the
result file holds of the other parts stays as it is.

    python -m benchmarks.video [--frames 20000] [--repeats 3] [--only memory] [-o result.json]
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable, Iterable
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
from benchmarks.analysis_speed import measure, talking_head
from numpy.typing import NDArray

from facebehavior.analysis import Analyzer
from facebehavior.analysis.asked import Asked
from facebehavior.analysis.live import live
from facebehavior.analysis.lots import Settings
from facebehavior.analysis.whole import Watcher, analyze_whole
from facebehavior.faces.media import read_video

EARLY = 1000
"""Frame at which the memory is first noted: everything has been loaded by then."""


PARTS = ("one_face", "four_faces", "memory", "live")


def main() -> None:
    """Measure; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", help="name or path of a model")
    parser.add_argument("--frames", type=int, default=20_000, help="of the long video")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts (all)")
    parser.add_argument("-o", "--output", type=Path, help="keep the JSON in this file")
    arguments = parser.parse_args()
    clip, model = talking_head(), arguments.model
    measured: dict[str, Callable[[Path], object]] = {
        "one_face": lambda _: speed(clip, model, arguments.repeats),
        "four_faces": lambda folder: speed(four_faces(clip, folder), model, arguments.repeats),
        "memory": lambda folder: memory(long_video(clip, folder, arguments.frames), model),
        "live": lambda _: latency(clip, model),
    }
    known = arguments.output is not None and arguments.output.is_file()
    result = json.loads(arguments.output.read_text()) if known else {}
    with tempfile.TemporaryDirectory() as folder:
        result |= {part: measured[part](Path(folder)) for part in PARTS if part in arguments.only}
    content = json.dumps(result, indent=2)
    print(content)
    if arguments.output is not None:
        arguments.output.write_text(content + "\n")


def pictures(clip: Path) -> list[NDArray[np.uint8]]:
    """Decode a clip."""
    return [frame.image for frame in read_video(clip)]


def four_faces(clip: Path, folder: Path) -> Path:
    """Make a video with the clip's head four times."""
    path = folder / "four.mp4"
    write_video(path, [tiled(image) for image in pictures(clip)])
    return path


def long_video(clip: Path, folder: Path, frames: int) -> Path:
    """Make a video of the clip over and over."""
    path = folder / "long.mp4"
    write_video(path, islice(cycle(pictures(clip)), frames))
    return path


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


def memory(video: Path, model: str | None) -> dict[str, float]:
    """Note the resident memory (MiB) at an early and at the last frame."""
    noted: list[float] = []
    seen = 0

    def done(frames: int) -> None:
        nonlocal seen
        seen += frames
        if seen >= EARLY:
            # The last is noted here too: once all is done, the detector is freed.
            noted[1:] = [resident_mib()]

    asked = Asked(Settings(model=model), output=str(video.with_name("out.parquet")))
    watcher = Watcher(
        begin=lambda _: None, done=done, go_on=lambda _: None, table=lambda _: lambda _: None
    )
    outcome = analyze_whole([video], asked, watcher)
    early, last = noted
    return {
        "early_mib": early,
        "last_mib": last,
        "frames": outcome.count.frames,
        "seen": seen,
        "growth": last / early - 1,
    }


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
