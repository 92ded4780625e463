"""The detectors by name."""

import difflib
from pathlib import Path
from typing import Protocol

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.face import Detector
from facebehavior.faces.groups import GroupDetector
from facebehavior.faces.landmarker import MAX_FACES, Landmarker
from facebehavior.faces.yunet import YuNetDetector


class DetectorConstructor(Protocol):
    """Opens a detector with a model file (its own where None) for at most so many faces."""

    def __call__(
        self, model_path: str | Path | None = None, max_faces: int = MAX_FACES
    ) -> Detector:
        """Open the detector."""


DETECTORS: dict[str, DetectorConstructor] = {
    "auto": GroupDetector,
    "landmarker": Landmarker,
    "yunet": YuNetDetector,
}
"""Name to constructor; `auto` is the default."""


def open_detector(
    name: str = "auto", model_path: str | Path | None = None, max_faces: int = MAX_FACES
) -> Detector:
    """Open a detector by its name.

    Args:
        name: one of `DETECTORS`.
        model_path: a model file of the user's; the package's own where None.
        max_faces: the most faces of a picture, 1 or more.

    Raises:
        FaceBehaviorError: the name is unknown, or the detector cannot be opened.
    """
    if name not in DETECTORS:
        nearest = difflib.get_close_matches(name, DETECTORS, n=1, cutoff=0.0)[0]
        raise FaceBehaviorError(
            f"expected a detector out of {', '.join(DETECTORS)}, found {name!r}; "
            f"did you mean {nearest!r}?"
        )
    return DETECTORS[name](model_path=model_path, max_faces=max_faces)
