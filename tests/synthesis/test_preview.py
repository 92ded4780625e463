from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.synthesis.small import few_pictures

from facebehavior.errors import FaceBehaviorError
from facebehavior.synthesis import Configuration, Materials, Photographer, preview, write_preview
from facebehavior.synthesis.plan import plan_database
from facebehavior.synthesis.preview import caption


@pytest.fixture(autouse=True)
def _one_opening(photographer: Photographer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "Photographer", lambda *_: photographer)


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_a_contact_sheet_has_a_strip_for_each_database(
    few: Configuration, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"sheet.{ending}"
    write_preview(few, Materials(), path)
    write_preview(few, Materials(), tmp_path / "one.png", ["test"])
    with Image.open(path) as sheet, Image.open(tmp_path / "one.png") as one:
        assert sheet.width == one.width == 8 * 128
        assert sheet.height == 3 * one.height
        pixels = np.asarray(sheet.convert("RGB"))
    # Faces are not white; the sheet around them is.
    assert (pixels[40:100, 20:100] < 250).mean() > 0.5
    assert (pixels[-20:, -100:] > 250).all()


def test_a_caption_tells_expression_action_units_and_affect() -> None:
    plan = next(plan for plan in plan_database(few_pictures(), "test") if plan.drawn.active.any())
    first, second, third = caption(plan)
    assert first == plan.category
    assert second.startswith("AU ")
    assert len(second.split()) == 1 + plan.drawn.active.sum()
    assert f"v{plan.affect[0]:+.2f} a{plan.affect[1]:+.2f}" in third
    assert plan.person.age_band in third


@pytest.mark.parametrize("name", ["sheet.txt", "sheet"])
def test_a_sheet_of_no_known_kind_is_one_line(
    few: Configuration, tmp_path: Path, name: str
) -> None:
    with pytest.raises(FaceBehaviorError, match=r"in \.png or \.jpg"):
        write_preview(few, Materials(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_unknown_database_is_one_line(few: Configuration, tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="unknown database 'tset'"):
        write_preview(few, Materials(), tmp_path / "sheet.png", ["tset"])
