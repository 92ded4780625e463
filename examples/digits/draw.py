"""Draw seven-segment digits: a toy of two related tasks that has nothing to do with faces.

    python examples/digits/draw.py toy

writes pictures and two manifests: `toy/digits.parquet`, labelled with the digit (`label_digit`),
and `toy/strokes.parquet`, labelled with the strokes that are lit (`label_top` and six others).
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from facebehavior.databases.points import template_points
from facebehavior.labels import Manifest

SIDE = 32
STROKES: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "top": ((10, 6), (22, 6)),
    "upper_left": ((10, 6), (10, 16)),
    "upper_right": ((22, 6), (22, 16)),
    "middle": ((10, 16), (22, 16)),
    "lower_left": ((10, 16), (10, 26)),
    "lower_right": ((22, 16), (22, 26)),
    "bottom": ((10, 26), (22, 26)),
}
"""Where each stroke begins and ends, in pixels."""

DIGITS: Mapping[str, tuple[str, ...]] = {
    "zero": ("top", "upper_left", "upper_right", "lower_left", "lower_right", "bottom"),
    "one": ("upper_right", "lower_right"),
    "two": ("top", "upper_right", "middle", "lower_left", "bottom"),
    "three": ("top", "upper_right", "middle", "lower_right", "bottom"),
    "four": ("upper_left", "upper_right", "middle", "lower_right"),
    "five": ("top", "upper_left", "middle", "lower_right", "bottom"),
    "six": ("top", "upper_left", "middle", "lower_left", "lower_right", "bottom"),
    "seven": ("top", "upper_right", "lower_right"),
    "eight": tuple(STROKES),
    "nine": ("top", "upper_left", "upper_right", "middle", "lower_right", "bottom"),
}


def draw(strokes: tuple[str, ...], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Draw strokes somewhere near the middle, in noise; (32, 32)."""
    picture = Image.new("L", (SIDE, SIDE), int(generator.integers(20, 70)))
    pen = ImageDraw.Draw(picture)
    across, down = generator.integers(-3, 4, 2)
    width, ink = int(generator.integers(2, 4)), int(generator.integers(130, 230))
    for name in strokes:
        (x0, y0), (x1, y1) = STROKES[name]
        pen.line((x0 + across, y0 + down, x1 + across, y1 + down), fill=ink, width=width)
    noisy = np.asarray(picture) + generator.normal(0, 25, (SIDE, SIDE))
    return noisy.clip(0, 255).astype(np.uint8)


def write(folder: Path, pictures: int, seed: int) -> None:
    """Write as many pictures for each of the two tasks, in the splits train and test."""
    generator = np.random.default_rng(seed)
    for task in ("digits", "strokes"):
        rows = []
        for number in range(pictures):
            digit = str(generator.choice(list(DIGITS)))
            path = folder / task / f"{number:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(draw(DIGITS[digit], generator)).save(path)
            labels: dict[str, object] = {"label_digit": digit}
            if task == "strokes":
                labels = {f"label_{name}": name in DIGITS[digit] for name in STROKES}
            rows.append(
                {
                    "image": f"{task}/{path.name}",
                    "database": f"toy-{task}",
                    "split": "test" if number % 5 == 0 else "train",
                    # Where five points are given, no face is looked for.
                    "landmarks": template_points(SIDE),
                    **labels,
                }
            )
        Manifest.from_rows(rows).write(folder / f"{task}.parquet")


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=600, help="of each task (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    write(arguments.folder, arguments.pictures, arguments.seed)


if __name__ == "__main__":
    main()
