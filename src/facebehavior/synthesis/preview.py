"""A contact sheet: pictures of each database with their labels underneath."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.labels import ACTION_UNITS
from facebehavior.synthesis.configuration import Configuration
from facebehavior.synthesis.making import checked_names
from facebehavior.synthesis.photographer import Materials, Photographer
from facebehavior.synthesis.plan import PicturePlan, active_mask, plan_database

_ACROSS, _DOWN = 8, 2
_TEXT_HEIGHT, _LINE = 34, 10
_TITLE = 16
_FACE = 128
_ENDINGS = (".png", ".jpg", ".jpeg")


def write_preview(
    configuration: Configuration, materials: Materials, path: Path, databases: Sequence[str] = ()
) -> None:
    """Render some pictures of each database and write them, with their labels, as one picture.

    Args:
        configuration: whose databases are shown.
        materials: where meshes, textures and sculpts are.
        path: of the contact sheet.
        databases: which of the configuration's; all where it is empty.

    Raises:
        FaceBehaviorError: a database is not in the configuration, a folder lacks a part, or the
            picture cannot be written.
    """
    names = checked_names(configuration, databases)
    if path.suffix.lower() not in _ENDINGS:
        raise FaceBehaviorError(f"{path}: expected a contact sheet's name in .png or .jpg")
    photographer = Photographer(configuration, materials)
    strips = [_strip(configuration, name, photographer) for name in names]
    sheet = Image.fromarray(np.concatenate(strips))
    with writing(path) as unfinished:
        sheet.save(unfinished)


def _strip(configuration: Configuration, name: str, photographer: Photographer) -> np.ndarray:
    plans = plan_database(configuration, name)
    spread = np.linspace(0, len(plans) - 1, min(_ACROSS * _DOWN, len(plans))).round().astype(int)
    height = _TITLE + _DOWN * (_FACE + _TEXT_HEIGHT)
    strip = Image.new("RGB", (_ACROSS * _FACE, height), "white")
    pen = ImageDraw.Draw(strip)
    font = ImageFont.load_default(size=9)
    domain = configuration.databases[name].domain
    pen.text((4, 2), f"{name} (domain {domain})", fill="black", font=font)
    for place, number in enumerate(spread):
        x, y = place % _ACROSS * _FACE, _TITLE + place // _ACROSS * (_FACE + _TEXT_HEIGHT)
        face = Image.fromarray(photographer.take(plans[number]).pixels)
        strip.paste(face.resize((_FACE, _FACE), Image.Resampling.LANCZOS), (x, y))
        for line, text in enumerate(caption(plans[number])):
            pen.text((x + 2, y + _FACE + 1 + line * _LINE), text, fill="black", font=font)
    return np.asarray(strip)


def caption(plan: PicturePlan) -> list[str]:
    """Give the labels of a picture in three short lines."""
    active = active_mask(plan)
    units = "AU ?"
    if active is not None:
        shown = [str(unit) for unit, on in zip(ACTION_UNITS, active, strict=True) if on]
        units = f"AU {' '.join(shown)}" if shown else "no AU"
    valence, arousal = plan.affect
    who = f"{plan.person.gender[0]}, {plan.person.age_band}"
    return [plan.category or "no expression", units, f"v{valence:+.2f} a{arousal:+.2f} {who}"]
