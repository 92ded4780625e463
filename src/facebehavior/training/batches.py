"""Batches that join one part from each label set, as a pure function of seed and step."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from facebehavior.databases.shards import Shards
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import LabelArrays, joined_labels
from facebehavior.losses import Targets


@dataclass(frozen=True)
class Pictures:
    """Rows of shards that one label set trains or validates on.

    Attributes:
        shards: where the crops are.
        rows: (N,) the rows taken.
        labels: the labels of these N rows.
        people: (N,) names of the people, None where one is not known; None where nobody is
            to be told apart.
        label_set: name of the label set that they are from.
    """

    shards: Shards
    rows: NDArray[np.int64]
    labels: LabelArrays
    people: NDArray[np.object_] | None = None
    label_set: str = ""

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Batch:
    """Pictures and labels of one step.

    Attributes:
        faces: (B, C, S, S) uint8.
        targets: their labels.
    """

    faces: torch.Tensor
    targets: Targets


def plan_parts(sizes: Sequence[int], batch_size: int) -> tuple[int, ...]:
    """Share a batch out between label sets in proportion to their sizes.

    So that all sets finish an epoch together: every set gets at least one picture, the parts sum
    up to the batch, and what rounding leaves goes to the sets that lost most by it.

    Args:
        sizes: pictures in each label set.
        batch_size: pictures a step.

    Raises:
        FaceBehaviorError: a label set is empty, or the batch has no place for every set.
    """
    if min(sizes) < 1:
        raise FaceBehaviorError("a label set is empty: it needs at least one labelled picture")
    if batch_size < len(sizes):
        raise FaceBehaviorError(
            f"batch_size should be at least {len(sizes)}, one picture a label set, "
            f"found {batch_size}"
        )
    exact = np.array(sizes) / sum(sizes) * batch_size
    parts = np.maximum(1, np.floor(exact)).astype(int)
    while parts.sum() < batch_size:
        parts[np.argmax(exact - parts)] += 1
    while parts.sum() > batch_size:
        parts[np.argmax(np.where(parts > 1, parts - exact, -np.inf))] -= 1
    return tuple(int(part) for part in parts)


class Batches:
    """The batches of a run; batch number s is the same whenever it is asked for.

    Args:
        label_sets: for each set, its pictures, one entry a source.
        batch_size: pictures a step over all processes.
        seed: decides the order.
        rank, processes: which share of every part this process takes.
        passes: how often an epoch sees each label set; once where it is left out.

    Raises:
        FaceBehaviorError: see `plan_parts`; or a set is smaller than its part of a batch.
    """

    def __init__(
        self,
        label_sets: Sequence[Sequence[Pictures]],
        batch_size: int,
        seed: int,
        rank: int = 0,
        processes: int = 1,
        passes: Sequence[int] | None = None,
    ) -> None:
        self._label_sets = label_sets
        self._seed = seed
        self._rank, self._processes = rank, processes
        self._passes = tuple(passes or (1 for _ in label_sets))
        self.sizes = tuple(
            times * sum(map(len, pictures))
            for times, pictures in zip(self._passes, label_sets, strict=True)
        )
        self.parts = plan_parts(self.sizes, batch_size)
        self.steps_per_epoch = min(
            size // part for size, part in zip(self.sizes, self.parts, strict=True)
        )
        if self.steps_per_epoch < 1:
            raise FaceBehaviorError(
                f"batch_size {batch_size} is more than the {sum(self.sizes)} training pictures; "
                f"give optimisation.batch_size={sum(self.sizes)} or less"
            )
        # Checked for all processes on each of them: one that stopped alone would leave the others
        # waiting for it.
        if not all(self._share(process) for process in range(processes)):
            raise FaceBehaviorError(
                f"batch_size {batch_size} leaves one of {processes} processes without a picture; "
                f"give at least {processes * len(self.parts)}"
            )
        self._order = lru_cache(maxsize=2 * len(label_sets))(self._shuffled)

    def fingerprint(self) -> str:
        """Give the SHA-256 (hexadecimal) of parts, rows and labels: what decides the batches."""
        digest = hashlib.sha256(repr((self.sizes, self.parts)).encode())
        for pictures in (one for label_set in self._label_sets for one in label_set):
            digest.update(pictures.rows.tobytes())
            for _, values in pictures.labels.arrays():
                digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()

    def batch(self, step: int) -> Batch:
        """Read and join the parts of one step."""
        epoch, position = divmod(step, self.steps_per_epoch)
        faces, labels = [], []
        for number, part in enumerate(self.parts):
            order = self._order(number, epoch)
            chosen = order[position * part : (position + 1) * part]
            own = chosen[self._first(number, self._rank) :: self._processes]
            for pictures, rows in self._by_source(number, own):
                faces.append(pictures.shards.crops(pictures.rows[rows]))
                labels.append(pictures.labels[rows])
        stacked = np.ascontiguousarray(np.concatenate(faces).transpose(0, 3, 1, 2))
        return Batch(torch.from_numpy(stacked), Targets.from_arrays(joined_labels(labels)))

    def _first(self, label_set: int, process: int) -> int:
        """Give the first picture of a part that a process takes.

        Each set is dealt out from another process on, so that what does not divide evenly does
        not always go to the same.
        """
        return (process + label_set) % self._processes

    def _share(self, process: int) -> int:
        """Count the pictures of a step that fall to a process."""
        return sum(
            len(range(self._first(label_set, process), part, self._processes))
            for label_set, part in enumerate(self.parts)
        )

    def _shuffled(self, label_set: int, epoch: int) -> NDArray[np.int64]:
        generator = np.random.default_rng([self._seed, label_set, epoch])
        passes = self._passes[label_set]
        count = self.sizes[label_set] // passes
        return np.concatenate([generator.permutation(count) for _ in range(passes)])

    def _by_source(
        self, label_set: int, chosen: NDArray[np.int64]
    ) -> list[tuple[Pictures, NDArray[np.int64]]]:
        sources = self._label_sets[label_set]
        starts = np.cumsum([0, *map(len, sources)])
        owner = np.searchsorted(starts, chosen, side="right") - 1
        return [
            (pictures, chosen[owner == number] - starts[number])
            for number, pictures in enumerate(sources)
            if (owner == number).any()
        ]
