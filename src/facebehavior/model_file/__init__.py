"""Model files: ONNX with metadata, the session that runs them, and the packaged models."""

from facebehavior.model_file.calibration import (
    MatchThreshold,
    best_thresholds,
    equal_error_threshold,
    fit_temperature,
)
from facebehavior.model_file.metadata import METADATA_KEY, ModelMetadata
from facebehavior.model_file.packaged import (
    PackagedModel,
    default_model,
    find_model,
    packaged_models,
    packaged_namesake,
    verify,
)
from facebehavior.model_file.predictions import Predictions, join
from facebehavior.model_file.runtime import FaceModel
from facebehavior.model_file.sessions import RUNTIMES

__all__ = [
    "METADATA_KEY",
    "RUNTIMES",
    "FaceModel",
    "MatchThreshold",
    "ModelMetadata",
    "PackagedModel",
    "Predictions",
    "best_thresholds",
    "default_model",
    "equal_error_threshold",
    "find_model",
    "fit_temperature",
    "join",
    "packaged_models",
    "packaged_namesake",
    "verify",
]
