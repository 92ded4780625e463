"""Where skins, hair, brows, lashes and teeth come from: MakeHuman's files, or made by code."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facebehavior.errors import FaceBehaviorError
from facebehavior.synthesis.appearance.look import BALD, BROWS, HAIR_STYLES, LASHES, TEETH, Look
from facebehavior.synthesis.geometry.proxies import Proxy, read_proxy
from facebehavior.synthesis.rendering.colours import LINEAR

_SKINS = {
    ("female", "young", "light"): (
        "young_lightskinned_female_diffuse2",
        "young_lightskinned_female_diffuse3",
    ),
    ("female", "middle", "light"): ("middleage_lightskinned_female_diffuse2",),
    ("female", "middle", "dark"): ("middleage_darkskinned_female_diffuse",),
    ("female", "old", "dark"): ("old_darkskinned_female_diffuse",),
    ("male", "young", "light"): (
        "young_lightskinned_male_diffuse",
        "young_lightskinned_male_diffuse2",
        "young_lightskinned_male_diffuse3",
    ),
    ("male", "young", "dark"): ("young_darkskinned_male_diffuse",),
    ("male", "middle", "light"): (
        "middleage_lightskinned_male_diffuse",
        "middleage_lightskinned_male_diffuse2",
    ),
    ("male", "middle", "dark"): ("middleage_darkskinned_male_diffuse",),
    ("male", "old", "light"): ("old_lightskinned_male_diffuse2",),
    ("male", "old", "dark"): ("old_darkskinned_male_diffuse",),
}
_SKINS[("female", "young", "dark")] = _SKINS[("female", "middle", "dark")]
_SKINS[("female", "old", "light")] = _SKINS[("female", "middle", "light")]
"""MakeHuman has no skin of young dark women and of old light women: the nearest stands in."""

_WITHOUT_TEXTURE = ("afro01",)
"""The hair style that is drawn in one colour, because its texture is not among the assets."""

_PROXIES = {"hair": HAIR_STYLES, "eyebrows": BROWS, "eyelashes": LASHES, "teeth": TEETH}
"""The proxies of each folder that can be drawn."""

_FIRST_DARK = 6
"""Skin tones from this one on are made from dark skins."""


@dataclass(frozen=True)
class Layer:
    """Something that lies over the skin: a proxy and its texture, whose mean colour is grey.

    Attributes:
        proxy: the mesh.
        texture: (H, W, 4) uint8, sRGB and opacity; its linear colours have the mean `mean`.
        mean: mean linear light where the layer is opaque; a tint is divided by it.
    """

    proxy: Proxy
    texture: NDArray[np.uint8]
    mean: float


class Wardrobe(Protocol):
    """What a head is dressed with."""

    def skin(self, look: Look) -> NDArray[np.uint8]:
        """Give the skin's texture, (H, W, 3) uint8, on the base mesh's texture coordinates."""

    def hair(self, look: Look) -> Layer | None:
        """Give the hair, or None where the wardrobe has none for this head."""

    def brows(self, look: Look) -> Layer | None:
        """Give the brows; where None, they are painted."""

    def lashes(self, look: Look) -> Layer | None:
        """Give the lashes."""

    def teeth(self, look: Look) -> Proxy | None:
        """Give the teeth; where None, the base mesh's guide teeth are shown."""


class MakeHumanWardrobe:
    """The MakeHuman system assets.

    Args:
        folder: holds `skins/textures`, `hair`, `eyebrows`, `eyelashes` and `teeth`.

    Raises:
        FaceBehaviorError: the folder lacks one of these.
    """

    def __init__(self, folder: Path) -> None:
        for part in ("skins/textures", "hair", "eyebrows", "eyelashes", "teeth"):
            if not (folder / part).is_dir():
                raise FaceBehaviorError(
                    f"{folder}: expected MakeHuman's system assets with the folder {part}, found "
                    "none; give the folder that holds skins, hair, eyebrows, eyelashes and teeth, "
                    "or leave --assets out for made-up skin and hair"
                )
        self._folder = folder
        self._layers: dict[str, Layer] = {}
        self._skins: dict[str, NDArray[np.uint8]] = {}
        self._teeth: dict[str, Proxy] = {}

    def skin(self, look: Look) -> NDArray[np.uint8]:
        """Give the skin for gender, age and tone."""
        shade = "dark" if look.skin_tone >= _FIRST_DARK else "light"
        names = _SKINS[look.gender, look.age_band, shade]
        name = names[look.skin_variant % len(names)]
        if name not in self._skins:
            path = self._folder / "skins" / "textures" / f"{name}.jpg"
            self._skins[name] = _read_picture(path, "RGB")
        return self._skins[name]

    def hair(self, look: Look) -> Layer | None:
        """Give the hair style's proxy."""
        return None if look.hair == BALD else self._layer("hair", look.hair)

    def brows(self, look: Look) -> Layer | None:
        """Give the brows' proxy."""
        return self._layer("eyebrows", look.brows)

    def lashes(self, look: Look) -> Layer | None:
        """Give the lashes' proxy."""
        return self._layer("eyelashes", look.lashes)

    def teeth(self, look: Look) -> Proxy | None:
        """Give the teeth's proxy."""
        if look.teeth not in self._teeth:
            self._teeth[look.teeth] = read_proxy(self._folder / "teeth" / look.teeth)
        return self._teeth[look.teeth]

    def _layer(self, kind: str, name: str) -> Layer:
        if name not in self._layers:
            folder = self._folder / kind / name
            proxy = read_proxy(folder)
            texture = _even() if name in _WITHOUT_TEXTURE else _layer_picture(folder)
            texture = _grey(texture)
            self._layers[name] = Layer(proxy, texture, _mean_light(texture))
        return self._layers[name]


