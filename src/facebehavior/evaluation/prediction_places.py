"""Which prepared picture each row of somebody's predictions belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases.pictures import PICTURES, is_video_name, picture_number
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.matching import (
    NONE,
    SEVERAL,
    Matches,
    Parts,
    claimed_twice,
    longest_ends,
    path_parts,
    without_weaker,
)
from facebehavior.labels import Manifest

_MANY = np.int64(1) << 32
"""More than any video has frames."""


@dataclass(frozen=True)
class Origin:
    """What rows of predictions are of.

    Attributes:
        source: path or name of a picture or video, as the rows have it.
        file: where the rows stand.
    """

    source: str
    file: Path

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture by its name's ending."""
        return Path(self.source.replace("\\", "/")).suffix.lower() in PICTURES

    @cached_property
    def parts(self) -> Parts:
        """The parts of its path; those of the file go before a bare name."""
        parts = path_parts(self.source)
        return parts if len(parts) > 1 else (*self.file.parent.parts, *parts)

    @property
    def told(self) -> str:
        """How an error names it."""
        return self.source if len(path_parts(self.source)) > 1 else f"{self.source} ({self.file})"


@dataclass(frozen=True, eq=False)
class Pictures:
    """Where N prepared pictures come from.

    Attributes:
        sources: the different pictures and videos, by their paths.
        of_row: (N,) place of each row's source; -1 where a row has none.
        frames: (N,) frame of a video; 0 of a picture.
        videos: the different videos that were prepared as pictures: a path that ends in the folder
            of their pictures, and their name.
        video_of_row: (N,) place of each picture's video; -1 where it is of none.
        numbers: (N,) number of each picture, by its name; 0 where it is of no video.
    """

    sources: Sequence[str]
    of_row: NDArray[np.int64]
    frames: NDArray[np.int64]
    videos: Sequence[tuple[Parts, str]]
    video_of_row: NDArray[np.int64]
    numbers: NDArray[np.int64]

    @classmethod
    def of(cls, manifest: Manifest) -> "Pictures":
        """Read them out of a manifest.

        Raises:
            FaceBehaviorError: no row tells where it comes from.
        """
        names, databases, videos = (
            manifest.column(name).to_pylist() for name in ("source", "database", "video")
        )
        if all(name is None for name in names):
            raise FaceBehaviorError(
                "the prepared pictures do not tell where they come from; prepare them again to "
                "compare with a file"
            )
        frames = manifest.column("frame").to_pylist()
        places: dict[str, int] = {}
        sequences: dict[tuple[str, str], int] = {}
        folders: list[tuple[Parts, str]] = []
        of_row, video_of_row = (np.full(len(names), -1, dtype=np.int64) for _ in range(2))
        frame_of_row, numbers = (np.zeros(len(names), dtype=np.int64) for _ in range(2))
        for row, (name, frame) in enumerate(zip(names, frames, strict=True)):
            if name is None:
                continue
            of_row[row] = places.setdefault(name, len(places))
            if is_video_name(name):
                frame_of_row[row] = frame or 0
            elif videos[row] is not None and (number := picture_number(name)) is not None:
                # Not its frame: BP4D+ codes frame 1 on picture 0.
                key = databases[row], videos[row]
                if key not in sequences:
                    sequences[key] = len(folders)
                    folders.append((path_parts(name)[:-1], videos[row]))
                video_of_row[row], numbers[row] = sequences[key], number
        return cls(list(places), of_row, frame_of_row, folders, video_of_row, numbers)

    def example(self, row: int) -> str:
        """Name a row."""
        if self.of_row[row] < 0:
            return "a picture whose origin is not known"
        return f"{self.sources[self.of_row[row]]}, frame {self.frames[row]}"


