from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.synthesis.small import few_pictures

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.detectors import open_detector
from facebehavior.faces.face import Detector
from facebehavior.labels import ACTION_UNITS
from facebehavior.synthesis import Materials, Photographer
from facebehavior.synthesis.geometry.posing import Attitude
from facebehavior.synthesis.head import Scene
from facebehavior.synthesis.plan import PicturePlan, plan_database
from facebehavior.synthesis.rendering.degradation import Faults
from facebehavior.synthesis.rendering.rasteriser import NOTHING, draw_triangles
from facebehavior.synthesis.truth.drawing import Drawn


@pytest.fixture(scope="module")
def portrait() -> PicturePlan:
    """A frontal head in a studio, without expression and without anything on it."""
    plan = plan_database(few_pictures(), "expression")[0]
    return replace(
        plan,
        look=replace(plan.look, glasses=None, hat=None, beard="none", lipstick=None),
        drawn=Drawn(1.0, np.zeros(17)),
        world=replace(plan.world, attitude=Attitude(), occluder=None, faults=Faults()),
    )


@pytest.fixture(scope="module")
def large(anny: Path) -> Photographer:
    return Photographer(few_pictures(picture_size=128), Materials())


@pytest.fixture(scope="module")
def detector() -> Iterator[Detector]:
    with open_detector() as opened:
        yield opened


def posed(plan: PicturePlan, **attitude: float) -> PicturePlan:
    return replace(plan, world=replace(plan.world, attitude=Attitude(**attitude)))


def moved(plan: PicturePlan, **units: float) -> PicturePlan:
    shown = np.array([units.get(f"au{number}", 0.0) for number in ACTION_UNITS])
    return replace(plan, drawn=Drawn(1.0, shown))


def with_tone(plan: PicturePlan, tone: int) -> PicturePlan:
    return replace(
        plan,
        person=replace(plan.person, skin_tone=tone),
        look=replace(plan.look, skin_tone=tone),
    )


