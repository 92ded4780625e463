"""How long a network takes for an aligned face: backbones, widths, sizes, precisions, one core.

Random weights, all heads, batches of 32, the shortest of seven runs. Beside each candidate stands
the reference `compact`, width 32, 64 pixels in single precision, measured in the same run.

    python benchmarks/network_speed.py [-o result.json]
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.model_file import ModelMetadata
from facebehavior.network import (
    FaceBehaviorNet,
    NetworkConfiguration,
    export_model,
    quantise,
)

BATCH = 32
CANDIDATES = (
    ("compact", 32, 64),
    ("compact", 32, 56),
    ("compact_grid", 32, 56),
    ("compact", 32, 48),
    ("compact", 24, 64),
    ("compact", 24, 48),
    ("compact", 16, 64),
    ("mobilenet_v2", 32, 64),
    ("mobilenet_v2", 32, 96),
    ("small", 32, 48),
    ("small", 48, 64),
)
HEADS = ("expression", "action_units", "affect", "attributes", "embedding")


def main() -> None:
    """Measure every candidate; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-o", "--output", type=Path, help="keep the JSON in this file")
    arguments = parser.parse_args()
    rows = [measured(*one) for one in CANDIDATES]
    reference = rows[0]["float32_ms"]
    for row in rows:
        row["ratio"] = float(row["int8_ms"]) / float(reference)
    content = json.dumps(rows, indent=1)
    print(content)
    if arguments.output is not None:
        arguments.output.write_text(content + "\n")


def measured(backbone: str, width: int, size: int) -> dict[str, float | str]:
    """Time one network in each precision that can run here; milliseconds a face."""
    configuration = NetworkConfiguration(
        backbone=backbone, width=width, input_size=size, channels=1, heads=HEADS
    )
    network = FaceBehaviorNet(configuration).eval()
    row: dict[str, float | str] = {
        "backbone": backbone,
        "width": width,
        "size": size,
        "parameters_million": sum(one.numel() for one in network.parameters()) / 1e6,
    }
    generator = np.random.default_rng(0)
    crops = generator.integers(0, 256, (64, size, size, 1), dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        export_model(network, _metadata(configuration), whole)
        quantise(whole, crops, small)
        faces = generator.standard_normal((BATCH, 1, size, size), dtype=np.float32)
        row["float32_ms"] = _ms(_onnxruntime(whole, faces))
        row["int8_ms"] = _ms(_onnxruntime(small, faces))
        for hint in ("f32", "bf16"):
            row[f"openvino_{hint}_ms"] = _ms(_openvino(whole, faces, hint))
        row["int8_mb"] = small.stat().st_size / 1e6
    return row


def _metadata(configuration: NetworkConfiguration) -> ModelMetadata:
    return ModelMetadata(
        name="candidate",
        version="0",
        heads=configuration.head_labels(),
        crop=CropParameters(configuration.input_size, "grey"),
        mean=(127.5,),
        scale=(127.5,),
        action_unit_thresholds=dict.fromkeys(ACTION_UNIT_COLUMNS, 0.5),
        calibration={},
        training_databases=(),
        licence="none",
        configuration_hash="0" * 64,
        network=configuration.to_dict(),
    )


def _onnxruntime(path: Path, faces: NDArray[np.float32]) -> Callable[[], object]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"faces": faces})


def _openvino(path: Path, faces: NDArray[np.float32], hint: str) -> Callable[[], object]:
    import openvino

    settings = {
        "INFERENCE_NUM_THREADS": 1,
        "INFERENCE_PRECISION_HINT": hint,
        "PERFORMANCE_HINT": "LATENCY",
    }
    request = openvino.Core().compile_model(str(path), "CPU", settings).create_infer_request()
    return lambda: request.infer({"faces": faces})


def _ms(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1000 * min(times) / BATCH


if __name__ == "__main__":
    main()
