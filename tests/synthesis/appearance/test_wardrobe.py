import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.synthesis.small import few_pictures

from facebehavior.errors import FaceBehaviorError
from facebehavior.synthesis.appearance.look import BROWS, HAIR_STYLES, LASHES, TEETH, Look
from facebehavior.synthesis.appearance.wardrobe import (
    Layer,
    MadeWardrobe,
    MakeHumanWardrobe,
    check_assets,
    open_wardrobe,
)
from facebehavior.synthesis.plan import plan_database
from facebehavior.synthesis.rendering.colours import LINEAR

PARTS = ("skins/textures", "hair", "eyebrows", "eyelashes", "teeth")


@pytest.fixture(scope="module")
def look() -> Look:
    return replace(plan_database(few_pictures(), "test")[0].look, hair="short01")


def empty_assets(root: Path) -> Path:
    for part in PARTS:
        (root / part).mkdir(parents=True)
    return root


@pytest.mark.parametrize("part", PARTS)
def test_a_folder_that_lacks_a_part_is_one_line_that_names_it(tmp_path: Path, part: str) -> None:
    root = empty_assets(tmp_path)
    (root / part).rmdir()
    with pytest.raises(FaceBehaviorError, match=f"the folder {part}, found none") as caught:
        open_wardrobe(root)
    assert "\n" not in str(caught.value)
    assert "--assets" in str(caught.value)


@pytest.mark.parametrize("part", ["hair", "brows", "lashes", "teeth", "skin"])
def test_a_missing_asset_is_one_line_that_names_it(tmp_path: Path, look: Look, part: str) -> None:
    wardrobe = open_wardrobe(empty_assets(tmp_path))
    with pytest.raises(FaceBehaviorError, match="not complete") as caught:
        getattr(wardrobe, part)(look)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_without_a_folder_all_is_made_by_code(look: Look) -> None:
    wardrobe = open_wardrobe(None)
    assert isinstance(wardrobe, MadeWardrobe)
    assert wardrobe.hair(look) is wardrobe.brows(look) is wardrobe.lashes(look) is None
    assert wardrobe.teeth(look) is None
    skin = wardrobe.skin(look)
    assert skin.dtype == np.uint8
    assert skin.shape == (512, 512, 3)
    other = wardrobe.skin(replace(look, skin_variant=look.skin_variant + 1))
    assert (skin != other).any()
    # Faint spots on a skin that any tone can tint.
    assert 2 < skin.std() < 12


def test_every_skin_hair_brow_lash_and_tooth_that_can_be_drawn_is_there(makehuman: Path) -> None:
    for kind, names in (
        ("hair", HAIR_STYLES),
        ("eyebrows", BROWS),
        ("eyelashes", LASHES),
        ("teeth", TEETH),
    ):
        for name in names:
            for ending in ("mhclo", "obj"):
                assert (makehuman / kind / name / f"{name}.{ending}").is_file(), name


def test_a_missing_file_of_the_assets_is_told_before_any_work(
    makehuman: Path, tmp_path: Path
) -> None:
    check_assets(makehuman)
    root = tmp_path / "assets"
    for part in PARTS:
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        (root / part).symlink_to(makehuman / part)
    (root / "teeth").unlink()
    with pytest.raises(FaceBehaviorError, match=r"teeth_base\.mhclo: .*12 of .* are missing"):
        check_assets(root)


def test_every_gender_age_and_tone_has_a_skin(
    makehuman: Path, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def note(path: Path, mode: str) -> np.ndarray:
        opened.append(path)
        return np.zeros((1, 1, 3), np.uint8)

    monkeypatch.setattr("facebehavior.synthesis.appearance.wardrobe._read_picture", note)
    wardrobe = MakeHumanWardrobe(makehuman)
    for gender, age, tone, variant in product(
        ("female", "male"), ("young", "middle", "old"), range(10), range(12)
    ):
        wardrobe.skin(
            replace(look, gender=gender, age_band=age, skin_tone=tone, skin_variant=variant)
        )
    assert all(path.is_file() for path in opened)
    assert len(opened) == len(set(opened)) >= 12
    assert {"dark" in path.name for path in opened} == {True, False}


def test_dark_tones_are_made_from_dark_skins(makehuman: Path, look: Look) -> None:
    wardrobe = MakeHumanWardrobe(makehuman)
    light, dark = (
        wardrobe.skin(
            replace(look, gender="male", age_band="young", skin_tone=tone, skin_variant=0)
        )
        for tone in (0, 9)
    )
    assert light.mean() > dark.mean() + 20
    assert (
        wardrobe.skin(replace(look, gender="male", age_band="young", skin_tone=9, skin_variant=0))
        is dark
    )


def test_hair_is_grey_so_that_any_colour_fits(makehuman: Path, look: Look) -> None:
    wardrobe = MakeHumanWardrobe(makehuman)
    for layer in (wardrobe.hair(look), wardrobe.brows(look), wardrobe.lashes(look)):
        assert isinstance(layer, Layer)
        assert layer.texture.shape[2] == 4
        np.testing.assert_array_equal(layer.texture[..., 0], layer.texture[..., 2])
        solid = layer.texture[..., 3] > 128
        assert layer.mean == pytest.approx(float(LINEAR[layer.texture[solid, 0]].mean()), rel=1e-3)
    assert wardrobe.hair(replace(look, hair="bald")) is None


def test_the_style_that_comes_without_a_texture_is_even(makehuman: Path, look: Look) -> None:
    layer = open_wardrobe(makehuman).hair(replace(look, hair="afro01"))
    assert layer is not None
    assert (layer.texture[..., 3] == 255).all()


def test_a_damaged_texture_is_one_line_that_names_it(
    makehuman: Path, look: Look, tmp_path: Path
) -> None:
    root = empty_assets(tmp_path)
    shutil.copytree(makehuman / "hair" / "short01", root / "hair" / "short01")
    Image.new("RGBA", (4, 4)).save(root / "hair" / "short01" / "a.png")
    (root / "hair" / "short01" / "a.png").write_bytes(b"rubbish")
    with pytest.raises(FaceBehaviorError, match=r"cannot read the texture .*a\.png"):
        open_wardrobe(root).hair(look)


def test_a_texture_that_is_not_there_is_named(makehuman: Path, tmp_path: Path, look: Look) -> None:
    brows = empty_assets(tmp_path) / "eyebrows" / look.brows
    brows.mkdir()
    for ending in ("mhclo", "obj"):
        source = makehuman / "eyebrows" / look.brows / f"{look.brows}.{ending}"
        (brows / source.name).write_bytes(source.read_bytes())
    with pytest.raises(FaceBehaviorError, match=f"{look.brows}: expected a texture"):
        MakeHumanWardrobe(tmp_path).brows(look)
