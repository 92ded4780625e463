"""A tree of files with random labels that is written in a release's layout, and what is true of it.

The writers know the codes of the releases from their own documentation, not from the readers.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26)
EXPRESSIONS = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger")


@dataclass
class Tree:
    """A tree as it grows.

    Attributes:
        root: its folder.
        draw: decides on everything.
        expected: what a reader has to say, by the path of the picture below the root (of a video
            with `#` and the frame, of a face with `#` and its box; the hash of a picture's pixels).
        options: of the reader, as this tree needs them.
    """

    root: Path
    draw: random.Random
    expected: dict[str, dict[str, object]] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)

    def touch(self, name: str) -> None:
        """Put an empty file there: readers go by the names of pictures."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def lines(self, name: str, lines: Sequence[str]) -> None:
        """Write a text with one of the line ends, with or without a byte order mark."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        end = self.draw.choice(["\n", "\r\n"])
        mark = self.draw.choice(["", "\ufeff"])
        last = end if self.sometimes(0.7) else ""
        path.write_bytes((mark + end.join(lines) + last).encode())

    def expect(self, key: str, **labels: object) -> None:
        """Note what has to be read; None is a missing label."""
        assert key not in self.expected
        self.expected[key] = {name: value for name, value in labels.items() if value is not None}

    def sometimes(self, share: float = 0.2) -> bool:
        """Draw whether something is so."""
        return self.draw.random() < share

    def spelled(self, value: float) -> str:
        """Write a number in one of the ways that mean it."""
        ways = [f"{value:.3f}", f"{value:.6f}"]
        if float(value).is_integer():
            ways += [str(int(value)), f"{value:.1f}"]
        return self.draw.choice(ways)

    def affect(self) -> tuple[float, float]:
        """Draw valence and arousal, extremes among them."""
        return tuple(
            self.draw.choice([-1.0, 0.0, 1.0, round(self.draw.uniform(-1, 1), 3)]) for _ in range(2)
        )  # type: ignore[return-value]

    def decisions(
        self, units: Sequence[int], unknown: int, share: float = 0.2
    ) -> tuple[list[str], dict[str, object]]:
        """Draw 0, 1 or unknown for each action unit: the cells, and what they mean."""
        codes = [unknown if self.sometimes(share) else self.draw.choice([0, 1]) for _ in units]
        labels = {
            f"au{unit:02d}": code == 1
            for unit, code in zip(units, codes, strict=True)
            if code != unknown and unit in UNITS
        }
        return [self.spelled(code) for code in codes], dict(labels)

    def level(self, unit: int, threshold: int) -> tuple[str, dict[str, object]]:
        """Draw an intensity: the cell, and what it means."""
        level = self.draw.randint(0, 5)
        name = f"au{unit:02d}"
        return self.spelled(level), {name: level >= threshold, f"{name}_intensity": level / 5}


def points_68(draw: random.Random) -> list[list[float]]:
    """Give 68 points somewhere."""
    return [[round(draw.uniform(0, 400), 2) for _ in range(2)] for _ in range(68)]


def five_of(points: Sequence[Sequence[float]]) -> list[float]:
    """Give the middle of each eye's corners, the tip of the nose and the corners of the mouth."""
    eyes = [[(points[a][n] + points[b][n]) / 2 for n in range(2)] for a, b in ((36, 39), (42, 45))]
    return [value for point in (*eyes, points[30], points[48], points[54]) for value in point]
