import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray
from PIL import Image

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters, cut_face
from facebehavior.faces.face import Face
from facebehavior.faces.landmarker import Landmarker, next_stamp
from facebehavior.faces.model_files import FACE_LANDMARKER, checked_path


@pytest.fixture(scope="module")
def landmarker() -> Iterator[Landmarker]:
    with Landmarker() as opened:
        yield opened


@pytest.fixture(scope="module")
def astronaut() -> NDArray[np.uint8]:
    return np.asarray(skimage.data.astronaut())  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def face(landmarker: Landmarker, astronaut: NDArray[np.uint8]) -> Face:
    (found,) = landmarker.detect(astronaut)
    return found


def angles(face: Face) -> NDArray[np.float64]:
    assert face.pose is not None
    return face.pose


def resized(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))


def test_a_face_comes_with_everything(face: Face) -> None:
    begin, end = face.box[:2], face.box[:2] + face.box[2:]
    np.testing.assert_allclose((*begin, *end), (181, 72, 270, 177), atol=3)
    assert face.mesh is not None
    assert (face.box.shape, face.points.shape, face.mesh.shape) == ((4,), (5, 2), (478, 3))
    np.testing.assert_array_equal(begin, face.mesh[:, :2].min(axis=0))
    np.testing.assert_array_equal(end, face.mesh[:, :2].max(axis=0))
    left, right, nose, left_mouth, right_mouth = face.points
    assert left[0] < nose[0] < right[0]
    assert left_mouth[0] < right_mouth[0]
    assert left[1] < nose[1] < left_mouth[1]
    # The tip of the nose is nearer to the viewer than the sides of the face.
    assert face.mesh[1, 2] < face.mesh[[234, 454], 2].min()
    assert len(face.blendshapes) == 52
    assert face.blendshapes["mouthSmileLeft"] > 0.3
    assert all(0 <= value <= 1 for value in face.blendshapes.values())
    assert np.abs(angles(face)).max() < 15
    assert face.confidence is None
    for array in (face.box, face.points, face.mesh, face.pose):
        assert array is not None
        assert array.dtype == np.float64


def test_a_mirrored_picture_gives_a_mirrored_face(
    landmarker: Landmarker, astronaut: NDArray[np.uint8], face: Face
) -> None:
    # Tilted, so that the roll has a sign to change.
    tilted = np.asarray(Image.fromarray(astronaut).rotate(20, center=(225, 125)))
    (straight,) = landmarker.detect(tilted)
    # A view with its columns backwards is no contiguous array.
    (mirrored,) = landmarker.detect(tilted[:, ::-1])
    swapped = straight.points[[1, 0, 2, 4, 3]]
    np.testing.assert_allclose(mirrored.points, (512, 0) + swapped * (-1, 1), atol=4)
    np.testing.assert_allclose(angles(mirrored), angles(straight) * (1, -1, -1), atol=4)
    # Turned counter-clockwise in the picture is tilted to the subject's right.
    assert angles(straight)[2] == pytest.approx(angles(face)[2] + 20, abs=3)


def test_pictures_need_not_be_contiguous(
    landmarker: Landmarker, astronaut: NDArray[np.uint8]
) -> None:
    view = astronaut[40:300:1, 400:100:-1]
    (found,) = landmarker.detect(view)
    (expected,) = landmarker.detect(view.copy())
    np.testing.assert_array_equal(found.points, expected.points)


def test_the_pose_does_not_depend_on_where_the_face_is(
    landmarker: Landmarker, astronaut: NDArray[np.uint8], face: Face
) -> None:
    for top, left, size in [(0, 160, 300), (0, 0, 300), (40, 150, 160)]:
        (found,) = landmarker.detect(astronaut[top : top + size, left : left + size])
        np.testing.assert_allclose(angles(found), angles(face), atol=3)
        np.testing.assert_allclose(np.add(found.points, (left, top)), face.points, atol=3)