def check_assets(folder: Path) -> None:
    """See that every file of the system assets that can be drawn is there.

    Raises:
        FaceBehaviorError: one is not; it names the first.
    """
    skins = {name for names in _SKINS.values() for name in names}
    wanted = [folder / "skins" / "textures" / f"{name}.jpg" for name in sorted(skins)]
    for kind, names in _PROXIES.items():
        for name in names:
            wanted += [folder / kind / name / f"{name}.{ending}" for ending in ("mhclo", "obj")]
    missing = [path for path in wanted if not path.is_file()]
    if missing:
        raise FaceBehaviorError(
            f"{missing[0]}: expected a file of MakeHuman's system assets, found none "
            f"({len(missing)} of {len(wanted)} are missing); unpack all of them, or leave --assets "
            "out for made-up skin and hair"
        )


def _layer_picture(folder: Path) -> NDArray[np.uint8]:
    pictures = sorted(folder.glob("*.png"))
    if not pictures:
        raise FaceBehaviorError(
            f"{folder}: expected a texture (.png), found none; "
            "the MakeHuman assets are not complete"
        )
    return _read_picture(pictures[0], "RGBA")


class MadeWardrobe:
    """No files: plain skin with spots, hair as a cap that follows the skull, painted brows."""

    def skin(self, look: Look) -> NDArray[np.uint8]:
        """Give a grey skin with faint spots."""
        return _spotted(look.skin_variant % 4)

    def hair(self, look: Look) -> Layer | None:  # noqa: ARG002 - what a wardrobe is asked
        """Give none: a cap is made of the scalp."""
        return None

    def brows(self, look: Look) -> Layer | None:  # noqa: ARG002
        """Give none: brows are painted."""
        return None

    def lashes(self, look: Look) -> Layer | None:  # noqa: ARG002
        """Give none."""
        return None

    def teeth(self, look: Look) -> Proxy | None:  # noqa: ARG002
        """Give none: the base mesh's guides are shown."""
        return None


def open_wardrobe(folder: Path | None) -> Wardrobe:
    """Open MakeHuman's assets, or, where no folder is given, the wardrobe that needs none."""
    return MadeWardrobe() if folder is None else MakeHumanWardrobe(folder)


def _read_picture(path: Path, mode: str) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert(mode))
    except OSError as error:
        raise FaceBehaviorError(
            f"cannot read the texture {path}: {error.strerror or error}; the MakeHuman assets are "
            "not complete"
        ) from error


def _grey(texture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take the colour out of a texture and keep its detail, so that any hair colour fits."""
    luma = np.asarray(Image.fromarray(texture[..., :3]).convert("L"), dtype=np.float64)
    solid = texture[..., 3] > 128
    middle = float(np.median(luma[solid])) if solid.any() else 128.0
    detail = np.clip(110.0 + 0.9 * (luma - middle), 12.0, 255.0).astype(np.uint8)
    return np.dstack([detail, detail, detail, texture[..., 3]])


def _mean_light(texture: NDArray[np.uint8]) -> float:
    solid = texture[..., 3] > 128
    return float(LINEAR[texture[..., 0][solid]].mean()) if solid.any() else 0.2


@cache
def _even() -> NDArray[np.uint8]:
    """Make an even texture for hair styles that come without one."""
    rng = np.random.default_rng(7)
    shade = np.clip(110 + 6 * rng.normal(0.0, 1.0, (64, 64)), 20, 240).astype(np.uint8)
    return np.dstack([shade, shade, shade, np.full_like(shade, 255)])


@cache
def _spotted(seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    coarse = rng.normal(0.0, 1.0, (64, 64)).astype(np.float32)
    fine = rng.normal(0.0, 1.0, (512, 512)).astype(np.float32)
    spread = np.asarray(Image.fromarray(coarse).resize((512, 512), Image.Resampling.BICUBIC))
    shade = np.clip(186 + 5 * spread + 3 * fine, 0, 255)
    return np.dstack([shade + 3, shade, shade - 2]).astype(np.uint8)