@dataclass(frozen=True, eq=False)
class Belongings:
    """What the origins of predictions belong to.

    Attributes:
        pictures: the prepared pictures.
        sources: (G,) place of each origin's source; NONE, or SEVERAL where more than one fits.
        videos: (G,) place of each origin's video that was prepared as pictures, likewise.
        first_frame: number of the picture that is such a video's first frame.
    """

    pictures: Pictures
    sources: NDArray[np.int64]
    videos: NDArray[np.int64]
    first_frame: int

    @property
    def ambiguous(self) -> list[int]:
        """Places of the origins that more than one picture or video fits."""
        several = (self.sources == SEVERAL) | (self.videos == SEVERAL)
        return np.flatnonzero(several & (self.sources < 0) & (self.videos < 0)).tolist()

    @property
    def strangers(self) -> list[int]:
        """Places of the origins that belong to nothing."""
        return [int(one) for one in np.flatnonzero((self.sources < 0) & (self.videos < 0))]

    def too_short(self, of_row: NDArray[np.int64], frames: NDArray[np.int64]) -> list[int]:
        """Give the places of the origins that end before the pictures of their video do.

        Args:
            of_row: (P,) origin of each prediction.
            frames: (P,) its frame, from 0.
        """
        last = np.full(len(self.videos), -1, dtype=np.int64)
        np.maximum.at(last, of_row, frames + self.first_frame)
        ends = np.zeros(len(self.pictures.videos), dtype=np.int64)
        of_video = self.pictures.video_of_row >= 0
        numbers = self.pictures.numbers[of_video]
        np.maximum.at(ends, self.pictures.video_of_row[of_video], numbers)
        known = np.flatnonzero(self.videos >= 0)
        return [int(one) for one in known[last[known] < ends[self.videos[known]]]]

    def places(
        self,
        of_row: NDArray[np.int64],
        frames: NDArray[np.int64],
        sizes: NDArray[np.float64],
        rows: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Find the prediction for each of some prepared pictures.

        Args:
            of_row: (P,) origin of each prediction.
            frames: (P,) its frame, from 0.
            sizes: (P,) of its face's box; of one frame's, the greatest counts.
            rows: (M,) of the prepared pictures.

        Returns:
            (M,) places of predictions; -1 where there is none.
        """
        known = self.pictures
        found = _looked_up(
            self.sources[of_row], frames, sizes, known.of_row[rows], known.frames[rows]
        )
        in_video = _looked_up(
            self.videos[of_row],
            frames,
            sizes,
            known.video_of_row[rows],
            known.numbers[rows] - self.first_frame,
        )
        return np.where(found >= 0, found, in_video)


def rows_by_origin(
    name: str, origins: Sequence[Origin], pictures: Pictures, first_frame: int | None
) -> Belongings:
    """Find what each origin belongs to: a source by its path, else the video of pictures.

    Args:
        name: of the predictions, for errors.
        origins: G of them.
        pictures: the prepared ones.
        first_frame: number of the picture that is a video's first frame; None if not known.

    Raises:
        FaceBehaviorError: two origins belong to one source or video, or the number is not known
            and needed.
    """
    given = [origin.parts for origin in origins]
    sources = _matched(name, origins, given, [path_parts(one) for one in pictures.sources])
    rest = np.flatnonzero(sources < 0)
    videos = np.full(len(origins), NONE, dtype=np.int64)
    for ends in ([folder for folder, _ in pictures.videos], [(n,) for _, n in pictures.videos]):
        some = [int(place) for place in rest if videos[place] < 0]
        videos[some] = _matched(
            name, [origins[place] for place in some], [given[place] for place in some], ends
        )
    if (videos >= 0).any() and first_frame is None:
        origin = int(np.flatnonzero(videos >= 0)[0])
        numbers = pictures.numbers[pictures.video_of_row == videos[origin]]
        raise FaceBehaviorError(
            f"{name}: {origins[origin].told} counts the frames of a video that was prepared as "
            f"pictures, here {numbers.min()} to {numbers.max()}; tell with --first-frame which "
            "number the picture of a video's first frame has (1 in Aff-Wild2)"
        )
    return Belongings(pictures, sources, videos, first_frame or 0)


def _matched(
    name: str, origins: Sequence[Origin], given: Sequence[Parts], ends: Sequence[Parts]
) -> NDArray[np.int64]:
    matches: Matches = without_weaker(longest_ends(given, ends))
    twice = claimed_twice(matches)
    if twice is not None:
        first, second = (origins[place].told for place in twice)
        raise FaceBehaviorError(
            f"{name}: {first} and {second} both fit {'/'.join(ends[matches.places[twice[0]]])}; "
            "give each picture or video once, and names whose folders tell them apart"
        )
    return matches.places


def _looked_up(
    targets: NDArray[np.int64],
    frames: NDArray[np.int64],
    sizes: NDArray[np.float64],
    wanted: NDArray[np.int64],
    wanted_frames: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Give the place of the largest prediction of each wanted target and frame; -1 without one."""
    keys = np.where(targets >= 0, targets * _MANY + frames, -1)
    order = np.lexsort((sizes, keys))
    wanted_keys = np.where((wanted >= 0) & (wanted_frames >= 0), wanted * _MANY + wanted_frames, -2)
    # The last of equal keys is the largest.
    last = np.searchsorted(keys[order], wanted_keys, side="right") - 1
    places = order[np.maximum(last, 0)] if len(order) else np.zeros(len(wanted), dtype=np.int64)
    fits = (last >= 0) & (wanted_keys >= 0)
    fits[fits] = keys[places[fits]] == wanted_keys[fits]
    return np.where(fits, places, -1)
