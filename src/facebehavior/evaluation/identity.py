"""How well an embedding tells people apart: pairs of one person and of two, and who is who."""

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.metrics import (
    equal_error_rate,
    identification_rate,
    roc_auc,
    true_match_rate,
)
from facebehavior.evaluation.resampling import Resampling
from facebehavior.evaluation.results import IdentityResult
from facebehavior.evaluation.truth import Labels
from facebehavior.intervals import wilson

MOST_PAIRS = 3000
"""Pairs of faces that are compared, half of them of one person."""
FALSE_MATCHES = 0.01
"""Share of the pairs of two people that may match in `true_match_rate`."""
PAIR_FIGURES = ("roc_auc", "equal_error_rate", "true_match_rate")


def judge_identity(
    embedding: NDArray[np.float32], labels: Labels, resampling: Resampling
) -> IdentityResult | None:
    """Judge how well an embedding tells people apart.

    Args:
        embedding: (N, D) of length 1.
        labels: numbers of the people, (N,).
        resampling: how the bootstrap draws; its seed draws the pairs too.

    Returns:
        The result; None without two people of whom one has two images.
    """
    rows = np.flatnonzero(labels.annotated)
    people, vectors = labels.values[rows], embedding[rows].astype(np.float64)
    first, second = drawn_pairs(people, MOST_PAIRS, resampling.seed)
    if not len(first):
        return None
    similarities = (vectors[first] * vectors[second]).sum(axis=1)
    same = people[first] == people[second]
    intervals = resampling.intervals(pair_figures, [similarities, same], people[first])
    _, gallery = np.unique(people, return_index=True)
    probes = np.setdiff1d(np.arange(len(people)), gallery)
    likeness = vectors[probes] @ vectors[gallery].T
    found = identification_rate(likeness, people[gallery], people[probes])
    rank_1 = wilson(round(found * len(probes)), len(probes), resampling.level)
    return IdentityResult(
        images=len(rows),
        people=len(gallery),
        pairs=len(first),
        figures=dict(zip(PAIR_FIGURES, intervals, strict=True)) | {"rank_1": rank_1},
    )


def drawn_pairs(
    people: NDArray[np.int64], most: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw as many pairs of images of one person as of two, each pair at most once.

    Args:
        people: (N,) numbers.
        most: pairs, all in all.
        seed: of the draw.

    Returns:
        (P,) and (P,) places of the images; empty where there are not both kinds.
    """
    generator = np.random.default_rng([seed, len(people)])
    order = np.argsort(people, kind="stable")
    blocks = np.split(order, np.flatnonzero(np.diff(people[order])) + 1) if len(order) else []
    own = [block[np.stack(np.triu_indices(len(block), 1), axis=1)] for block in blocks]
    same = np.concatenate(own) if own else np.empty((0, 2), dtype=np.int64)
    if not len(same) or len(blocks) < 2:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    number = min(len(same), most // 2)
    same = same[generator.permutation(len(same))[:number]]
    drawn = np.sort(generator.integers(0, len(people), size=(8 * number + 64, 2)), axis=1)
    drawn = drawn[people[drawn[:, 0]] != people[drawn[:, 1]]]
    _, places = np.unique(drawn, axis=0, return_index=True)
    others = drawn[np.sort(places)][:number]
    both = np.concatenate([same, others])
    return both[:, 0], both[:, 1]


def pair_figures(similarities: NDArray[np.float64], same: NDArray[np.bool_]) -> list[float]:
    """Give `PAIR_FIGURES` of pairs of faces.

    Args:
        similarities: (P,) from -1 to 1.
        same: (P,) whether a pair is of one person.
    """
    return [
        roc_auc(same, similarities),
        equal_error_rate(similarities, same),
        true_match_rate(similarities, same, FALSE_MATCHES),
    ]
