"""What MediaPipe's face landmarker finds, as arrays.

MediaPipe makes a Python object of each of 478 points and 52 blendshapes. In a video that takes
about a tenth of the time of finding them, in which no other thread of the program can work. Its
results are arrays in memory before, which `VideoTask` reads in one piece where the installed
MediaPipe lets it.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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

        Returns:
            The faces, in MediaPipe's order; empty where there is none.

        Raises:
            ValueError: the stamp is not later than the last one.
        """
        if self._memory is not None:
            with suppress(_Unfamiliar):
                return self._memory.look(image, stamp)
            self._memory = None
        return findings_of(self._task.detect_for_video(image, stamp))

    def close(self) -> None:
        """Free the model."""
        self._task.close()


class _Unfamiliar(Exception):
    """This release of MediaPipe has other parts; it has not been shown the frame."""


class _Memory:
    """MediaPipe's results where its C library has put them.

    The names are MediaPipe's own, which it does not promise to users; they are those of release
    1.2. Of others, such as 0.10.30, nothing is read in this way.

    Raises:
        _Unfamiliar: of a release whose parts are others.
    """

    def __init__(self, task: Any) -> None:  # noqa: ANN401
        self._task = task
        self._names: list[str] = []
        with _unfamiliar_if(ImportError, AttributeError):
            from mediapipe.tasks.python.vision import face_landmarker as module

            self._result = module.MpFaceLandmarkerResultC
            points, shapes = module.landmark_c_lib, module.category_c_lib
            self._point = _fields(points.MpNormalizedLandmarkC, ("x", "y", "z"))
            self._shape = _fields(shapes.MpCategoryC, ("score",))
            for structure, names in (
                (self._result, ("face_landmarks", "face_landmarks_count")),
                (self._result, ("face_blendshapes", "face_blendshapes_count")),
                (points.MpNormalizedLandmarksC, ("landmarks", "landmarks_count")),
                (shapes.MpCategoriesC, ("categories", "categories_count")),
                (shapes.MpCategoryC, ("category_name",)),
            ):
                for name in names:
                    getattr(structure, name)

    @classmethod
    def of(cls, task: Any) -> "_Memory | None":  # noqa: ANN401
        try:
            return cls(task)
        except _Unfamiliar:
            return None

    def look(self, image: Any, stamp: int) -> list[Finding]:  # noqa: ANN401
        result = self._result()
        with _unfamiliar_if(AttributeError, TypeError, ctypes.ArgumentError):
            ask = self._task._lib.MpFaceLandmarkerDetectForVideo
            free = self._task._lib.MpFaceLandmarkerCloseResult
            ask(self._task._handle, image._image_ptr, None, stamp, ctypes.byref(result))
        try:
            if result.face_blendshapes_count != result.face_landmarks_count:
                raise RuntimeError("MediaPipe gave blendshapes of other faces than points")
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
            self._names = [(categories[i].category_name or b"").decode() for i in range(count)]
        scores = _copied(categories, count, self._shape)["score"]
        return dict(zip(self._names, scores.tolist(), strict=True))


def _fields(structure: Any, names: tuple[str, ...]) -> np.dtype[np.void]:  # noqa: ANN401
    """Describe some 32-bit floats of a C structure to NumPy.

    Raises:
        _Unfamiliar: they are other numbers.
    """
    fields = [getattr(structure, name) for name in names]
    kinds = dict(structure._fields_)
    if any(kinds[name] is not ctypes.c_float for name in names):
        raise _Unfamiliar
    return np.dtype(
        {
            "names": list(names),
            "formats": [np.float32] * len(names),
            "offsets": [field.offset for field in fields],
            "itemsize": ctypes.sizeof(structure),
        }
    )


@contextmanager
def _unfamiliar_if(*errors: type[Exception]) -> Iterator[None]:
    try:
        yield
    except errors as error:
        raise _Unfamiliar from error


def _copied(pointer: Any, count: int, kind: np.dtype[np.void]) -> NDArray[np.void]:  # noqa: ANN401
    return np.frombuffer(ctypes.string_at(pointer, count * kind.itemsize), kind)
