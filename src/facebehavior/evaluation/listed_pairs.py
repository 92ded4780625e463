"""Verification by the pairs that a release lists, as LFW's protocol View 2 does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as students_t

from facebehavior.databases import Pair
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.identity import PAIR_FIGURES, pair_figures
from facebehavior.evaluation.metrics import true_match_rate, verification_accuracy
from facebehavior.evaluation.resampling import Resampling
from facebehavior.evaluation.results import FoldResult, VerificationResult
from facebehavior.evaluation.truth import Labels, Truth
from facebehavior.intervals import Interval
from facebehavior.labels import Manifest


@dataclass(frozen=True, eq=False)
class ListedPairs:
    """P listed pairs both of whose pictures are among N rows.

    Attributes:
        first: (P,) places of one picture of each.
        second: (P,) of the other.
        same: (P,) whether they show one person.
        folds: (P,) number of each pair's fold.
        people: (N,) number of each row's person.
        left_out: listed pairs of which a picture is not among the rows.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    same: NDArray[np.bool_]
    folds: NDArray[np.int64]
    people: NDArray[np.int64]
    left_out: int

    def rows(self) -> NDArray[np.bool_]:
        """Mark the rows that are in a pair, (N,)."""
        inside = np.zeros(len(self.people), dtype=np.bool_)
        inside[self.first] = inside[self.second] = True
        return inside

    def narrowed(self, truth: Truth) -> Truth:
        """Leave all rows out of the identities that are in no pair."""
        inside = self.rows()
        return replace(
            truth,
            identity=Labels(self.people, inside),
            dropped={**truth.dropped, "in no listed pair": ~inside},
        )

    def among(self, rows: NDArray[np.int64]) -> "ListedPairs":
        """Keep the pairs both of whose pictures are among M of the rows, and count from these."""
        places = np.full(len(self.people), -1, dtype=np.int64)
        places[rows] = np.arange(len(rows))
        first, second = places[self.first], places[self.second]
        both = (first >= 0) & (second >= 0)
        return ListedPairs(
            first[both],
            second[both],
            self.same[both],
            self.folds[both],
            self.people[rows],
            self.left_out + int((~both).sum()),
        )

    def table(self) -> NDArray[np.int64]:
        """Give first, second, same and fold as (P, 4)."""
        columns = (self.first, self.second, self.same.astype(np.int64), self.folds)
        return np.stack(columns, axis=1)


def listed_pairs(manifest: Manifest, pairs: Sequence[Pair]) -> ListedPairs:
    """Find the pictures of listed pairs among a manifest's rows, by where they come from.

    Raises:
        FaceBehaviorError: no pairs are listed, or not one has both its pictures here.
    """
    if not pairs:
        raise FaceBehaviorError(
            "the protocol compares the pairs that the release lists, found none beside the "
            "shards; put pairs.txt beside the pictures and prepare the database again"
        )
    sources = manifest.column("source").to_pylist()
    places = {name: place for place, name in enumerate(sources) if name is not None}
    known = [one for one in pairs if one.first in places and one.second in places]
    if not known:
        raise FaceBehaviorError(
            f"of {len(pairs)} listed pairs not one has both its pictures among the shards; "
            "prepare the database again"
        )
    names = manifest.column("identity").to_pylist()
    people = np.unique([str(name) for name in names], return_inverse=True)[1]
    return ListedPairs(
        np.array([places[one.first] for one in known], dtype=np.int64),
        np.array([places[one.second] for one in known], dtype=np.int64),
        np.array([one.same for one in known], dtype=np.bool_),
        np.array([one.fold for one in known], dtype=np.int64),
        people.astype(np.int64),
        len(pairs) - len(known),
    )


def judge_pairs(
    embedding: NDArray[np.float32], pairs: ListedPairs, resampling: Resampling
) -> VerificationResult:
    """Judge how well the similarity of embeddings tells listed pairs of one person from others.

    The accuracy of a fold is that by the threshold that is best on all other folds; folds share
    no person, so that the mean has Student's interval over the folds, cut off at 0 and 1. The other
    figures are of all pairs at once, their intervals over the persons of the pairs' first pictures.

    Args:
        embedding: (N, D) of length 1.
        pairs: of these N faces.
        resampling: how the bootstrap draws.

    Raises:
        FaceBehaviorError: the pairs that are left are of fewer than two folds or of one kind.
    """
    numbers = np.unique(pairs.folds)
    if len(numbers) < 2 or pairs.same.all() or not pairs.same.any():
        raise FaceBehaviorError(
            f"expected listed pairs of both kinds in two folds or more, found {len(pairs.same)} "
            f"pairs of {len(numbers)} folds, {int(pairs.same.sum())} of them of one person"
        )
    vectors = embedding.astype(np.float64)
    similarities = (vectors[pairs.first] * vectors[pairs.second]).sum(axis=1)
    found = verification_accuracy(similarities, pairs.same, pairs.folds)
    half = students_t.ppf((1 + resampling.level) / 2, len(numbers) - 1) * found.standard_error
    others = resampling.intervals(_figures, [similarities, pairs.same], pairs.people[pairs.first])
    return VerificationResult(
        images=len(embedding),
        pairs=len(pairs.same),
        left_out=pairs.left_out,
        figures={
            "accuracy": Interval(
                found.mean, max(0.0, found.mean - half), min(1.0, found.mean + half)
            ),
            "standard_error": Interval(found.standard_error),
            **dict(zip(_NAMES, others, strict=True)),
        },
        folds=tuple(
            FoldResult(
                fold=int(number),
                pairs=int((pairs.folds == number).sum()),
                same=int((pairs.folds == number)[pairs.same].sum()),
                accuracy=float(accuracy),
                threshold=float(threshold),
            )
            for number, accuracy, threshold in zip(
                numbers, found.folds, found.thresholds, strict=True
            )
        ),
    )


_NAMES = (*PAIR_FIGURES, "true_match_rate_at_0.1_percent")


def _figures(similarities: NDArray[np.float64], same: NDArray[np.bool_]) -> list[float]:
    return [*pair_figures(similarities, same), true_match_rate(similarities, same, 0.001)]
