"""A synthetic clip: a head that moves through expressions, with the truth of every frame."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import REPEATABLE_X264, writing
from facebehavior.labels import EXPRESSIONS, Manifest
from facebehavior.synthesis.configuration import ALL_LABELS, Configuration
from facebehavior.synthesis.labelling import revealed, true_labels
from facebehavior.synthesis.photographer import Materials, Photographer
from facebehavior.synthesis.plan import PicturePlan, plan_database
from facebehavior.synthesis.truth.affect import SHARE_MATRIX, position
from facebehavior.synthesis.truth.drawing import ACTIVE, Drawn

RATE = 25
"""Frames a second."""
_RISE = 0.6
"""Share of an expression's time in which it rises and falls."""


def write_video(
    configuration: Configuration, materials: Materials, path: Path, seconds: float = 12.0
) -> int:
    """Make a clip of a person of the first database that shows all seven expressions.

    The seven expressions follow one another, each rising from neutral and falling back, while the
    head sways. Beside the clip lies its truth, one row a frame: `NAME.truth.parquet`.

    Args:
        configuration: its first database gives the person and the circumstances.
        materials: where meshes, textures and sculpts are.
        path: of the clip (.mp4).
        seconds: its length.

    Returns:
        The number of frames.

    Raises:
        FaceBehaviorError: a folder lacks a part, no database shows the seven expressions, or the
            clip has another ending, would have no frame or cannot be written.
    """
    if path.suffix.lower() != ".mp4":
        raise FaceBehaviorError(f"{path}: expected a clip's name in .mp4")
    if not math.isfinite(seconds) or seconds * RATE < 1:
        raise FaceBehaviorError(f"expected a clip of {1 / RATE} s or more, found {seconds} s")
    peaks = _peaks(configuration)
    photographer = Photographer(configuration, materials)
    plans = list(_frames(peaks, round(seconds * RATE)))
    rows = []
    with writing(path) as unfinished, av.open(f"file:{unfinished}", "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options=dict(REPEATABLE_X264))
        stream.width = stream.height = configuration.picture_size // 2 * 2
        stream.pix_fmt = "yuv420p"
        for plan in tqdm(plans, desc="rendering", unit="frame", disable=None, leave=False):
            photograph = photographer.take(plan)
            frame = av.VideoFrame.from_ndarray(_even(photograph.pixels), format="rgb24")
            frame.pts, frame.time_base = plan.number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
            rows.append(_row(plan, path, photograph.points, materials.assets is not None))
        container.mux(stream.encode())
    Manifest.from_rows(rows).write(path.with_suffix(".truth.parquet"))
    return len(plans)


def _even(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = len(pixels) // 2 * 2
    return np.ascontiguousarray(pixels[:size, :size])


def _row(
    plan: PicturePlan, path: Path, points: NDArray[np.float64], styled: bool
) -> dict[str, object]:
    row = revealed(true_labels(plan, styled), ALL_LABELS, points)
    return row | {"image": path.name, "video": path.stem, "frame": plan.number}


def _frames(peaks: Sequence[PicturePlan], count: int) -> Iterator[PicturePlan]:
    """Plan the frames: peaks of the seven expressions, and what lies between."""
    first = peaks[0]
    for number in range(count):
        place = number / count * len(peaks)
        peak, share = peaks[int(place)], _rise(place % 1.0)
        intensities = (peak.drawn.intensities * share).round(4)
        strength = peak.drawn.strength * share
        affect = strength * position(peak.category) + intensities @ SHARE_MATRIX
        affect = np.clip(affect, -1, 1).round(4)
        time = number / RATE
        attitude = replace(
            first.world.attitude,
            yaw=round(12.0 * float(np.sin(1.1 * time)), 2),
            pitch=round(5.0 * float(np.sin(0.7 * time)), 2),
            roll=round(3.0 * float(np.sin(0.9 * time)), 2),
            closure=1.0 if number % 90 in {43, 44, 45} else 0.0,
        )
        faults = replace(first.world.faults, noise_seed=number)
        yield replace(
            peak,
            number=number,
            # Where nothing is to be seen of an expression yet, the face is neutral.
            category=peak.category if share >= ACTIVE else EXPRESSIONS[0],
            person=first.person,
            look=first.look,
            drawn=Drawn(strength, intensities),
            sculpt=None if peak.sculpt is None else (peak.sculpt[0], peak.sculpt[1] * share),
            affect=(float(affect[0]), float(affect[1])),
            world=replace(first.world, attitude=attitude, faults=faults),
        )


def _peaks(configuration: Configuration) -> list[PicturePlan]:
    """Give of each of the seven expressions the picture that shows most action units.

    A neutral face shows fewest.
    """
    for database in configuration.databases:
        shown: dict[str | None, PicturePlan] = {}
        for plan in plan_database(configuration, database):
            best = shown.setdefault(plan.category, plan)
            if _expressive(plan) > _expressive(best):
                shown[plan.category] = plan
        if all(name in shown for name in EXPRESSIONS):
            return [shown[name] for name in EXPRESSIONS]
    raise FaceBehaviorError(
        f"{configuration.name}: expected a database that shows all of {', '.join(EXPRESSIONS)} to "
        "make a clip from, found none"
    )


def _expressive(plan: PicturePlan) -> float:
    """Tell how much of its expression a face shows; a neutral face, how little else."""
    shown = float(plan.drawn.intensities.sum()) + (plan.sculpt[1] if plan.sculpt else 0.0)
    return -shown if plan.category == EXPRESSIONS[0] else shown


def _rise(share: float) -> float:
    """Rise from 0 to 1 and fall again over a time from 0 to 1."""
    edge = _RISE / 2
    level = min(1.0, share / edge, (1.0 - share) / edge)
    return float(0.5 - 0.5 * np.cos(np.pi * level))
