"""Following faces through a video: which face of this frame is which of the last.

Faces are matched by how well their boxes overlap where each was about to be, with the assignment
that is best for all of them together. A face that has been gone is taken up again by its motion for
a short while, and by its embedding for longer, where there are embeddings. After a cut in the film
nothing is where it was: there only the embedding counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facebehavior.faces.boxes import overlaps

LEAST_OVERLAP = 0.15
"""Intersection over union below which two boxes are not the same face."""
COAST_S = 0.7
"""How long (s) a face that is not found is still expected where its motion leads."""
REMEMBERED_S = 60.0
"""How long (s) a face that is gone can be recognised by its embedding."""
SAME_FACE = 0.5
"""Cosine of embeddings from which a face that was gone is the same, unless another is given."""
CUT = 0.22
"""Mean change of the picture, of its whole range, from which a frame belongs to another scene."""
_LOOK = (32, 18)
_LEAST = (128, 72)
"""Pixels along each side that are looked at for it at least; of larger pictures, every so many."""
_KEEP = 0.9
_VELOCITY = 0.5


@dataclass
class Track:
    """One face over time.

    Attributes:
        number: from 0, in the order in which faces appear.
        box: (4,) x, y, width, height in pixels where it was last.
        seen_s: when that was.
        velocity: (4,) pixels a second.
        embedding: (D,) mean direction; None without embeddings.
        elsewhere: since the last cut, it has not been seen.
    """

    number: int
    box: NDArray[np.float64]
    seen_s: float
    velocity: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    embedding: NDArray[np.float64] | None = None
    elsewhere: bool = False

    def expected(self, time_s: float) -> NDArray[np.float64]:
        """Give the box (4,) where the face should be at a time."""
        box = self.box + self.velocity * (time_s - self.seen_s)
        box[2:] = np.maximum(box[2:], 1.0)
        return np.asarray(box)


class Tracker:
    """Numbers the faces of one video, frame after frame.

    Args:
        same_face: cosine from which two embeddings are of one person.
    """

    def __init__(self, same_face: float = SAME_FACE) -> None:
        self._same_face = same_face
        self._tracks: list[Track] = []
        self._next = 0
        self._look: NDArray[np.float64] | None = None

    def state(self) -> dict[str, Any]:
        """Tell everything that is known so far, in numbers that JSON can hold."""
        return {
            "tracks": [_as_lists(vars(track)) for track in self._tracks],
            "next": self._next,
            "look": None if self._look is None else self._look.tolist(),
        }

    @classmethod
    def of_state(cls, state: Mapping[str, Any], same_face: float = SAME_FACE) -> "Tracker":
        """Make a tracker that goes on where another has told its `state`."""
        tracker = cls(same_face)
        tracker._next = state["next"]
        tracker._tracks = [Track(**_as_arrays(fields)) for fields in state["tracks"]]
        tracker._look = None if state["look"] is None else np.array(state["look"])
        return tracker

    def follow(
        self,
        boxes: NDArray[np.floating],
        time_s: float,
        image: NDArray[np.uint8] | None = None,
        embeddings: NDArray[np.floating] | None = None,
    ) -> list[int]:
        """Give the number of each face of the next frame.

        Args:
            boxes: (N, 4) x, y, width, height in pixels.
            time_s: when the frame is shown.
            image: (H, W, 3) the frame, to notice cuts; None takes every frame for the same scene.
            embeddings: (N, D) of length 1; None where there are none.
        """
        if image is not None and self._is_cut(image):
            for track in self._tracks:
                track.elsewhere = True
        self._tracks = [t for t in self._tracks if time_s - t.seen_s <= REMEMBERED_S]
        numbers: list[int | None] = [None] * len(boxes)
        near = [t for t in self._tracks if not t.elsewhere and time_s - t.seen_s <= COAST_S]
        self._by_motion(numbers, near, boxes, time_s)
        if embeddings is not None:
            self._by_likeness(numbers, embeddings)
        found = []
        for place, number in enumerate(numbers):
            track = self._track(number, boxes[place], time_s)
            self._update(track, boxes[place], time_s)
            if embeddings is not None:
                _learn(track, embeddings[place])
            found.append(track.number)
        return found

    def _is_cut(self, image: NDArray[np.uint8]) -> bool:
        step = max(1, min(image.shape[1] // _LEAST[0], image.shape[0] // _LEAST[1]))
        thinned = Image.fromarray(np.ascontiguousarray(image[::step, ::step]))
        small = thinned.convert("L").resize(_LOOK, Image.Resampling.BOX)
        look = np.asarray(small, dtype=np.float64) / 255.0
        last, self._look = self._look, look
        return last is not None and float(np.abs(look - last).mean()) > CUT

    def _by_motion(
        self,
        numbers: list[int | None],
        tracks: Sequence[Track],
        boxes: NDArray[np.floating],
        time_s: float,
    ) -> None:
        if not tracks or not len(boxes):
            return
        expected = np.stack([track.expected(time_s) for track in tracks])
        shares = overlaps(np.asarray(boxes, dtype=np.float64), expected)
        for face, place in _assigned(shares, LEAST_OVERLAP):
            numbers[face] = tracks[place].number

    def _by_likeness(self, numbers: list[int | None], embeddings: NDArray[np.floating]) -> None:
        """Take up faces that were gone; one track is never two faces of one frame."""
        taken = {number for number in numbers if number is not None}
        gone = [t for t in self._tracks if t.number not in taken and t.embedding is not None]
        unknown = [place for place, number in enumerate(numbers) if number is None]
        if not gone or not unknown:
            return
        known = np.stack([t.embedding / np.linalg.norm(t.embedding) for t in gone])  # type: ignore[operator, arg-type]
        likeness = np.asarray(embeddings)[unknown] @ known.T
        for face, place in _assigned(likeness, self._same_face):
            numbers[unknown[face]] = gone[place].number

    def _track(self, number: int | None, box: NDArray[np.floating], time_s: float) -> Track:
        if number is None:
            track = Track(self._next, np.asarray(box, dtype=np.float64), time_s)
            self._next += 1
            self._tracks.append(track)
            return track
        return next(track for track in self._tracks if track.number == number)

    def _update(self, track: Track, box: NDArray[np.floating], time_s: float) -> None:
        new = np.asarray(box, dtype=np.float64)
        passed = time_s - track.seen_s
        if passed > COAST_S:
            track.velocity = np.zeros(4)
        elif passed > 0:
            velocity = (new - track.box) / passed
            track.velocity = _VELOCITY * track.velocity + (1 - _VELOCITY) * velocity
        track.box, track.seen_s, track.elsewhere = new, time_s, False


def _assigned(likeness: NDArray[np.floating], least: float) -> list[tuple[int, int]]:
    """Pair rows with columns so that the sum is greatest; pairs below `least` are none."""
    from scipy.optimize import linear_sum_assignment

    # Pairs that cannot be must not take a place from pairs that can.
    possible = np.where(likeness >= least, likeness, -1e6)
    rows, columns = linear_sum_assignment(possible, maximize=True)
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if likeness[row, column] >= least
    ]


def _as_lists(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in fields.items()}


def _as_arrays(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {k: np.array(v) if isinstance(v, list) else v for k, v in fields.items()}


def _learn(track: Track, embedding: NDArray[np.floating]) -> None:
    new = np.asarray(embedding, dtype=np.float64)
    if track.embedding is None:
        track.embedding = new.copy()
    else:
        track.embedding = _KEEP * track.embedding + (1 - _KEEP) * new
