"""The default detector: large faces in one stage, small ones of groups in two."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.closing import Closing
from facebehavior.faces.boxes import SAME_FACE, left_to_right, overlaps
from facebehavior.faces.closeup import face_in_box
from facebehavior.faces.face import Face
from facebehavior.faces.landmarker import MAX_FACES, Landmarker, checked_image
from facebehavior.faces.ultraface import Boxes, UltraFace

CHECK_EVERY = 15
"""Frames from one search for further faces in a video to the next."""


@dataclass(frozen=True)
class _Search:
    """What two stages found in a picture.

    Attributes:
        faces: all of them, left to right.
        further: how many of them only the second stage found.
    """

    faces: list[Face]
    further: int


class GroupDetector(Closing):
    """Finds large and small faces, alone and in groups; a `Detector` and the default one.

    In a photograph, MediaPipe's landmarker looks at the whole picture, UltraFace finds boxes, and
    the landmarker looks again closely at each box in which it had found no face. A face has the
    score of the UltraFace box that it overlaps, and no confidence where there is none.

    In a video, the landmarker follows one face. In the first frame and every 15th after it,
    UltraFace searches for further ones; when there are any, each frame is treated as a
    photograph, until for 15 frames in turn following one face would have been enough. So a
    further face can be missed for the first 14 frames (half a second) of its presence. The
    confidence of a followed face is that of the last search, as long as the face is not lost.

    Args:
        model_path: a MediaPipe face landmarker task file; the package's own where None.
        max_faces: the most faces of a picture, 1 or more; large ones come first.

    Raises:
        FaceBehaviorError: a model file is missing or damaged.
    """

    def __init__(self, model_path: str | Path | None = None, max_faces: int = MAX_FACES) -> None:
        self._landmarker = Landmarker(model_path, max_faces)
        self._ultraface = UltraFace()
        self._max_faces = max_faces
        self.start_video()

    def detect(self, image: NDArray[np.uint8]) -> Sequence[Face]:
        """Find the faces of a photograph, left to right.

        Args:
            image: (H, W, 3) uint8, RGB.

        Raises:
            FaceBehaviorError: MediaPipe cannot be loaded or refuses the model file.
            ValueError: the image has another shape or type.
        """
        return self._search(checked_image(image)).faces

    def start_video(self) -> None:
        """Forget the faces of the last video."""
        self._landmarker.start_video()
        self._frame = 0
        self._frames_of_group = 0
        self._confidence: float | None = None

    def follow(self, image: NDArray[np.uint8], time_s: float) -> Sequence[Face]:
        """Find the faces of a video's next frame, left to right.

        Args:
            image: (H, W, 3) uint8, RGB.
            time_s: when the frame is shown.

        Raises:
            FaceBehaviorError: MediaPipe cannot be loaded or refuses the model file.
            ValueError: the image has another shape or type.
        """
        picture = checked_image(image)
        check = self._frame % CHECK_EVERY == 0
        self._frame += 1
        if self._frames_of_group:
            return self._follow_group(picture)
        followed = list(self._landmarker.follow(picture, time_s))
        if not check:
            return self._with_last_confidence(followed)
        found = self._completed(picture, followed)
        if found.further:
            self._frames_of_group = CHECK_EVERY
        self._confidence = found.faces[0].confidence if found.faces else None
        return found.faces

    def close(self) -> None:
        """Free the models."""
        self._landmarker.close()

    def _follow_group(self, picture: NDArray[np.uint8]) -> list[Face]:
        """Search a frame in two stages, and see whether the next ones need it."""
        found = self._search(picture)
        if found.further or len(found.faces) > 1:
            self._frames_of_group = CHECK_EVERY
        else:
            self._frames_of_group -= 1
        if not self._frames_of_group:
            # What the landmarker followed before the group came has long moved.
            self._landmarker.start_video()
            self._confidence = found.faces[0].confidence if found.faces else None
        return found.faces

    def _with_last_confidence(self, followed: list[Face]) -> list[Face]:
        if not followed:
            self._confidence = None
        return [replace(face, confidence=self._confidence) for face in followed]

    def _search(self, picture: NDArray[np.uint8]) -> _Search:
        return self._completed(picture, list(self._landmarker.detect(picture)))

    def _completed(self, picture: NDArray[np.uint8], faces: list[Face]) -> _Search:
        """Add the faces that the first stage missed, and every face's confidence."""
        found = self._ultraface.find(picture)
        together = list(faces)
        for box in found.boxes:
            if len(together) == self._max_faces:
                break
            if not _covered(box, together):
                face = face_in_box(self._landmarker, picture, box)
                if face is not None and not _covered(face.box, together):
                    together.append(face)
        further = len(together) - len(faces)
        return _Search(left_to_right([_scored(face, found) for face in together]), further)


def _covered(box: NDArray[np.float64], faces: Sequence[Face]) -> bool:
    """Tell whether a box stands for one of the faces."""
    return any(overlaps(face.box, box)[0, 0] >= SAME_FACE for face in faces)


def _scored(face: Face, found: Boxes) -> Face:
    """Give a face the score of the box that it overlaps most."""
    shared = overlaps(face.box, found.boxes)[0]
    if not shared.size or shared.max() < SAME_FACE:
        return face
    return replace(face, confidence=float(found.scores[shared.argmax()]))
