"""The models that come with the package.

The folder `models` holds for each model `<name>.onnx`, its card `<name>.md`, and `models.json`::

    {"<name>": {"file": "<name>.onnx", "sha256": "...", "summary": "...", "default": true}}

Exactly one model is the default.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file.runtime import FaceModel, file_sha256

PACKAGED = Path(__file__).parent / "models"
"""The folder of the packaged models."""

_FIELDS = {"file": str, "sha256": str, "summary": str, "default": bool}


@dataclass(frozen=True)
class PackagedModel:
    """One model that comes with the package.

    Attributes:
        name: the name under which it is found.
        path: the model file.
        card: the model card (Markdown).
        sha256: sha256 (hex) that the model file should have.
        summary: one line about the model.
        default: whether it is the model that is taken where none is named.
    """

    name: str
    path: Path
    card: Path
    sha256: str
    summary: str
    default: bool


def packaged_models(folder: Path = PACKAGED) -> Mapping[str, PackagedModel]:
    """List the packaged models by name.

    Args:
        folder: where they are.

    Raises:
        FaceBehaviorError: the list of models is missing or damaged.
    """
    listing = folder / "models.json"
    try:
        entries = json.loads(listing.read_text(encoding="utf-8"))
        models = {name: _model(folder, name, entry) for name, entry in sorted(entries.items())}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise FaceBehaviorError(
            f"{listing}: the list of packaged models is missing or damaged ({error}); "
            "install facebehavior again"
        ) from error
    defaults = sum(model.default for model in models.values())
    if models and defaults != 1:
        raise FaceBehaviorError(
            f"{listing}: expected one default model, found {defaults}; install facebehavior again"
        )
    return models


def default_model(folder: Path = PACKAGED) -> PackagedModel:
    """Give the packaged model that is taken where none is named.

    Raises:
        FaceBehaviorError: no model is packaged.
    """
    for model in packaged_models(folder).values():
        if model.default:
            return model
    raise FaceBehaviorError(
        "this facebehavior has no packaged model; give the path of a model file (.onnx)"
    )


def find_model(name_or_path: str | Path | None = None, folder: Path = PACKAGED) -> Path:
    """Find a model file; a file that exists wins over a packaged model's name, a folder does not.

    Args:
        name_or_path: a packaged model's name or the path of a model file; None for the default.
        folder: where the packaged models are.

    Raises:
        FaceBehaviorError: there is no such file and no packaged model of that name.
    """
    if name_or_path is None:
        return default_model(folder).path
    path, name = Path(name_or_path), str(name_or_path)
    # What a folder of any other name lacks is said where it is opened as a model file.
    # os.path, since Path raises where a name is too long for any file.
    if os.path.isfile(path) or (os.path.exists(path) and name not in packaged_models(folder)):
        return path
    return _named(name, folder).path


def verify(name: str, folder: Path = PACKAGED) -> PackagedModel:
    """Check that a packaged model's file is there and is the one that was packaged.

    Raises:
        FaceBehaviorError: there is no such model, or its file is missing or has changed.
    """
    model = _named(name, folder)
    if not model.path.is_file():
        raise FaceBehaviorError(f"{model.path}: the model file is missing; install it again")
    found = file_sha256(model.path)
    if found != model.sha256:
        raise FaceBehaviorError(
            f"{model.path}: expected sha256 {model.sha256}, found {found}; "
            "install facebehavior again"
        )
    return model


def packaged_namesake(path: Path, folder: Path = PACKAGED) -> str | None:
    """Give a model file's name where a packaged model, another file, has the same; else None.

    Args:
        path: of a model file.
        folder: where the packaged models are.

    Raises:
        FaceBehaviorError: it is no model file.
    """
    model = FaceModel(path, runtime="onnxruntime")
    packaged = packaged_models(folder).get(model.metadata.name)
    return None if packaged is None or packaged.sha256 == model.sha256 else packaged.name


def _named(name: str, folder: Path) -> PackagedModel:
    models = packaged_models(folder)
    if not models:
        raise FaceBehaviorError(
            f"{name}: there is no such file, and this facebehavior has no packaged model; "
            "give the path of a model file (.onnx)"
        )
    if name not in models:
        nearest = get_close_matches(name, models, n=1, cutoff=0.0)[0]
        raise FaceBehaviorError(
            f"{name}: there is no such file and no packaged model of that name; the nearest is "
            f"{nearest!r} of: {', '.join(models)}"
        )
    return models[name]


def _model(folder: Path, name: str, entry: Mapping[str, object]) -> PackagedModel:
    for field, kind in _FIELDS.items():
        if not isinstance(entry, dict) or not isinstance(entry.get(field), kind):
            raise TypeError(f"the model {name!r} lacks a proper {field!r}")
    return PackagedModel(
        name=name,
        path=folder / str(entry["file"]),
        card=(folder / str(entry["file"])).with_suffix(".md"),
        sha256=str(entry["sha256"]),
        summary=str(entry["summary"]),
        default=bool(entry["default"]),
    )
