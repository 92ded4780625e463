"""How long the packaged models take for an aligned face: batches of 32, one core.

From 8-bit crops to predictions, normalising included. The reference is the model with every head in
single precision on ONNX Runtime (`facebehavior-small-float16`, whose weights become 32 bits there).
All are measured in turn, many times, so that a busy machine slows all; medians and the shortest.

    python benchmarks/packaged_speed.py [--repeats 41] [-o result.json]
"""

import argparse
import json
import statistics
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.model_file import FaceModel
from facebehavior.model_file.packaged import packaged_models
from facebehavior.model_file.runtime import MOST_FACES

REFERENCE = ("facebehavior-small-float16", "onnxruntime")


def main() -> None:
    """Measure; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeats", type=int, default=41)
    parser.add_argument("-o", "--output", type=Path, help="keep the JSON in this file")
    arguments = parser.parse_args()
    content = json.dumps(measure(arguments.repeats), indent=1)
    print(content)
    if arguments.output is not None:
        arguments.output.write_text(content + "\n")


def measure(repeats: int) -> dict[str, object]:
    """Time every packaged model in every runtime that is installed.

    Args:
        repeats: times that each is measured.

    Returns:
        For each its name and version, runtime, size, median and shortest milliseconds a face, and
        the ratio of its median to the reference's; which one that is, and the repeats.
    """
    runtimes = ["onnxruntime"] + (["openvino"] if find_spec("openvino") else [])
    models = {
        (name, runtime): FaceModel(model.path, runtime, threads=1)
        for name, model in packaged_models().items()
        for runtime in runtimes
    }
    crops = {key: _crops(model) for key, model in models.items()}
    times: dict[tuple[str, str], list[float]] = {key: [] for key in models}
    for key, model in models.items():
        model.predict(crops[key])
    for _ in range(repeats):
        for key, model in models.items():
            begun = time.perf_counter()
            model.predict(crops[key])
            times[key].append(1000 * (time.perf_counter() - begun) / MOST_FACES)
    reference = statistics.median(times[REFERENCE])
    rows = [
        {
            "model": f"{model.metadata.name} {model.metadata.version}",
            "runtime": model.runtime,
            "megabytes": model.path.stat().st_size / 1e6,
            "median_ms": statistics.median(times[key]),
            "shortest_ms": min(times[key]),
            "ratio": statistics.median(times[key]) / reference,
        }
        for key, model in models.items()
    ]
    return {"reference": " on ".join(REFERENCE), "repeats": repeats, "models": rows}


def _crops(model: FaceModel) -> NDArray[np.uint8]:
    crop = model.metadata.crop
    shape = (MOST_FACES, crop.size, crop.size, crop.channels)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


if __name__ == "__main__":
    main()
