"""A model file ready to predict: checked, and loaded into the library that runs it."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file.metadata import LEARNT_ONE_BY_ONE, METADATA_KEY, ModelMetadata
from facebehavior.model_file.predictions import Predictions, join
from facebehavior.model_file.sessions import RUNTIMES, OnnxruntimeSession, Session, quicker_runtime

INPUT_NAME = "faces"

MOST_PIXELS = 1 << 20
MOST_FACES = 32
"""At most this many faces, and this many pixels, go through the network at once: bounds memory."""


class FaceModel:
    """A model that predicts from crops of faces.

    Predicting is deterministic. Several threads may use one model.

    Args:
        path: the model file (ONNX with the metadata of this project).
        runtime: `onnxruntime`, `openvino`, or `auto` for the quicker one for this file and machine.
            OpenVINO computes in bf16 where the processor has it; for figures that another
            machine should give as well, take `onnxruntime`.
        threads: processor cores to use.

    Raises:
        FaceBehaviorError: the file is missing, damaged or no model of this project, its graph is
            not what its metadata says, or the runtime is unknown or not installed.

    Attributes:
        path: the model file.
        metadata: what the file says about itself.
        sha256: sha256 (hex) of the file.
        runtime: the library that runs the model and its precision, such as `onnxruntime fp32`.
    """

    def __init__(self, path: str | Path, runtime: str = "auto", threads: int = 1) -> None:
        _check_choice(runtime, threads)
        self.path = Path(path)
        if not self.path.is_file():
            raise FaceBehaviorError(f"{self.path}: expected a model file (.onnx), found none")
        self.sha256 = file_sha256(self.path)
        # Metadata and graph are always read by onnxruntime: OpenVINO does not give them.
        described = OnnxruntimeSession(self.path, threads)
        self.metadata = _metadata(self.path, described.inner)
        _check_graph(self.path, described.inner, self.metadata)
        chosen = quicker_runtime(self.path) if runtime == "auto" else runtime
        self._session: Session = (
            described if chosen == "onnxruntime" else RUNTIMES[chosen](self.path, threads)
        )
        channels = self.metadata.crop.channels
        self._mean = np.array(self.metadata.mean, dtype=np.float32).reshape(channels, 1, 1)
        self._scale = np.array(self.metadata.scale, dtype=np.float32).reshape(channels, 1, 1)
        self._untrained = {
            head: np.array([label in self.metadata.untrained for label in labels])
            for head, labels in self.metadata.heads.items()
            if head in LEARNT_ONE_BY_ONE
        }

    @property
    def runtime(self) -> str:
        """The library that runs the model and its precision, such as `onnxruntime fp32`."""
        return self._session.name

    def predict(self, crops: NDArray[np.uint8]) -> Predictions:
        """Predict from N crops.

        Args:
            crops: (N, S, S, C) uint8, cut out with `metadata.crop`; N may be 0.

        Returns:
            The predictions for the N faces; None for the heads that the model lacks, nan for
            outputs that were never trained.

        Raises:
            ValueError: the crops have another shape or type.
        """
        size, channels = self.metadata.crop.size, self.metadata.crop.channels
        if crops.dtype != np.uint8 or crops.ndim != 4 or crops.shape[1:] != (size, size, channels):
            raise ValueError(
                f"crops should be uint8 of shape (N, {size}, {size}, {channels}), "
                f"found {crops.dtype} of shape {crops.shape}"
            )
        if not len(crops):
            return _nothing(self.metadata)
        at_once = max(1, min(MOST_FACES, MOST_PIXELS // (size * size)))
        starts = range(0, len(crops), at_once)
        return join([self._predict_part(crops[start : start + at_once]) for start in starts])

    def __repr__(self) -> str:
        return (
            f"FaceModel({self.metadata.name} {self.metadata.version}, "
            f"{', '.join(self.metadata.heads)}, {self.runtime})"
        )

    def _predict_part(self, crops: NDArray[np.uint8]) -> Predictions:
        faces = np.ascontiguousarray(crops.transpose(0, 3, 1, 2), dtype=np.float32)
        faces -= self._mean
        faces /= self._scale
        found = self._session.run(faces)
        for head, untrained in self._untrained.items():
            found[head] = np.where(untrained, np.float32(np.nan), found[head])
        return Predictions.of_heads(found)


def file_sha256(path: Path) -> str:
    """Give the sha256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_choice(runtime: str, threads: int) -> None:
    if runtime != "auto" and runtime not in RUNTIMES:
        raise FaceBehaviorError(
            f"the runtime should be one of auto, {', '.join(RUNTIMES)}, found {runtime!r}"
        )
    if threads < 1:
        raise FaceBehaviorError(f"the number of threads should be at least 1, found {threads}")


# onnxruntime has no type hints, hence Any for its session.
def _metadata(path: Path, session: Any) -> ModelMetadata:  # noqa: ANN401
    entries = session.get_modelmeta().custom_metadata_map
    if METADATA_KEY not in entries:
        raise FaceBehaviorError(
            f"{path}: expected a model of this project, found an ONNX file without its metadata; "
            "make one with: facebehavior export"
        )
    try:
        return ModelMetadata.from_json(entries[METADATA_KEY])
    except FaceBehaviorError as error:
        raise FaceBehaviorError(f"{path}: {error}") from error


def _check_graph(path: Path, session: Any, metadata: ModelMetadata) -> None:  # noqa: ANN401
    channels, size = metadata.crop.channels, metadata.crop.size
    expected = {INPUT_NAME: (channels, size, size)}
    _check_values(path, "input", expected, session.get_inputs())
    expected_outputs = {name: (len(labels),) for name, labels in metadata.heads.items()}
    _check_values(path, "output", expected_outputs, session.get_outputs())


def _check_values(
    path: Path,
    kind: str,
    expected: dict[str, Any],
    found: list[Any],
) -> None:
    """Check that the inputs or outputs of a graph are (N, *shape) of float32, with any N."""
    names = [value.name for value in found]
    if sorted(names) != sorted(expected):
        raise FaceBehaviorError(
            f"{path}: its metadata says {kind}s {', '.join(expected)}, its graph has "
            f"{', '.join(names) or 'none'}; export it again"
        )
    for value in found:
        shape = expected[value.name]
        count, *rest = value.shape or [0]
        if value.type != "tensor(float)" or isinstance(count, int) or tuple(rest) != shape:
            raise FaceBehaviorError(
                f"{path}: its {kind} {value.name!r} should be float32 of shape "
                f"{('N', *shape)} for any N, found {value.type} of shape {value.shape}; "
                "export it again"
            )


def _nothing(metadata: ModelMetadata) -> Predictions:
    return Predictions.of_heads(
        {
            name: np.zeros((0, len(labels)), dtype=np.float32)
            for name, labels in metadata.heads.items()
        }
    )