def test_two_faces_are_two_different_rows_from_left_to_right(
    landmarker: Landmarker, astronaut: NDArray[np.uint8], face: Face
) -> None:
    part = astronaut[20:260, 100:340]
    picture = np.full((400, 640, 3), 90, dtype=np.uint8)
    picture[20:380, 270:630] = resized(part, (360, 360))
    picture[150:390, 10:250] = part[:, ::-1]
    left, right = landmarker.detect(picture)
    on_the_right = (face.points - (100, 20)) * 1.5 + (270, 20)
    mirrored = (face.points[[1, 0, 2, 4, 3]] - (100, 20)) * (-1, 1) + (240 + 10, 150)
    np.testing.assert_allclose(right.points, on_the_right, atol=5)
    np.testing.assert_allclose(left.points, mirrored, atol=5)
    assert right.box[2] == pytest.approx(1.5 * face.box[2], rel=0.06)
    # Each is cut out at its own place: the mirrored one is the other's mirror image.
    crops = [
        cut_face(picture, found.points, CropParameters(48)).astype(float) for found in (left, right)
    ]
    same, other = np.abs(crops[0][:, ::-1] - crops[1]).mean(), np.abs(crops[0] - crops[1]).mean()
    assert same < 0.6 * other


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (5, 4), (300, 300)])
def test_empty_and_tiny_pictures_have_no_faces(
    landmarker: Landmarker, shape: tuple[int, int]
) -> None:
    assert list(landmarker.detect(np.full((*shape, 3), 127, dtype=np.uint8))) == []


def test_a_small_grey_face_that_fills_the_picture_is_found(
    landmarker: Landmarker, astronaut: NDArray[np.uint8], face: Face
) -> None:
    tight = Image.fromarray(astronaut[70:180, 170:280]).convert("L").resize((48, 48))
    (found,) = landmarker.detect(np.asarray(tight.convert("RGB")))
    expected = (face.points - (170, 70)) * 48 / 110
    np.testing.assert_allclose(found.points, expected, atol=2)


def test_a_gigantic_picture_gives_source_pixels(
    landmarker: Landmarker, astronaut: NDArray[np.uint8], face: Face
) -> None:
    gigantic = astronaut.repeat(8, axis=0).repeat(8, axis=1)
    (found,) = landmarker.detect(gigantic)
    np.testing.assert_allclose(found.points / 8, face.points, atol=2)
    tight = gigantic[70 * 8 : 180 * 8, 170 * 8 : 280 * 8]
    (found,) = landmarker.detect(tight)
    np.testing.assert_allclose(found.points / 8 + (170, 70), face.points, atol=3)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), dtype=np.uint8),
        np.zeros((4, 4, 4), dtype=np.uint8),
        np.zeros((4, 4, 3), dtype=np.float32),
        np.zeros((0, 4, 3), dtype=np.uint8),
    ],
)
def test_what_is_no_rgb_picture_is_refused(
    landmarker: Landmarker, image: NDArray[np.uint8]
) -> None:
    with pytest.raises(ValueError, match="expected a picture"):
        landmarker.detect(image)
    with pytest.raises(ValueError, match="expected a picture"):
        landmarker.follow(image, 0.0)