def change(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Tell how much of the change between two pictures falls on each row; the sum is 1."""
    rows = np.abs(first.astype(float) - second).sum(axis=(1, 2))
    return np.asarray(rows / rows.sum())


def pixels_of_parts(scene: Scene, plan: PicturePlan, size: int = 256) -> list[int]:
    """Count the pixels at which each opaque part is seen: skin, two eyes, teeth and so on."""
    depth = np.zeros((size, size), dtype=np.float32)
    seen = np.full((size, size), NOTHING, dtype=np.int32)
    starts = [0]
    for part in scene.opaque:
        screen = plan.world.camera.project(part.vertices, size)
        draw_triangles(screen, part.triangles, starts[-1], depth, seen)
        starts.append(starts[-1] + len(part.triangles))
    return [int(((seen >= a) & (seen < b)).sum()) for a, b in pairwise(starts)]


@pytest.mark.parametrize("tone", [0, 3, 6, 9])
def test_the_default_detector_finds_a_made_up_head(
    large: Photographer, detector: Detector, portrait: PicturePlan, tone: int
) -> None:
    photograph = large.take(with_tone(portrait, tone))
    (face,) = detector.detect(photograph.pixels)
    between_eyes = np.linalg.norm(photograph.points[1] - photograph.points[0])
    error = np.linalg.norm(face.points - photograph.points, axis=1)
    assert error.max() < 0.25 * between_eyes


def test_a_detector_that_knows_nothing_of_the_labels_measures_the_pose(
    large: Photographer, detector: Detector, portrait: PicturePlan
) -> None:
    for yaw, pitch, roll in (
        (25.0, 0.0, 0.0),
        (-25.0, 0.0, 0.0),
        (0.0, 12.0, 0.0),
        (0.0, 0.0, 15.0),
    ):
        photograph = large.take(posed(portrait, yaw=yaw, pitch=pitch, roll=roll))
        (face,) = detector.detect(photograph.pixels)
        (frontal,) = detector.detect(large.take(portrait).pixels)
        assert face.pose is not None
        assert frontal.pose is not None
        turned = face.pose - frontal.pose
        np.testing.assert_allclose(turned, (pitch, yaw, roll), atol=6.0)


def test_the_nose_goes_where_the_head_is_turned(
    photographer: Photographer, portrait: PicturePlan
) -> None:
    straight = photographer.points(portrait)
    eyes = straight[:2].mean(axis=0)
    right = photographer.points(posed(portrait, yaw=30))
    up = photographer.points(posed(portrait, pitch=15))
    tilted = photographer.points(posed(portrait, roll=20))
    assert straight[2, 0] == pytest.approx(eyes[0], abs=1.0)
    assert right[2, 0] - right[:2, 0].mean() > 3
    assert up[2, 1] - up[:2, 1].mean() < straight[2, 1] - eyes[1] - 1
    assert tilted[0, 1] > tilted[1, 1] + 3  # to the own right shoulder


def test_points_do_not_need_a_picture(photographer: Photographer, portrait: PicturePlan) -> None:
    for plan in (portrait, posed(portrait, yaw=20), moved(portrait, au26=1.0)):
        np.testing.assert_array_equal(photographer.points(plan), photographer.take(plan).points)


def test_an_open_jaw_lowers_the_mouth_and_leaves_the_eyes(
    large: Photographer, portrait: PicturePlan
) -> None:
    shut, wide = large.take(portrait), large.take(moved(portrait, au26=1.0, au25=1.0))
    np.testing.assert_allclose(wide.points[:2], shut.points[:2], atol=0.05)
    assert (wide.points[3:, 1] > shut.points[3:, 1] + 0.5).all()
    above_the_nose = int(shut.points[:2, 1].max()) + 3
    assert change(shut.pixels, wide.pixels)[:above_the_nose].sum() < 0.02


def test_closed_eyes_change_the_picture_at_the_eyes_alone(
    large: Photographer, portrait: PicturePlan
) -> None:
    shut, opened = large.take(posed(portrait, closure=1.0)), large.take(portrait)
    eyes, nose = opened.points[:2, 1].mean(), opened.points[2, 1]
    around = np.s_[int(eyes - (nose - eyes)) : int(nose)]
    assert change(shut.pixels, opened.pixels)[around].sum() > 0.9


def test_the_eyes_look_where_they_are_told(large: Photographer, portrait: PicturePlan) -> None:
    left, right = (
        large.take(posed(portrait, gaze_yaw=gaze)).pixels.astype(float).mean(axis=2)
        for gaze in (-25.0, 25.0)
    )
    for x, y in large.points(portrait)[:2].round().astype(int):
        window = np.s_[y - 3 : y + 4, x - 5 : x + 6]
        across = np.arange(-5, 6)
        dark = [(230 - shown[window]).clip(0).sum(axis=0) for shown in (left, right)]
        centre = [float(across @ weights / weights.sum()) for weights in dark]
        assert centre[1] > centre[0] + 0.3  # the subject's left is the picture's right


def test_darker_tones_give_darker_faces(large: Photographer, portrait: PicturePlan) -> None:
    brightness = []
    for tone in (0, 3, 6, 9):
        photograph = large.take(with_tone(portrait, tone))
        x, y = photograph.points[2].astype(int)
        brightness.append(float(photograph.pixels[y - 6 : y, x - 2 : x + 3].mean()))
    assert brightness == sorted(brightness, reverse=True)
    assert brightness[0] > 1.6 * brightness[-1]


def test_teeth_and_eyes_are_seen_when_mouth_and_lids_are_open(
    large: Photographer, portrait: PicturePlan
) -> None:
    shut, parted, asleep = (
        pixels_of_parts(large.scene(plan), plan)
        for plan in (
            portrait,
            moved(portrait, au12=1.0, au25=1.0, au26=0.5),
            posed(portrait, closure=1.0),
        )
    )
    skin, first_eye, second_eye, teeth = range(4)
    assert shut[skin] > 10_000
    assert parted[teeth] > 60
    # Some lips leave a slit of a pixel or two.
    assert shut[teeth] < 0.1 * parted[teeth]
    for eye in (first_eye, second_eye):
        assert shut[eye] > 60
        assert asleep[eye] < 0.1 * shut[eye]
    assert shut[first_eye] == pytest.approx(shut[second_eye], rel=0.25)


def test_glasses_hats_and_occluders_are_seen(large: Photographer, portrait: PicturePlan) -> None:
    plain = large.take(portrait)
    for look in (replace(portrait.look, glasses=0), replace(portrait.look, hat=0)):
        assert (large.take(replace(portrait, look=look)).pixels != plain.pixels).any()
    for occluder in ("hand", "scarf", "thing"):
        plan = replace(portrait, world=replace(portrait.world, occluder=occluder))
        covered = large.take(plan)
        assert (np.abs(covered.pixels.astype(int) - plain.pixels).max(axis=2) > 20).mean() > 0.01
        np.testing.assert_array_equal(covered.points, plain.points)


def test_a_face_is_as_large_as_its_domain_says(photographer: Photographer) -> None:
    configuration = few_pictures()
    for name, database in configuration.databases.items():
        low, high = configuration.domains[database.domain].face
        for plan in plan_database(configuration, name):
            straight = replace(plan, world=replace(plan.world, attitude=Attitude()))
            eyes = photographer.points(straight)[:2]
            # People differ in the distance between their eyes.
            share = np.linalg.norm(eyes[1] - eyes[0]) / configuration.picture_size
            assert 0.75 * low < share < 1.25 * high


def test_pictures_do_not_depend_on_what_was_taken_before(photographer: Photographer) -> None:
    plans = plan_database(few_pictures(), "test")
    first = [photographer.take(plan).pixels for plan in plans]
    again = [photographer.take(plan).pixels for plan in reversed(plans)]
    for one, other in zip(first, reversed(again), strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.shape == (64, 64, 3)
        assert one.std() > 10


def test_with_makehumans_assets_and_sculpts_a_face_is_found_too(
    makehuman: Path, facshuman: Path, anny: Path, detector: Detector, portrait: PicturePlan
) -> None:
    configuration = few_pictures(picture_size=128, action_units="facshuman")
    photographer = Photographer(configuration, Materials(makehuman, facshuman))
    for plan in (portrait, moved(portrait, au12=1.0, au6=1.0, au25=1.0)):
        photograph = photographer.take(plan)
        (face,) = detector.detect(photograph.pixels)
        between_eyes = np.linalg.norm(photograph.points[1] - photograph.points[0])
        error = np.linalg.norm(face.points - photograph.points, axis=1)
        assert error.max() < 0.2 * between_eyes
        assert face.blendshapes["mouthSmileLeft"] > 0.3 or not plan.drawn.active.any()


def test_sculpts_of_whole_faces_need_their_folder(anny: Path) -> None:
    content = few_pictures().model_dump(mode="json", exclude_none=True)
    content["databases"] = {"expression": content["databases"]["expression"]}
    content["generator"] = {"kind": "sculpted"}
    sculpted = type(few_pictures()).model_validate(content)
    with pytest.raises(FaceBehaviorError, match="--sculpts"):
        Photographer(sculpted, Materials())
