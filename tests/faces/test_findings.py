"""MediaPipe's findings are the same numbers, whichever way they are read."""

import ctypes
from collections.abc import Iterator
from typing import Any

import mediapipe
import numpy as np
import pytest
import skimage.data
from mediapipe.tasks.python import BaseOptions, vision
from mediapipe.tasks.python.vision import face_landmarker

from facebehavior.faces.findings import Finding, VideoTask, findings_of
from facebehavior.faces.model_files import FACE_LANDMARKER, checked_path


def opened() -> Any:  # noqa: ANN401
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=checked_path(FACE_LANDMARKER).read_bytes()),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
    )
    return vision.FaceLandmarker.create_from_options(options)


def pictures() -> Iterator[tuple[Any, int]]:
    """Give five frames with a face that moves, two without, and the face again."""
    astronaut = np.asarray(skimage.data.astronaut())  # type: ignore[no-untyped-call]
    frames = [np.roll(astronaut, 3 * number, axis=1) for number in range(5)]
    frames += [np.zeros_like(astronaut)] * 2 + [astronaut]
    for number, frame in enumerate(frames):
        picture = mediapipe.Image(
            image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(frame)
        )
        yield picture, 40 * (number + 1)


@pytest.fixture(scope="module")
def expected() -> list[list[Finding]]:
    with opened() as task:
        return [findings_of(task.detect_for_video(*picture)) for picture in pictures()]


def assert_same(found: list[list[Finding]], expected: list[list[Finding]]) -> None:
    assert [len(faces) for faces in found] == [1] * 5 + [0] * 2 + [1]
    for faces, others in zip(found, expected, strict=True):
        for face, other in zip(faces, others, strict=True):
            assert face.mesh.shape == (478, 3)
            assert face.mesh.dtype == np.float64
            np.testing.assert_array_equal(face.mesh, other.mesh)
            assert face.blendshapes == other.blendshapes


def test_what_is_read_from_memory_is_what_mediapipe_gives(
    expected: list[list[Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    task = opened()
    # The constraints' release is one whose memory can be read: its own objects are not asked for.
    monkeypatch.delattr(face_landmarker.FaceLandmarkerResult, "from_ctypes")
    video = VideoTask(task)
    assert_same([video.look(*picture) for picture in pictures()], expected)
    video.close()


def test_a_stamp_that_does_not_grow_is_refused_as_by_mediapipe() -> None:
    (picture, stamp), *_ = pictures()
    with opened() as task:
        video = VideoTask(task)
        video.look(picture, stamp)
        with pytest.raises(ValueError, match="timestamp"):
            video.look(picture, stamp)


@pytest.mark.parametrize("missing", ["MpFaceLandmarkerResultC", "landmark_c_lib"])
def test_a_release_without_these_parts_is_asked_for_its_objects(
    expected: list[list[Finding]], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    task = opened()
    with monkeypatch.context() as patch:
        patch.delattr(face_landmarker, missing)
        video = VideoTask(task)
    assert_same([video.look(*picture) for picture in pictures()], expected)
    video.close()


def test_a_release_with_other_numbers_is_asked_for_its_objects(
    expected: list[list[Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wider(ctypes.Structure):
        _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double), ("z", ctypes.c_double))

    task = opened()
    with monkeypatch.context() as patch:
        patch.setattr(face_landmarker.landmark_c_lib, "MpNormalizedLandmarkC", Wider)
        video = VideoTask(task)
    assert_same([video.look(*picture) for picture in pictures()], expected)
    video.close()


def test_a_release_that_asks_otherwise_is_asked_for_its_objects(
    expected: list[list[Finding]],
) -> None:
    class Renamed:
        """A landmarker whose parts have other names."""

        def __init__(self) -> None:
            self.task = opened()

        def detect_for_video(self, image: Any, stamp: int) -> Any:  # noqa: ANN401
            return self.task.detect_for_video(image, stamp)

        def close(self) -> None:
            self.task.close()

    video = VideoTask(Renamed())
    assert_same([video.look(*picture) for picture in pictures()], expected)
    video.close()
