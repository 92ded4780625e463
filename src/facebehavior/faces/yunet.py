"""YuNet through OpenCV: boxes, five points and scores, with a model file that the user has."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.closing import Closing
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.boxes import left_to_right
from facebehavior.faces.crops import carried_back, shrunk
from facebehavior.faces.face import Face
from facebehavior.faces.landmarker import MAX_FACES, checked_image
from facebehavior.faces.model_files import users_path
from facebehavior.faces.quiet import without_native_chatter
from facebehavior.faces.system_libraries import missing_library

LEAST_SCORE = 0.7
"""Score from which a face counts."""

_MOST_OVERLAP = 0.3
_LONGEST_SIDE = 1280
"""Larger pictures are shrunk: the network's work grows with the picture."""


class YuNetDetector(Closing):
    """Finds faces with a YuNet model (ONNX) of the OpenCV model zoo; a `Detector`.

    Its five points stand in the same order as the alignment template's: what YuNet calls the
    right eye is the subject's, so the left one in the picture. It gives no mesh, no blendshapes
    and no pose, and each frame of a video is searched by itself.

    Args:
        model_path: the user's file `face_detection_yunet_*.onnx`.
        max_faces: the most faces of a picture, 1 or more; those with the highest scores are kept.

    Raises:
        FaceBehaviorError: no path is given, there is no such file, OpenCV refuses it, or OpenCV
            cannot be loaded.
    """

    def __init__(self, model_path: str | Path | None = None, max_faces: int = MAX_FACES) -> None:
        if max_faces < 1:
            raise FaceBehaviorError(f"expected to look for 1 face or more, found {max_faces}")
        if model_path is None:
            raise FaceBehaviorError(
                "the detector 'yunet' needs a model file, which this package does not carry: "
                "give the path of a face_detection_yunet_*.onnx"
            )
        self._network = _open(users_path(model_path, "a YuNet model file (ONNX)"))
        self._max_faces = max_faces

    def detect(self, image: NDArray[np.uint8]) -> Sequence[Face]:
        """Find the faces of a photograph, left to right.

        Args:
            image: (H, W, 3) uint8, RGB.

        Raises:
            ValueError: the image has another shape or type.
        """
        picture, factor = shrunk(checked_image(image), _LONGEST_SIDE)
        rows = _rows(self._network, picture)
        best = rows[np.argsort(-rows[:, 14], kind="stable")][: self._max_faces]
        return carried_back(left_to_right([_face(row) for row in best]), factor, (0.0, 0.0))

    def start_video(self) -> None:
        """Nothing is kept from frame to frame, so nothing is forgotten."""

    def follow(self, image: NDArray[np.uint8], time_s: float) -> Sequence[Face]:  # noqa: ARG002
        """Find the faces of a video's next frame; see `detect`."""
        return self.detect(image)


def _face(row: NDArray[np.float64]) -> Face:
    """Turn a row of YuNet (15,): box, five points, score, into a face."""
    return Face(
        box=row[:4].copy(),
        points=row[4:14].reshape(5, 2).copy(),
        confidence=float(np.clip(row[14], 0.0, 1.0)),
    )


def _open(path: Path) -> Any:  # noqa: ANN401
    """Open the model; OpenCV is imported here, as only this detector needs it."""
    try:
        import cv2
    except ImportError as error:
        raise missing_library("opencv-contrib-python", error) from error
    try:
        with without_native_chatter():
            network = cv2.FaceDetectorYN.create(str(path), "", (64, 64), LEAST_SCORE, _MOST_OVERLAP)
            # Other networks are read well and only fail when they run.
            network.detect(np.zeros((64, 64, 3), dtype=np.uint8))
            return network
    except cv2.error as error:
        raise FaceBehaviorError(
            f"expected a YuNet model file (ONNX) at {path}, found one that OpenCV refuses; "
            "check that it is a whole face_detection_yunet_*.onnx"
        ) from error


def _rows(network: Any, picture: NDArray[np.uint8]) -> NDArray[np.float64]:  # noqa: ANN401
    """Run the network on an RGB picture; give its rows (N, 15)."""
    network.setInputSize((picture.shape[1], picture.shape[0]))
    # YuNet was trained on BGR pictures.
    _, rows = network.detect(np.ascontiguousarray(picture[:, :, ::-1]))
    return np.asarray([] if rows is None else rows, dtype=np.float64).reshape(-1, 15)
