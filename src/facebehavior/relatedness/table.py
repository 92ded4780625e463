"""The type of every table of relatedness: p(label of one task | label of another)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError

PROTOTYPICAL_ABOVE = 0.70
"""A label that more than this share shows is prototypical (Du, Tao and Martinez 2014)."""


@dataclass(frozen=True, eq=False)
class Relatedness:
    """How probable each label of a second task is, given a label of a first one.

    Both tasks have finite sets of labels: F labels that exclude each other (expressions,
    identities), and T labels that are present or not (action units, attributes). Arrays are
    float64 or int64, and cannot be written to.

    Attributes:
        from_labels: the F labels of the first task.
        to_labels: the T labels of the second task.
        values: (F, T) from 0 to 1. A row of zeros belongs to a label that nothing is known of,
            such as neutral; so does a column of zeros.
        source: where the table comes from, for people.
        counts: (F, T) images that a value was estimated on; None in a table of experts.
        low: (F, T) lower bound of each share's interval, nan where there is none; or None.
        high: (F, T) upper bound.
        rules: thresholds that an estimate was made with, by name.
    """

    from_labels: tuple[str, ...]
    to_labels: tuple[str, ...]
    values: NDArray[np.float64]
    source: str
    counts: NDArray[np.int64] | None = None
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    rules: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the table and make its arrays read-only.

        Raises:
            FaceBehaviorError: a label is named twice, a shape is wrong, or a value outside [0, 1].
        """
        shape = (len(self.from_labels), len(self.to_labels))
        for labels in (self.from_labels, self.to_labels):
            _check_unique(labels)
        for name in ("values", "counts", "low", "high"):
            array = getattr(self, name)
            if array is not None:
                dtype = np.int64 if name == "counts" else np.float64
                object.__setattr__(self, name, _locked(array, name, shape, dtype))
        _check_values(self)

    def __repr__(self) -> str:
        return f"Relatedness({len(self.from_labels)} x {len(self.to_labels)}, {self.source!r})"

    @property
    def related(self) -> NDArray[np.bool_]:
        """Which pairs are related at all, prototypically or observationally; (F, T)."""
        return np.asarray(self.values > 0.0)

    @property
    def prototypical(self) -> NDArray[np.bool_]:
        """Which pairs are related prototypically; (F, T)."""
        return np.asarray(self.values > PROTOTYPICAL_ABOVE)

    def row(self, label: str) -> dict[str, float]:
        """Give what is related to one label, by name.

        Raises:
            FaceBehaviorError: the table has no such label.
        """
        check_known([label], self.from_labels, "the table")
        values = self.values[self.from_labels.index(label)]
        return {n: float(v) for n, v in zip(self.to_labels, values, strict=True) if v > 0.0}

    def arranged(self, from_labels: Sequence[str], to_labels: Sequence[str]) -> "Relatedness":
        """Give the same table in the order of two tasks; what it lacks is 0.

        Args:
            from_labels: labels of the first task.
            to_labels: labels of the second task.

        Raises:
            FaceBehaviorError: the table has a label that its task does not have.
        """
        check_known(self.from_labels, from_labels, self.source)
        check_known(self.to_labels, to_labels, self.source)
        rows = _places(self.from_labels, from_labels)
        columns = _places(self.to_labels, to_labels)

        def placed(array: NDArray[np.float64] | None, empty: float) -> NDArray[np.float64] | None:
            if array is None:
                return None
            whole = np.full((len(from_labels), len(to_labels)), empty, dtype=array.dtype)
            whole[np.ix_(rows, columns)] = array
            return whole

        return Relatedness(
            tuple(from_labels),
            tuple(to_labels),
            placed(self.values, 0.0),  # type: ignore[arg-type]
            self.source,
            placed(self.counts, 0),  # type: ignore[arg-type]
            placed(self.low, np.nan),
            placed(self.high, np.nan),
            self.rules,
        )


def check_known(names: Sequence[str], known: Sequence[str], where: str) -> None:
    """Check that labels are among those of a task.

    Raises:
        FaceBehaviorError: one is not; the error names the nearest that is.
    """
    known_names = set(known)
    for name in names:
        if name not in known_names:
            nearest = get_close_matches(str(name), known, n=1, cutoff=0.0)
            hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
            raise FaceBehaviorError(f"{where}: there is no label {name!r}{hint}")


def _places(names: Sequence[str], order: Sequence[str]) -> list[int]:
    place = {name: number for number, name in enumerate(order)}
    return [place[name] for name in names]


def _check_unique(labels: Sequence[str]) -> None:
    name, times = max(Counter(labels).items(), key=lambda pair: pair[1], default=("", 0))
    if times > 1:
        raise FaceBehaviorError(f"a table of relatedness names the label {name!r} {times} times")


def _locked(
    array: NDArray[np.generic], name: str, shape: tuple[int, int], dtype: type[np.generic]
) -> NDArray[np.generic]:
    try:
        copy = np.array(array, dtype=dtype)
    except (ValueError, TypeError, OverflowError) as error:
        raise FaceBehaviorError(
            f"the {name} of a table of relatedness should be numbers in {shape[0]} rows of "
            f"{shape[1]}, found something else ({error})"
        ) from error
    if copy.shape != shape:
        raise FaceBehaviorError(
            f"the {name} of a table of relatedness should have the shape {shape}, one row a label "
            f"of the first task and one column a label of the second, found {copy.shape}"
        )
    copy.setflags(write=False)
    return copy


def _check_values(table: Relatedness) -> None:
    wrong = ~((table.values >= 0.0) & (table.values <= 1.0))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise FaceBehaviorError(
            f"the relatedness of {table.from_labels[row]!r} and {table.to_labels[column]!r} should "
            f"lie from 0 to 1, found {table.values[row, column]:g}"
        )
