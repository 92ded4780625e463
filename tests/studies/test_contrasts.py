"""Contrasts of arms: intervals over what was kept, corrected by family."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import studies.behaviour_networks
import studies.compound
import studies.few_shot
import studies.identity_attributes
import studies.one_network
from scipy.stats import ttest_rel
from studies.contrasts import as_they_are, collected, contrast_table, differences, keep_draws
from studies.identity_figures import verified
from studies.negative_transfer.plan import Job
from studies.resampling import (
    drawn_weights,
    holm,
    mean_interval,
    seed_difference,
    weighted_share,
)
from studies.runs import arms_by_seeds, read_all

from facebehavior.evaluation.identity import drawn_pairs
from facebehavior.evaluation.metrics import roc_auc
from facebehavior.training.loop import BEST

RESULTS = Path(__file__).parents[2] / "docs" / "results"
TRAINING = (studies.few_shot, studies.identity_attributes, studies.one_network)


def test_seeds_alone_are_compared_as_scipy_does() -> None:
    generator = np.random.default_rng(0)
    better = dict(enumerate(generator.normal(0.6, 0.1, 5)))
    worse = dict(enumerate(generator.normal(0.5, 0.1, 6)))
    expected = ttest_rel(list(better.values()), list(worse.values())[:5])
    interval = expected.confidence_interval(0.95)
    mean, low, high, p = seed_difference(better, worse)
    assert (low, high, p) == pytest.approx((interval.low, interval.high, expected.pvalue))
    assert mean == pytest.approx((low + high) / 2)
    assert seed_difference(worse, worse) == (0.0, 0.0, 0.0, 1.0)


def test_a_share_is_that_of_repeated_pictures() -> None:
    generator = np.random.default_rng(1)
    right = generator.random(60) < 0.4
    weights = drawn_weights(np.arange(60) // 3, 4)
    found = weighted_share(right, weights)
    for row, drawn in enumerate(weights):
        assert found[row] == pytest.approx(np.repeat(right, drawn.astype(int)).mean(), abs=1e-12)


def test_verification_counts_pairs_as_often_as_their_people_are_drawn() -> None:
    generator = np.random.default_rng(2)
    people = np.repeat(np.arange(12), 4)
    vectors = generator.normal(size=(48, 6)) + np.eye(12, 6)[people]
    found = verified(vectors, people, 3)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    first, second = drawn_pairs(people, 3000, seed=0)
    same = people[first] == people[second]
    likeness = np.einsum("ij,ij->i", vectors[first], vectors[second])
    assert found[0] == pytest.approx(roc_auc(same, likeness), abs=1e-6)
    for row, drawn in enumerate(drawn_weights(people, 3)):
        times = np.where(same, drawn[first], drawn[first] * drawn[second]).astype(int)
        expected = roc_auc(np.repeat(same, times), np.repeat(likeness, times))
        assert found[row] == pytest.approx(expected, abs=1e-6)


def test_a_mean_over_seeds_has_the_interval_of_the_people() -> None:
    draws = np.concatenate([[5.0], np.arange(101.0)])
    found = mean_interval({0: draws, 1: draws + 2.0})
    assert found == pytest.approx({"value": 6.0, "low": 3.5, "high": 98.5})


def test_people_are_drawn_where_both_arms_kept_their_answers(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    found: dict[str, dict[str, Any]] = {}
    for arm, level in (("a", 0.7), ("b", 0.5), ("c", 0.5)):
        for seed in range(3):
            draws = {"auc": generator.normal(level, 0.01, 201)}
            if arm != "c":
                keep_draws(tmp_path / f"{arm}{seed}.npz", draws)
            figures = as_they_are(draws, ("auc", "uar"))
            assert figures["uar"] is None
            found[f"{arm}{seed}"] = {"arm": arm, "seed": seed, "figures": figures}
    arms = collected(found, tmp_path)
    families = {"x": [("a", "b"), ("a", "c")], "y": [("b", "c")]}
    first, second, third = differences(families, ("auc", "uar"), arms)
    assert [one.over for one in (first, second, third)] == ["people and seeds", "seeds", "seeds"]
    assert first.seeds == 3
    assert first.low < 0.2 < first.high
    means = [np.mean([found[f"{arm}{s}"]["figures"]["auc"] for s in range(3)]) for arm in "abc"]
    assert first.mean == pytest.approx(means[0] - means[1], abs=1e-6)
    # The p-values of a family are corrected together: the least by the number of all.
    values = [{s: found[f"{arm}{s}"]["figures"]["auc"] for s in range(3)} for arm in "abc"]
    assert first.seeds_alone == pytest.approx(seed_difference(*values[:2])[1:3], rel=1e-3)
    assert second.seeds_alone is None
    assert third.p == pytest.approx(seed_difference(values[1], values[2])[3], rel=1e-3)
    assert [first.p, second.p] == pytest.approx(
        holm([2 / 201, seed_difference(values[0], values[2])[3]]), rel=1e-3
    )
    assert "| x | a minus b | auc | people and seeds |" in contrast_table([vars(first)])
    assert contrast_table([vars(first), vars(second)]).count("; seeds alone") == 1


def test_contrasts_that_are_not_run_yet_count_in_the_correction() -> None:
    generator = np.random.default_rng(4)
    arms = {
        arm: {"auc": {seed: generator.normal(level, 0.01, 1) for seed in range(3)}}
        for arm, level in (("a", 0.7), ("b", 0.5))
    }
    arms["once"] = {"auc": {0: np.array([0.6])}}
    arms["other task"] = {"uar": {seed: np.array([0.6]) for seed in range(3)}}
    alone, among = ([("a", "b")], [("a", "b"), ("a", "not run"), ("a", "once")])
    (first,) = differences({"x": alone}, ["auc"], arms)
    (second,) = differences({"x": among}, ["auc"], arms)
    assert first.p is not None
    assert second.p == pytest.approx(3 * first.p)
    # A figure that an arm has not cannot be compared, whatever is run.
    (third,) = differences({"x": [*alone, ("a", "other task")]}, ["auc"], arms)
    assert third == first


def test_contrasts_name_arms_that_are_run() -> None:
    for study in (studies.identity_attributes, studies.one_network):
        pairs = [pair for family in study.CONTRASTS.values() for pair in family]
        assert {arm for pair in pairs for arm in pair} <= set(study.ARMS)
    scored = {f"{arm}: {rule}" for arm in studies.compound.ARMS for rule in studies.compound.RULES}
    pairs = [pair for family in studies.compound.CONTRASTS.values() for pair in family]
    assert {arm for pair in pairs for arm in pair} <= scored
    run = {job.settings["arm"] for job in studies.few_shot.jobs()}
    for protocol, pair in studies.few_shot.CONTRASTS.values():
        for name in pair:
            assert f"{protocol}: {name}, k = 10" in run


@pytest.mark.parametrize("study", TRAINING, ids=lambda study: str(study.NAME))
def test_a_study_says_what_follows_from_its_runs(
    study: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "RESULTS", RESULTS)
    summary = json.loads((RESULTS / f"{study.NAME}.json").read_text())
    jobs = arms_by_seeds(study.ARMS, study.SEEDS) if hasattr(study, "ARMS") else study.jobs()
    again = study.summary_of(read_all(jobs, RESULTS / study.NAME))
    for ours, kept in zip(again["contrasts"], summary["contrasts"], strict=True):
        assert ours.pop("seeds_alone") == pytest.approx(kept.pop("seeds_alone"), abs=1e-9)
        assert ours == pytest.approx(kept, abs=1e-9)


def test_networks_whose_training_was_broken_off_are_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Job] = []
    networks = studies.behaviour_networks
    monkeypatch.setattr(networks, "prepare_databases", lambda *_: None)
    monkeypatch.setattr(networks, "run_all", lambda _, jobs, *__: asked.extend(jobs))
    for seed in (0, 1):
        weights = networks.run_folder(tmp_path, "uncoupled", seed) / BEST
        weights.parent.mkdir(parents=True)
        weights.touch()
    answers = tmp_path / "predictions" / "uncoupled-B-seed0" / f"{networks.TESTED}.npz"
    answers.parent.mkdir(parents=True)
    answers.touch()
    networks.train_missing(["uncoupled"], range(3), tmp_path, tmp_path, 1)
    assert [job.seed for job in asked] == [1, 2]


@pytest.mark.parametrize("name", ["few_shot", "identity_attributes", "one_network"])
def test_every_run_of_a_study_has_its_result_and_the_summary_its_means(name: str) -> None:
    summary = json.loads((RESULTS / f"{name}.json").read_text())
    runs = [json.loads(path.read_text()) for path in (RESULTS / name).glob("*.json")]
    for arm, figures in summary["means"].items():
        for figure, mean in figures.items():
            values = [run["figures"][figure] for run in runs if run["arm"] == arm]
            assert mean == pytest.approx(np.mean(values), abs=1e-9)
    assert {run["arm"] for run in runs} == set(summary["means"])


def test_every_fold_of_the_few_shot_study_has_a_valid_configuration() -> None:
    for job in studies.few_shot.jobs():
        model = None if job.settings["start"] == "from scratch" else Path("start.onnx")
        found = studies.few_shot.configuration_of(job, Path("work"), model, 0)
        (source,) = found.label_sets[0].sources
        assert source.few_shot is not None
        assert source.few_shot.per_class == job.settings["shots"]
        assert (source.fold is None) == (job.settings["protocol"] == "other domain")
        # The new head is trained for 200 steps, whatever k.
        steps = found.optimisation.epochs * (
            15 * job.settings["shots"] // found.optimisation.batch_size
        )
        assert steps == pytest.approx(200)