def frames_of(astronaut: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Give a clip: a moving face, a cut to black, and the face elsewhere."""
    moving = [astronaut[: 400 - 2 * i, i : 400 + i] for i in range(6)]
    black = [np.zeros((200, 200, 3), dtype=np.uint8)] * 4
    return moving + black + [astronaut[:300, 160:460]] * 4


def test_a_face_is_followed_over_a_cut_to_black(
    landmarker: Landmarker, astronaut: NDArray[np.uint8], face: Face
) -> None:
    landmarker.start_video()
    found = [landmarker.follow(f, i / 30) for i, f in enumerate(frames_of(astronaut))]
    assert [len(faces) for faces in found] == [1] * 6 + [0] * 4 + [1] * 4
    for shift, faces in enumerate(found[:6]):
        np.testing.assert_allclose(np.add(faces[0].points, (shift, 0)), face.points, atol=4)
    np.testing.assert_allclose(np.add(found[-1][0].points, (160, 0)), face.points, atol=4)


def test_a_video_does_not_depend_on_the_one_before(
    landmarker: Landmarker, astronaut: NDArray[np.uint8]
) -> None:
    runs = []
    for _ in range(2):
        landmarker.start_video()
        frames = frames_of(astronaut)[:6]
        runs.append([landmarker.follow(f, i / 30)[0].points for i, f in enumerate(frames)])
        landmarker.follow(astronaut[:, ::-1], 7.0)
    np.testing.assert_array_equal(runs[0], runs[1])


@pytest.mark.parametrize("times", [(1.0, 1.0, 1.0), (5.0, 2.0, -3.0), (0.0, float("nan"), 1e300)])
def test_times_that_stand_still_or_go_back_are_followed(
    landmarker: Landmarker, astronaut: NDArray[np.uint8], times: tuple[float, ...]
) -> None:
    landmarker.start_video()
    assert [len(landmarker.follow(astronaut, time)) for time in times] == [1, 1, 1]


def test_stamps_are_milliseconds_that_always_grow() -> None:
    assert next_stamp(0, 0.0) == 1
    assert next_stamp(1, 0.0333667) == 33
    assert next_stamp(33, 0.0333667) == 34
    assert next_stamp(34, -2.0) == 35
    for broken in (float("nan"), float("inf"), float("-inf"), 1e300):
        assert next_stamp(35, broken) == 36


def test_a_closed_detector_opens_again(astronaut: NDArray[np.uint8]) -> None:
    with Landmarker(max_faces=1) as opened:
        assert len(opened.detect(astronaut)) == 1
        opened.close()
        assert len(opened.detect(np.concatenate([astronaut[:300, :300]] * 2, axis=1))) == 1
        assert len(opened.follow(astronaut, 0.0)) == 1
    opened.close()


def test_a_foreign_or_damaged_model_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="found no file there"):
        Landmarker(tmp_path / "none.task")
    text = tmp_path / "text.task"
    text.write_text("no model")
    with pytest.raises(FaceBehaviorError, match="expected a MediaPipe face landmarker task file"):
        Landmarker(text)
    hollow = tmp_path / "hollow.task"
    with (
        zipfile.ZipFile(checked_path(FACE_LANDMARKER)) as whole,
        zipfile.ZipFile(hollow, "w") as copy,
    ):
        for name in whole.namelist():
            copy.writestr(name, b"x" if name.endswith(".tflite") else whole.read(name))
    with pytest.raises(FaceBehaviorError, match=r"which MediaPipe refuses: .*; check the file"):
        Landmarker(hollow).detect(np.zeros((8, 8, 3), dtype=np.uint8))


def test_no_faces_at_all_cannot_be_asked_for() -> None:
    with pytest.raises(FaceBehaviorError, match="1 face or more, found 0"):
        Landmarker(max_faces=0)


def test_a_missing_system_library_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    from mediapipe.tasks.python import vision

    def refuse(_: object) -> None:
        raise OSError("libEGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(vision.FaceLandmarker, "create_from_options", refuse)
    with pytest.raises(FaceBehaviorError, match=r"libEGL\.so\.1.*apt-get install libegl1 libgles2"):
        Landmarker().detect(np.zeros((8, 8, 3), dtype=np.uint8))


def test_a_missing_package_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    with pytest.raises(FaceBehaviorError, match="pip install mediapipe"):
        Landmarker().detect(np.zeros((8, 8, 3), dtype=np.uint8))


def test_nothing_is_said_on_standard_error() -> None:
    program = (
        "import numpy as np\n"
        "from facebehavior.faces.landmarker import Landmarker\n"
        "with Landmarker() as landmarker:\n"
        "    landmarker.detect(np.zeros((9, 9, 3), np.uint8))\n"
        "    landmarker.follow(np.zeros((9, 9, 3), np.uint8), 0.0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=dict(os.environ)
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
