"""A domain: the circumstances under which one database's pictures are taken."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from facebehavior.settings import NotNegative, Section, Share

Range = tuple[float, float]
Background = Literal["plain", "gradient", "blobs", "stripes", "blocks", "foliage"]

_NOT_NEGATIVE = {"sun", "around", "fill", "blur", "noise", "contrast"}


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
    def _ordered(self) -> "Domain":
        for name, value in self:
            numbers = isinstance(value, tuple) and not isinstance(value[0], str)
            if numbers and value[0] > value[1]:
                raise ValueError(f"{name}: expected a range from low to high, found {list(value)}")
            if numbers and name in _NOT_NEGATIVE and value[0] < 0:
                raise ValueError(f"{name}: expected 0 or more, found {list(value)}")
        if not -1 <= self.warmth[0] <= self.warmth[1] <= 1:
            raise ValueError("warmth: expected -1 to 1")
        if self.hand + self.scarf + self.thing > 1:
            raise ValueError("hand, scarf and thing: expected probabilities that sum to 1 or less")
        if not 10 <= self.focal_length[0] <= self.focal_length[1] <= 400:
            raise ValueError("focal_length: expected 10 to 400 mm")
        if not 0.08 <= self.face[0] <= self.face[1] <= 0.6:
            raise ValueError("face: expected shares of the width from 0.08 to 0.6")
        if not 0.05 <= self.resolution[0] <= self.resolution[1] <= 1.0:
            raise ValueError("resolution: expected shares from 0.05 to 1")
        if not 1 <= self.jpeg[0] <= self.jpeg[1] <= 100:
            raise ValueError("jpeg: expected qualities from 1 to 100")
        return self
