from pathlib import Path

import numpy as np
import pytest
from studies.negative_transfer.derived import overlapping, scarce
from studies.negative_transfer.figures import class_offsets
from studies.negative_transfer.plan import Job, Places, Plan, configuration_of
from studies.negative_transfer.predictions import Predictions
from studies.resampling import (
    difference,
    drawn_weights,
    holm,
    weighted_concordance,
    weighted_ranking,
    weighted_uar,
)

from facebehavior.databases.shards import Shards, write_shard
from facebehavior.evaluation.metrics import (
    average_precision,
    concordance,
    confusion_matrix,
    roc_auc,
    unweighted_average_recall,
)
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import Manifest

PLACES = Places(Path("shards"), Path("work"), Path("results"))
PLAN = Plan.read()


@pytest.fixture
def weights() -> np.ndarray:
    person = np.random.default_rng(0).integers(0, 20, 200)
    person[:20] = np.arange(20)
    return drawn_weights(person, 5)


def repeated(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.repeat(values, weights.astype(int))


def test_draws_start_with_everybody_once_and_keep_their_number(weights: np.ndarray) -> None:
    assert (weights[0] == 1).all()
    by_person = drawn_weights(np.arange(20), 50)
    assert (by_person.sum(axis=1) == 20).all()
    assert (by_person[1:] != 1).any()


def test_weighted_ranking_is_that_of_repeated_pictures(weights: np.ndarray) -> None:
    generator = np.random.default_rng(1)
    scores, active = generator.normal(size=200), generator.random(200) < 0.3
    found = weighted_ranking(active, scores, weights)
    for row, drawn in enumerate(weights):
        truth, ranked = repeated(active, drawn), repeated(scores, drawn)
        assert found[0, row] == pytest.approx(roc_auc(truth, ranked), abs=1e-9)
    assert found[1, 0] == pytest.approx(average_precision(active, scores), abs=1e-9)


def test_weighted_uar_is_that_of_repeated_pictures(weights: np.ndarray) -> None:
    generator = np.random.default_rng(2)
    truth, answer = generator.integers(0, 7, (2, 200))
    truth[:7] = np.arange(7)
    found = weighted_uar(truth, answer, weights)
    for row, drawn in enumerate(weights):
        confusion = confusion_matrix(repeated(truth, drawn), repeated(answer, drawn), 7)
        assert found[row] == pytest.approx(unweighted_average_recall(confusion), abs=1e-6)


def test_weighted_concordance_is_that_of_repeated_pictures(weights: np.ndarray) -> None:
    generator = np.random.default_rng(3)
    truth = generator.normal(size=200)
    answer = truth + generator.normal(size=200)
    found = weighted_concordance(truth, answer, weights)
    for row, drawn in enumerate(weights):
        expected = concordance(repeated(truth, drawn), repeated(answer, drawn))
        assert found[row] == pytest.approx(expected, abs=1e-9)


def test_difference_takes_common_seeds_alone_and_knows_its_sign() -> None:
    generator = np.random.default_rng(4)
    worse = {seed: generator.normal(0.5, 0.01, 101) for seed in range(5)}
    better = {seed: worse[seed] + 0.1 + 0.001 * seed for seed in range(3)}
    mean, low, high, p = difference(better, worse)
    assert mean == pytest.approx(0.101)
    assert 0.0999 <= low <= mean <= high <= 0.1021
    assert p == pytest.approx(2 / 101)
    assert difference(worse, better)[0] == pytest.approx(-0.101)
    assert difference(worse, worse)[3] == 1.0


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_every_run_of_the_plan_has_a_valid_configuration() -> None:
    for job in PLAN.jobs():
        found = configuration_of(PLAN, job, PLACES)
        sets = [label_set.name for label_set in found.label_sets]
        assert found.optimisation.batch_size == 48 * len(sets)
        assert all(source.hold_out == 0 for one in found.label_sets for source in one.sources)
        assert list(found.network.heads) == sets
    for arm in PLAN.pilot:
        configuration_of(PLAN, Job(arm, "B", 0, True), PLACES)


def test_arms_are_what_they_are_called() -> None:
    def coupling(arm: str) -> object:
        return configuration_of(PLAN, Job(arm, "B", 0), PLACES).coupling

    assert coupling("uncoupled") is None
    assert coupling("both_marginal").control == "marginal"  # type: ignore[attr-defined]
    assert coupling("both_deranged").control == "deranged"  # type: ignore[attr-defined]
    assert coupling("both_empirical").table == "work/empirical.json"  # type: ignore[attr-defined]
    assert coupling("soft").distribution_matching is None  # type: ignore[attr-defined]
    assert coupling("matching").soft_co_annotation is None  # type: ignore[attr-defined]


def test_contrasts_name_arms_that_are_run_in_their_world() -> None:
    run = {(job.arm, job.world) for job in PLAN.jobs()}
    for family in PLAN.families.values():
        for contrast in family.contrasts:
            assert {(contrast.better, family.world), (contrast.worse, family.world)} <= run


def test_worlds_name_the_databases_that_differ() -> None:
    usual, other = PLAN.worlds["B"], PLAN.worlds["C"]
    assert PLACES.database("expression", usual).name == "expression"
    assert PLACES.new_domain("expression", usual).name == "test"
    assert PLACES.database("expression", other).name == "sculpted_expression"
    assert PLACES.new_domain("expression", other).name == "sculpted_test"
    for task in ("action_units", "affect"):
        assert PLACES.database(task, usual) == PLACES.database(task, other)
    assert PLACES.measured("validation", "expression", other).name == "sculpted_expression"
    assert PLACES.measured("new_domain", "expression", other).name == "sculpted_test"


def shards(folder: Path, rows: list[dict[str, object]]) -> Path:
    table = Manifest.from_rows(rows).table
    batches = iter(table.combine_chunks().to_batches())
    write_shard(folder / "shard-00000.arrow", batches, table.schema, CropParameters(8, "grey"))
    return folder


def test_scarce_keeps_some_of_the_training_part_and_all_others(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"image": b"", "database": "d", "split": "train" if n < 20 else "test", "frame": n}
        for n in range(30)
    ]
    scarce(shards(tmp_path / "all", rows), tmp_path / "few", 5)
    kept = Shards(tmp_path / "few").manifest
    assert kept.column("split").to_pylist() == ["train"] * 5 + ["test"] * 10
    assert kept.column("frame").to_pylist()[5:] == list(range(20, 30))
    scarce(tmp_path / "all", tmp_path / "others", 5, seed=1)
    assert kept.column("frame") != Shards(tmp_path / "others").manifest.column("frame")


