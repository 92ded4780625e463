"""The model files that travel with the package, and whether they are whole."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from facebehavior.errors import FaceBehaviorError

MODEL_FOLDER = Path(__file__).with_name("models")
"""Where the package keeps its model files; `NOTICE.md` beside them gives origins and licences."""


@dataclass(frozen=True)
class ModelFile:
    """One model file of the package.

    Attributes:
        name: file name inside `MODEL_FOLDER`.
        sha256: hash of the whole file, 64 hexadecimal digits.
    """

    name: str
    sha256: str


FACE_LANDMARKER = ModelFile(
    "face_landmarker.task", "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
)
ULTRAFACE = ModelFile(
    "ultraface_rfb_320.onnx", "4d53d5a5e80691711be69e4e8f0a26f9b4d7c36d76ea8b21bd26094ac21686d9"
)


def checked_path(file: ModelFile, folder: Path = MODEL_FOLDER) -> Path:
    """Give the path of a model file after comparing its hash.

    Args:
        file: the file that is wanted.
        folder: where it stands.

    Raises:
        FaceBehaviorError: the file is missing, cannot be read, or differs from the one that the
            package was made with.
    """
    path = folder / file.name
    remedy = "install facebehavior again"
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or str(error)
        raise FaceBehaviorError(f"cannot read the model file {path}: {reason}; {remedy}") from error
    if found != file.sha256:
        raise FaceBehaviorError(
            f"the model file {path} is damaged: expected sha256 {file.sha256[:12]}..., "
            f"found {found[:12]}...; {remedy}"
        )
    return path


def users_path(path: str | Path, kind: str) -> Path:
    """Give the path of a model file that the user named.

    Args:
        path: as the user gave it.
        kind: what the file should be, for the error's text.

    Raises:
        FaceBehaviorError: there is no such file.
    """
    found = Path(path).expanduser()
    if not found.is_file():
        raise FaceBehaviorError(f"expected {kind} at {path}, found no file there; check the path")
    return found
