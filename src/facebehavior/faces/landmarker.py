"""MediaPipe's face landmarker: faces with mesh, blendshapes and pose, in one stage."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.closing import Closing
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import five_points
from facebehavior.faces.boxes import left_to_right
from facebehavior.faces.closing import close_at_exit
from facebehavior.faces.crops import carried_back, cut_square, shrunk
from facebehavior.faces.face import Face
from facebehavior.faces.findings import Finding, VideoTask, findings_of
from facebehavior.faces.head_model import HeadModel, read_head_model
from facebehavior.faces.model_files import FACE_LANDMARKER, checked_path, users_path
from facebehavior.faces.pose import head_rotation, pose_angles
from facebehavior.faces.quiet import without_native_chatter
from facebehavior.faces.system_libraries import missing_library

MAX_FACES = 50
"""How many faces of a photograph are looked for where the user names no number."""

_LONGEST_SIDE = 1920
"""Larger pictures are shrunk: a face that is found in them is still wider than the network's."""

_BORDERED_SIDE = 640
"""The same for a picture that is filled by one face."""

_BORDER = 2.0
"""Side of the square that such a picture is put into, over its own longer side."""

_LATEST_MS = 2**50
"""Times beyond this (in ms) are a broken file's; MediaPipe counts microseconds in 64 bits."""


class Landmarker(Closing):
    """Finds faces with MediaPipe's face landmarker; a `Detector`.

    It sees faces that are larger than about a tenth of the picture's longer side; `GroupDetector`
    finds the smaller ones as well. In a video it follows one face, and searches again only when
    that face is lost. MediaPipe gives no score of a face, so the faces have no confidence.

    MediaPipe is loaded when the first picture comes.

    Args:
        model_path: a MediaPipe face landmarker task file; the package's own where None.
        max_faces: the most faces that are looked for in a photograph, 1 or more.

    Raises:
        FaceBehaviorError: the model file is missing or damaged.
    """

    def __init__(self, model_path: str | Path | None = None, max_faces: int = MAX_FACES) -> None:
        if max_faces < 1:
            raise FaceBehaviorError(f"expected to look for 1 face or more, found {max_faces}")
        if model_path is None:
            self._model = checked_path(FACE_LANDMARKER)
        else:
            self._model = users_path(model_path, "a MediaPipe face landmarker task file")
        self._head = read_head_model(self._model)
        self._max_faces = max_faces
        self._photographs: Any = None
        self._video: VideoTask | None = None
        self._last_ms = 0

    def detect(self, image: NDArray[np.uint8]) -> Sequence[Face]:
        """Find the faces of a photograph, left to right.

        Where there is none, the picture is looked at once more with a black border around it, as
        faces that fill the whole picture are missed without.

        Args:
            image: (H, W, 3) uint8, RGB.

        Raises:
            FaceBehaviorError: MediaPipe cannot be loaded or refuses the model file.
            ValueError: the image has another shape or type.
        """
        picture = checked_image(image)
        small, factor = shrunk(picture, _LONGEST_SIDE)
        faces = self._look(small)
        if faces:
            return carried_back(faces, factor, (0.0, 0.0))
        small, factor = shrunk(picture, _BORDERED_SIDE)
        height, width = small.shape[:2]
        bordered, corner = cut_square(small, np.array([0.0, 0.0, width, height]), _BORDER)
        return carried_back(self._look(bordered), factor, corner * factor)

    def start_video(self) -> None:
        """Forget the face of the last video."""
        if self._video is not None:
            self._video.close()
        self._video = None

    def follow(self, image: NDArray[np.uint8], time_s: float) -> Sequence[Face]:
        """Find the most prominent face of a video's next frame, following it from the last one.

        Args:
            image: (H, W, 3) uint8, RGB.
            time_s: when the frame is shown. Times that stand still or go back, as those of some
                files do, count as one millisecond later.

        Returns:
            One face, or none.

        Raises:
            FaceBehaviorError: MediaPipe cannot be loaded or refuses the model file.
            ValueError: the image has another shape or type.
        """
        picture, factor = shrunk(checked_image(image), _LONGEST_SIDE)
        if self._video is None:
            self._video = VideoTask(_open_task(self._model, 1, video=True))
            self._last_ms = 0
        self._last_ms = next_stamp(self._last_ms, time_s)
        found = self._video.look(_media_image(picture), self._last_ms)
        faces = faces_of(found, self._head, width=picture.shape[1], height=picture.shape[0])
        return carried_back(faces, factor, (0.0, 0.0))

    def close(self) -> None:
        """Free the models; they are opened again where the detector is used again."""
        self.start_video()
        if self._photographs is not None:
            self._photographs.close()
        self._photographs = None

    def _look(self, picture: NDArray[np.uint8]) -> list[Face]:
        """Find the faces of a photograph of moderate size, in its pixels."""
        if self._photographs is None:
            self._photographs = _open_task(self._model, self._max_faces, video=False)
        found = findings_of(self._photographs.detect(_media_image(picture)))
        return faces_of(found, self._head, width=picture.shape[1], height=picture.shape[0])


