"""A domain: the circumstances under which one database's pictures are taken."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from facebehavior.settings import NotNegative, Section, Share

Range = tuple[float, float]
Background = Literal["plain", "gradient", "blobs", "stripes", "blocks", "foliage"]

_BOUNDS: Mapping[str, Range] = {
    "focal_length": (10, 400),
    "face": (0.08, 0.6),
    "sun": (0, 10),
    "around": (0, 10),
    "fill": (0, 10),
    "sun_azimuth": (0, 180),
    "sun_elevation": (-90, 90),
    "warmth": (-1, 1),
    "blur": (0, 50),
    "noise": (0, 255),
    "exposure": (-5, 5),
    "contrast": (0, 5),
    "resolution": (0.05, 1),
    "jpeg": (1, 100),
}
"""How low and how high each range may reach."""


class Domain(Section):
    """What differs between databases as between real ones; ranges are drawn from evenly.

    Attributes:
        yaw, pitch, roll: largest turns of the head in degrees; small ones are likelier.
        gaze: largest turn of the eyes against the head, degrees.
        focal_length: millimetres on 36 mm film.
        face: distance between the eyes as a share of the picture's width. The camera is never
            nearer than 30 cm, so that short focal lengths give smaller faces.
        sun: strength of the main light.
        around: strength of the light from everywhere.
        fill: strength of the second light.
        sun_azimuth: degrees to the side, either side.
        sun_elevation: degrees above the horizon; negative comes from below.
        warmth: of the main light, from bluish (-1) to reddish (1).
        coloured: probability that the second light has a strong colour.
        backgrounds: kinds of background, equally likely.
        blur: standard deviation of the blur, pixels.
        motion_blur: probability of a blur in one direction.
        noise: standard deviation of the noise, of 255.
        exposure: stops.
        contrast: exponent around middle grey.
        colour_cast: largest relative change of a channel.
        grey: probability of a picture without colour.
        resolution: width in which the picture was taken, as a share of its width.
        jpeg: quality of the file.
        glasses, hats, makeup: factors on the probability that a person wears them.
        hand, scarf, thing: probabilities of something before the face.
    """

    yaw: Annotated[float, Field(ge=0, le=90)] = 20.0
    pitch: Annotated[float, Field(ge=0, le=60)] = 10.0
    roll: Annotated[float, Field(ge=0, le=60)] = 8.0
    gaze: Annotated[float, Field(ge=0, le=35)] = 12.0
    focal_length: Range = (50.0, 85.0)
    face: Range = (0.26, 0.34)
    sun: Range = (0.5, 0.9)
    around: Range = (0.6, 1.0)
    fill: Range = (0.05, 0.3)
    sun_azimuth: Range = (10.0, 60.0)
    sun_elevation: Range = (10.0, 50.0)
    warmth: Range = (-0.3, 0.5)
    coloured: Share = 0.0
    backgrounds: Annotated[tuple[Background, ...], Field(min_length=1)] = ("plain", "gradient")
    blur: Range = (0.0, 0.4)
    motion_blur: Share = 0.0
    noise: Range = (0.0, 3.0)
    exposure: Range = (-0.2, 0.2)
    contrast: Range = (0.95, 1.05)
    colour_cast: Share = 0.02
    grey: Share = 0.0
    resolution: Range = (1.0, 1.0)
    jpeg: tuple[int, int] = (85, 95)
    glasses: NotNegative = 1.0
    hats: NotNegative = 0.5
    makeup: NotNegative = 1.0
    hand: Share = 0.0
    scarf: Share = 0.0
    thing: Share = 0.0

    @model_validator(mode="after")
    def _within_bounds(self) -> "Domain":
        for name, (lowest, highest) in _BOUNDS.items():
            low, high = getattr(self, name)
            if not low <= high:
                raise ValueError(f"{name}: expected a range from low to high, found {[low, high]}")
            if not lowest <= low <= high <= highest:
                raise ValueError(f"{name}: expected {lowest} to {highest}, found {[low, high]}")
        if self.hand + self.scarf + self.thing > 1:
            raise ValueError("hand, scarf and thing: expected probabilities that sum to 1 or less")
        return self