def test_overlap_reveals_every_task_for_whole_people_of_the_training_part(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "image": b"",
            "database": "d",
            "split": "train" if n < 40 else "test",
            "subject": str(n // 4),
            "expression": "fear",
        }
        for n in range(60)
    ]
    every = [row | {"image": "x", "au12": True, "valence": 0.5} for row in rows]
    Manifest.from_rows(every).write(tmp_path / "truth.parquet")
    source = shards(tmp_path / "shards", rows)
    overlapping(source, tmp_path / "truth.parquet", tmp_path / "half", 0.5)
    found = Shards(tmp_path / "half").manifest
    revealed = {
        row["subject"] for row in found.table.drop_columns(["image"]).to_pylist() if row["au12"]
    }
    assert len(revealed) == 5
    assert revealed <= {str(n) for n in range(10)}
    assert found.column("au12").null_count == 60 - 5 * 4
    assert found.column("valence").null_count == 60 - 5 * 4
    assert found.column("expression").null_count == 0


def test_offsets_set_mean_probabilities_to_the_shares_of_the_classes() -> None:
    generator = np.random.default_rng(5)
    labels = np.repeat(np.arange(7), [40, 30, 20, 10, 10, 10, 10])
    logits = (generator.normal(size=(130, 7)) - 3.0 * np.eye(7)[0]).astype(np.float32)
    none = np.zeros((130, 0), dtype=np.float32)
    validation = Predictions(logits, none, none, labels, none.astype(np.int8), none, labels)
    moved = np.exp(logits + class_offsets(validation))
    mean = (moved / moved.sum(axis=1, keepdims=True)).mean(axis=0)
    assert mean == pytest.approx(np.bincount(labels) / 130, abs=1e-6)
