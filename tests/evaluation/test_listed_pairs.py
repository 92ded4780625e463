"""LFW's protocol View 2 against its definition in NumPy, and by the command."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import roc_auc_score
from tests.conftest import Answer
from tests.databases.trees import TREES

from facebehavior.databases import Pair
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import Resampling, find_protocol
from facebehavior.evaluation.listed_pairs import judge_pairs, listed_pairs
from facebehavior.labels import Manifest

RESAMPLING = Resampling(replicates=50)


def people(number: int = 20, pictures: int = 6) -> tuple[Manifest, NDArray[np.float32]]:
    """Rows of people and embeddings that resemble within a person."""
    generator = np.random.default_rng(1)
    centres = generator.normal(size=(number, 8))
    names = [(person, place) for person in range(number) for place in range(pictures)]
    vectors = np.array([centres[person] + generator.normal(0, 0.9, 8) for person, _ in names])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [
        {"image": "x", "database": "lfw", "source": f"p{a}_{b}.jpg", "identity": f"p{a}"}
        for a, b in names
    ]
    return Manifest.from_rows(rows), vectors.astype(np.float32)


def drawn(folds: int = 5, each: int = 12) -> list[Pair]:
    """Pairs of both kinds; fold k compares people 4k to 4k + 3 alone."""
    generator = np.random.default_rng(2)
    pairs = []
    for fold in range(folds):
        for place in range(2 * each):
            same = place < each
            a, b = generator.permutation(4)[:2] + 4 * fold
            first, second = generator.permutation(6)[:2]
            pairs.append(Pair(f"p{a}_{first}.jpg", f"p{a if same else b}_{second}.jpg", same, fold))
    return pairs


def test_accuracy_standard_error_and_rates_are_those_of_the_definition() -> None:
    manifest, vectors = people()
    pairs = drawn()
    found = judge_pairs(vectors, listed_pairs(manifest, pairs), RESAMPLING)
    place = {name: n for n, name in enumerate(manifest.column("source").to_pylist())}
    cosine = np.array([
        vectors[place[p.first]].astype(np.float64) @ vectors[place[p.second]] for p in pairs
    ])  # fmt: skip
    same = np.array([p.same for p in pairs])
    folds = np.array([p.fold for p in pairs])
    right = []
    for fold in range(5):
        others = folds != fold
        candidates = np.sort(np.concatenate([[-2.0], cosine[others]]))
        midpoints = np.concatenate([(candidates[1:] + candidates[:-1]) / 2, [2.0]])
        scores = [np.mean((cosine[others] > t) == same[others]) for t in midpoints]
        threshold = midpoints[int(np.argmax(scores))]
        right.append(np.mean((cosine[~others] > threshold) == same[~others]))
    accuracy = found.figures["accuracy"]
    assert accuracy.value == pytest.approx(np.mean(right), abs=1e-12)
    error = np.std(right, ddof=1) / np.sqrt(5)
    assert found.figures["standard_error"].value == pytest.approx(error, abs=1e-12)
    low, high = stats.t.interval(0.95, 4, loc=np.mean(right), scale=error)
    assert (accuracy.low, accuracy.high) == pytest.approx((low, high), abs=1e-12)
    assert [one.accuracy for one in found.folds] == pytest.approx(right, abs=1e-12)
    assert [(one.pairs, one.same) for one in found.folds] == [(24, 12)] * 5
    auc = found.figures["roc_auc"]
    assert auc.value == pytest.approx(roc_auc_score(same, cosine), abs=1e-12)
    assert auc.low < auc.value < auc.high
    strict, loose = (
        found.figures[name].value for name in ("true_match_rate_at_0.1_percent", "true_match_rate")
    )
    assert strict <= loose
    # 0.1 % of 60 pairs is none.
    assert strict == pytest.approx(np.mean(cosine[same] > cosine[~same].max()), abs=1e-12)


def test_pairs_without_both_pictures_are_left_out_and_counted() -> None:
    manifest, vectors = people()
    pairs = [*drawn(), Pair("p0_0.jpg", "gone.jpg", True, 0)]
    listed = listed_pairs(manifest, pairs)
    assert (len(listed.same), listed.left_out) == (120, 1)
    inside = np.flatnonzero(listed.rows())
    kept = inside[inside != listed.first[0]]  # one picture less
    chosen = listed.among(kept)
    lost = int(((listed.first == listed.first[0]) | (listed.second == listed.first[0])).sum())
    assert chosen.left_out == 1 + lost
    whole = judge_pairs(vectors, listed, RESAMPLING)
    part = judge_pairs(vectors[inside], listed.among(inside), RESAMPLING)
    assert part.figures == whole.figures
    assert (whole.images, part.images) == (120, len(inside))
    truth = listed.narrowed(find_protocol("lfw-view2").truth(manifest))
    assert truth.identity is not None
    np.testing.assert_array_equal(truth.identity.annotated, listed.rows())
    np.testing.assert_array_equal(truth.dropped["in no listed pair"], ~listed.rows())


def test_the_interval_of_two_unlike_folds_stays_between_0_and_1() -> None:
    manifest, vectors = people()
    found = judge_pairs(vectors, listed_pairs(manifest, drawn(2)), RESAMPLING)
    accuracy = found.figures["accuracy"]
    half = stats.t.ppf(0.975, 1) * found.figures["standard_error"].value
    assert accuracy.value + half > 1.0 or accuracy.value - half < 0.0
    assert 0.0 <= accuracy.low <= accuracy.value <= accuracy.high <= 1.0


@pytest.mark.parametrize("kept", [lambda p: p.fold == 0, lambda p: p.same, lambda p: not p.same])
def test_too_few_pairs_are_refused(kept: Callable[[Pair], bool]) -> None:
    manifest, vectors = people()
    pairs = listed_pairs(manifest, [pair for pair in drawn() if kept(pair)])
    with pytest.raises(FaceBehaviorError, match="both kinds in two folds or more"):
        judge_pairs(vectors, pairs, RESAMPLING)


def test_no_pairs_or_foreign_ones_are_refused() -> None:
    manifest, _ = people()
    with pytest.raises(FaceBehaviorError, match=r"put pairs\.txt beside the pictures"):
        listed_pairs(manifest, [])
    with pytest.raises(FaceBehaviorError, match="of 1 listed pairs not one"):
        listed_pairs(manifest, [Pair("a", "b", True, 0)])


def test_lfw_is_prepared_and_judged_by_view_2(
    facebehavior: Callable[..., Answer], tiny_further_model: Path, tmp_path: Path
) -> None:
    root, shards, out = tmp_path / "lfw", tmp_path / "shards", tmp_path / "report"
    TREES["lfw"](root)
    with (root / "pairs.txt").open("a") as file:
        file.write("Zoe_Sample\t1\t99\n")
    checked = facebehavior("databases", "check", "lfw", root)
    assert "pairs: 5 for verification, 3 of one person" in checked.output
    assert "pictures of its pairs are not there" in checked.errors
    words = ("prepare", "lfw", root, "-o", shards, "--size", 16, "--colour", "grey")
    prepared = facebehavior(*words)
    assert "pictures of its pairs are not there" in prepared.errors
    asked = ("evaluate", tiny_further_model, shards, "--protocol", "lfw-view2")
    assert facebehavior(*asked, "-o", out).code == 0
    found = json.loads((out / "report.json").read_text())
    result = found["verification"]
    assert (result["pairs"], result["left_out"], len(result["folds"])) == (4, 1, 2)
    assert found["identity"] is None
    assert found["dropped"] == {"in no listed pair": 3}
    assert found["main_figures"]["verification: accuracy"] == result["figures"]["accuracy"]
    text = (out / "report.md").read_text()
    assert "want of a picture: 1 listed pairs" in text
    assert "standard error of the accuracy" in text
    (shards / "pairs.csv").unlink()
    refused = facebehavior(*asked)
    assert (refused.code, "pairs.txt" in refused.errors) == (2, True)