def checked_image(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give a picture as one contiguous (H, W, 3) uint8 array.

    Raises:
        ValueError: the image has another shape or type, or no pixels.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(
            f"expected a picture (H, W, 3) uint8, found shape {image.shape} {image.dtype}"
        )
    return np.ascontiguousarray(image)


def next_stamp(last_ms: int, time_s: float) -> int:
    """Give a frame's stamp in whole milliseconds, always later than the last one."""
    milliseconds = time_s * 1000.0
    if not math.isfinite(milliseconds) or milliseconds > _LATEST_MS:
        return last_ms + 1
    return max(last_ms + 1, round(milliseconds))


def faces_of(found: Sequence[Finding], head: HeadModel, width: int, height: int) -> list[Face]:
    """Turn what MediaPipe found into faces, left to right.

    The box is the smallest upright rectangle around the mesh's 478 points: from the top of the
    forehead (below the hair) to the chin. It can reach beyond the picture.

    Args:
        found: in shares of the picture.
        head: what poses are measured against.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """
    # z has the same scale as x.
    scale = np.array([width, height, width], dtype=np.float64)
    faces = []
    for finding in found:
        mesh = scale * finding.mesh
        first, last = mesh[:, :2].min(axis=0), mesh[:, :2].max(axis=0)
        face = Face(
            box=np.concatenate([first, last - first]),
            points=five_points(mesh),
            mesh=mesh,
            blendshapes=finding.blendshapes,
            pose=pose_angles(head_rotation(mesh, head)),
        )
        faces.append(face)
    return left_to_right(faces)


def _media_image(picture: NDArray[np.uint8]) -> Any:  # noqa: ANN401
    import mediapipe

    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)


def _open_task(model: Path, max_faces: int, *, video: bool) -> Any:  # noqa: ANN401
    """Open a landmarker and let it look at a blank picture, so that it has done its talking.

    MediaPipe is imported here and not at the top of the module: where a system library is
    missing, the user gets one line that says which package to install.
    """
    try:
        with without_native_chatter():
            from mediapipe import Image, ImageFormat
            from mediapipe.tasks.python import BaseOptions, vision

            mode = vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE
            options = vision.FaceLandmarkerOptions(
                # As bytes, because MediaPipe cannot open paths with every character.
                base_options=BaseOptions(model_asset_buffer=model.read_bytes()),
                running_mode=mode,
                num_faces=max_faces,
                output_face_blendshapes=True,
            )
            task = vision.FaceLandmarker.create_from_options(options)
            close_at_exit(task)
            blank = Image(image_format=ImageFormat.SRGB, data=np.zeros((64, 64, 3), np.uint8))
            if video:
                task.detect_for_video(blank, 0)
            else:
                task.detect(blank)
            return task
    except (ImportError, OSError) as error:
        raise missing_library("mediapipe", error) from error
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FaceBehaviorError(
            f"expected a MediaPipe face landmarker task file at {model}, which MediaPipe refuses: "
            f"{reason}; check the file"
        ) from error
