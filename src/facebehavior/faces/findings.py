"""What MediaPipe's face landmarker finds, as arrays.

MediaPipe makes a Python object of each of 478 points and 52 blendshapes. In a video that takes
about a tenth of the time of finding them, in which no other thread of the program can work. Its
results are arrays in memory before, which `VideoTask` reads in one piece where the installed
MediaPipe lets it.
"""

import ctypes
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Finding:
    """One face.

    Attributes:
        mesh: (478, 3) float64, in shares of the picture's width, height and width.
        blendshapes: their names and scores, 0 to 1.
    """

    mesh: NDArray[np.float64]
    blendshapes: dict[str, float]


def findings_of(result: Any) -> list[Finding]:  # noqa: ANN401
    """Turn MediaPipe's `FaceLandmarkerResult` into arrays."""
    return [
        Finding(
            np.array([(point.x, point.y, point.z) for point in points], dtype=np.float64),
            {str(shape.category_name): float(shape.score) for shape in shapes},
        )
        for points, shapes in zip(result.face_landmarks, result.face_blendshapes, strict=True)
    ]


class VideoTask:
    """A face landmarker in video mode.

    Args:
        task: MediaPipe's `FaceLandmarker`, opened in video mode.
    """

    def __init__(self, task: Any) -> None:  # noqa: ANN401
        self._task = task
        self._memory = _Memory.of(task)

    def look(self, image: Any, stamp: int) -> list[Finding]:  # noqa: ANN401
        """Find the faces of the next frame.

        Args:
            image: MediaPipe's `Image`.
            stamp: of the frame, in milliseconds; later than the last one.
        """
        if self._memory is not None:
            try:
                return self._memory.look(image, stamp)
            except (AttributeError, TypeError, ctypes.ArgumentError):
                # Another release of MediaPipe, whose parts are called otherwise: the error came
                # before it has seen the frame.
                self._memory = None
        return findings_of(self._task.detect_for_video(image, stamp))

    def close(self) -> None:
        """Free the model."""
        self._task.close()


class _Memory:
    """MediaPipe's results where its C library has put them.

    The names are MediaPipe's own and not promised to users, as of its releases 0.10.30 to 1.2.
    """

    def __init__(self, task: Any, module: ModuleType) -> None:  # noqa: ANN401
        self._task = task
        self._result = module.MpFaceLandmarkerResultC
        self._point = _fields(module.landmark_c_lib.MpNormalizedLandmarkC, ("x", "y", "z"))
        self._shape = _fields(module.category_c_lib.MpCategoryC, ("score",))
        self._names: list[str] = []

    @classmethod
    def of(cls, task: Any) -> "_Memory | None":  # noqa: ANN401
        try:
            from mediapipe.tasks.python.vision import face_landmarker

            return cls(task, face_landmarker)
        except (ImportError, AttributeError):
            return None

    def look(self, image: Any, stamp: int) -> list[Finding]:  # noqa: ANN401
        library, result = self._task._lib, self._result()
        ask, free = library.MpFaceLandmarkerDetectForVideo, library.MpFaceLandmarkerCloseResult
        ask(self._task._handle, image._image_ptr, None, stamp, ctypes.byref(result))
        try:
            return [
                Finding(
                    self._mesh(result.face_landmarks[place]),
                    self._scores(result.face_blendshapes[place]),
                )
                for place in range(result.face_landmarks_count)
            ]
        finally:
            free(ctypes.byref(result))

    def _mesh(self, points: Any) -> NDArray[np.float64]:  # noqa: ANN401
        read = _copied(points.landmarks, points.landmarks_count, self._point)
        return np.stack([read[name] for name in ("x", "y", "z")], axis=1, dtype=np.float64)

    def _scores(self, shapes: Any) -> dict[str, float]:  # noqa: ANN401
        count, categories = shapes.categories_count, shapes.categories
        if len(self._names) != count:
            self._names = [categories[i].category_name.decode() for i in range(count)]
        scores = _copied(categories, count, self._shape)["score"]
        return dict(zip(self._names, scores.tolist(), strict=True))


def _fields(structure: Any, names: tuple[str, ...]) -> np.dtype[np.void]:  # noqa: ANN401
    """Describe some 32-bit floats of a C structure to NumPy."""
    offsets = [getattr(structure, name).offset for name in names]
    return np.dtype(
        {
            "names": list(names),
            "formats": [np.float32] * len(names),
            "offsets": offsets,
            "itemsize": ctypes.sizeof(structure),
        }
    )


def _copied(pointer: Any, count: int, kind: np.dtype[np.void]) -> NDArray[np.void]:  # noqa: ANN401
    return np.frombuffer(ctypes.string_at(pointer, count * kind.itemsize), kind)
