"""Does analysis work here? Each part is tried, down to a drawn face-free picture and a model."""

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import numpy as np

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.detectors import open_detector
from facebehavior.model_file import FaceModel, find_model, packaged_models, verify

PACKAGES = ("numpy", "pillow", "pyarrow", "av", "mediapipe", "onnxruntime")
EXTRAS = {
    "train": ("torch", "lightning_fabric", "onnx", "onnxscript", "pydantic", "safetensors"),
    "openvino": ("openvino",),
    "workbooks": ("python_calamine",),
}


@dataclass(frozen=True)
class Finding:
    """One part of the installation.

    Attributes:
        what: the part.
        found: its state, or what is wrong and what to do.
        well: whether it works.
    """

    what: str
    found: str
    well: bool


def checkup() -> Iterator[Finding]:
    """Try each part in turn; a part that fails does not keep the others from being tried."""
    yield Finding("python", f"{platform.python_version()} on {sys.platform}", True)
    for package in PACKAGES:
        yield _tried(package, lambda package=package: _version(package))  # type: ignore[misc]
    yield _tried("face detector", _detects)
    for name in packaged_models():
        yield _tried(f"model {name}", lambda name=name: _verified(name))  # type: ignore[misc]
    yield _tried("network", _predicts)
    for extra, modules in EXTRAS.items():
        missing = [module for module in modules if find_spec(module) is None]
        state = f"not installed (pip install 'facebehavior[{extra}]')" if missing else "installed"
        yield Finding(f"extra {extra}", state, True)


def _tried(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(what, attempt(), True)
    except (FaceBehaviorError, ImportError, OSError) as error:
        return Finding(what, " ".join(str(error).split()), False)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError as error:
        raise FaceBehaviorError(f"not installed; install it with: pip install {package}") from error


def _detects() -> str:
    with open_detector() as detector:
        faces = detector.detect(np.zeros((128, 128, 3), dtype=np.uint8))
    if faces:
        raise FaceBehaviorError("found a face in a black picture; install facebehavior again")
    return "works"


def _verified(name: str) -> str:
    verify(name)
    return "file as released"


def _predicts() -> str:
    model = FaceModel(find_model(None))
    crop = model.metadata.crop
    model.predict(np.zeros((1, crop.size, crop.size, crop.channels), dtype=np.uint8))
    return f"{model.metadata.name} {model.metadata.version} runs on {model.runtime}"
