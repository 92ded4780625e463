"""From a configuration to couplings, and whole coupled runs on toy data."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.coupling.helpers import random_targets
from tests.training.test_run import checked, toy_configuration
from tests.training.toys import write_toy_shard

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS
from facebehavior.network import Logits
from facebehavior.relatedness import (
    Relatedness,
    binary,
    domain_relatedness,
    leaky,
    marginal,
    read_relatedness,
    save_relatedness,
)
from facebehavior.training import loop, run_training
from facebehavior.training.coupled import Couplings, build_couplings, named_table, varied
from facebehavior.training.coupling_section import Coupling
from facebehavior.training.run import run_data
from facebehavior.training.schedule import update_average

RATES = np.linspace(0.1, 0.5, 17).tolist()
ABSENT = list(EXPRESSIONS[2:])


def section(**content: object) -> Coupling:
    return Coupling.model_validate({"distribution_matching": {}, **content})


def table_of(chosen: Coupling, rates: list[float]) -> Relatedness:
    return varied(named_table(chosen.table, EXPRESSIONS, ACTION_UNIT_COLUMNS), chosen, rates)


def test_the_table_is_what_the_section_asks_for(tmp_path: Path) -> None:
    domain = domain_relatedness()
    assert np.array_equal(table_of(section(), RATES).values, domain.values)
    assert np.array_equal(
        table_of(section(weighting="binary"), RATES).values, binary(domain).values
    )
    assert np.array_equal(
        table_of(section(control="marginal", weighting="binary"), RATES).values,
        marginal(domain, RATES).values,
    )
    wrong = table_of(section(control="deranged", control_seed=4), RATES).values
    assert not (wrong == domain.values).all(axis=1)[1:].any()
    path = tmp_path / "W.yaml"
    path.write_text("table: {happiness: {au12: 0.9}}")
    mine = table_of(section(table=str(path)), RATES)
    assert mine.row("happiness") == {"au12": 0.9}
    assert mine.values.sum() == 0.9


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("table: {hapiness: {au12: 1}}", "'hapiness'; did you mean 'happiness'"),
        ("table: {happiness: {au11: 1}}", "'au11'"),
        ("table: {happiness: {au12: 7}}", "found 7"),
    ],
)
def test_a_table_that_does_not_fit_is_named(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "W.yaml"
    path.write_text(content)
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        table_of(section(table=str(path)), RATES)
    assert "W.yaml" in str(caught.value)


def test_the_leak_is_of_distribution_matching_alone() -> None:
    chosen = section(distribution_matching={"leak": 0.1}, soft_co_annotation={}, co_annotation={})
    made = Couplings(chosen, domain_relatedness(), RATES)
    assert made.distribution_matching is not None
    assert made.soft_co_annotation is not None
    expected = leaky(domain_relatedness(), RATES, 0.1).values.astype(np.float32)
    assert np.array_equal(made.distribution_matching.table.numpy(), expected)
    untouched = domain_relatedness().values.astype(np.float32)
    assert np.array_equal(made.soft_co_annotation.table.numpy(), untouched)


def test_where_a_table_is_learned_every_coupling_matches_its_columns() -> None:
    """Action unit 14 is in no row of the table: only a leak gives it something to match."""
    unit = ACTION_UNIT_COLUMNS.index("au14")
    for learned, own in ((0.0, 0.1), (0.3, 0.0)):
        chosen = section(
            learned_table={"leak": learned},
            posterior_co_annotation={},
            distribution_matching={"leak": own},
        )
        made = Couplings(chosen, domain_relatedness(), RATES)
        assert made.learned_table is not None
        assert made.posterior_co_annotation is not None
        assert made.distribution_matching is not None
        start = leaky(domain_relatedness(), RATES, learned).values.astype(np.float32)
        assert np.array_equal(made.posterior_co_annotation.table.numpy(), start)
        assert np.array_equal(made.distribution_matching.table.numpy(), start)
        assert bool(made.distribution_matching.matched[unit]) == (learned > 0)
        assert ("au14" in made.taught(np.ones(7, dtype=np.bool_))) == (learned > 0)


def test_no_coupling_moves_a_learned_table() -> None:
    chosen = section(learned_table={}, posterior_co_annotation={})
    made = Couplings(chosen, domain_relatedness(), RATES)
    assert made.learned_table is not None
    expression, units = torch.zeros(20, 7, requires_grad=True), torch.zeros(20, 17)
    found = made.sums(Logits(expression, units, None), random_targets(20))
    for name in ("posterior_co_annotation", "distribution_matching"):
        found[name][0].backward()  # type: ignore[no-untyped-call]
        assert made.learned_table.logits.grad is None
    assert expression.grad is not None
    found["learned_table"][0].backward()  # type: ignore[no-untyped-call]
    assert made.learned_table.logits.grad is not None


def test_the_fingerprint_tells_tables_apart() -> None:
    made = [
        Couplings(section(), table, RATES).fingerprint()
        for table in (domain_relatedness(), domain_relatedness(), binary(domain_relatedness()))
    ]
    assert made[0] == made[1] != made[2]


@pytest.fixture(scope="module")
def units_shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_shard(tmp_path_factory.mktemp("units"), ["au12"], 60, seed=2)


def test_a_coupled_run_learns_notes_its_losses_and_keeps_its_table(
    expression_shards: Path, units_shards: Path, tmp_path: Path
) -> None:
    content = toy_configuration([expression_shards, units_shards], epochs=12)
    content["coupling"] = {
        "preset": "soft_and_matching",
        "co_annotation": {},
        "soft_co_annotation": {"min_coverage": 0.3},  # action unit 12 is .4 of happiness
        "absent_expressions": ABSENT,
    }
    summary = run_training(checked(content), tmp_path / "run")
    assert summary.held_out["expression_accuracy"] >= 0.9
    assert summary.held_out["action_units_auc"] >= 0.9
    lines = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    (noted,) = (line for line in lines if line["step"] == 50)
    assert noted["loss_soft_co_annotation"] > 0
    assert noted["loss_distribution_matching"] > 0
    assert 0 < noted["mean_neutral"] < 1
    assert 0 < noted["mean_action_unit_rate"] < 1
    kept = read_relatedness(tmp_path / "run/relatedness.json")
    assert np.array_equal(kept.values, domain_relatedness().values)


def test_a_learned_table_is_kept_and_goes_on_where_the_run_was_stopped(
    expression_shards: Path, units_shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content: dict[str, Any] = toy_configuration([expression_shards, units_shards], epochs=6)
    content["coupling"] = {
        "preset": "default",
        "learned_table": {},
        "absent_expressions": ABSENT,
    }
    content["label_sets"][1]["passes"] = 2
    summary = run_training(checked(content), tmp_path / "whole")
    # Of 42 pictures with action units, each seen twice, a step takes more than of the 58 others.
    assert list(summary.pictures.values()) == [(58, 7), (42, 9)]

    def stopping(average: object, network: object, decay: float, step: int) -> None:
        if step == 20:
            raise KeyboardInterrupt
        update_average(average, network, decay, step)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(loop, "update_average", stopping)
        with pytest.raises(KeyboardInterrupt):
            run_training(checked(content), tmp_path / "stopped")
    run_training(checked(content), tmp_path / "stopped")
    for name in ("learned_relatedness.json", "relatedness.json", "best.safetensors"):
        whole, stopped = (tmp_path / run / name for run in ("whole", "stopped"))
        assert stopped.read_bytes() == whole.read_bytes()
    prior = read_relatedness(tmp_path / "whole/relatedness.json").values
    learned = read_relatedness(tmp_path / "whole/learned_relatedness.json").values
    only = list(ACTION_UNIT_COLUMNS).index("au12")
    others = np.delete(np.arange(17), only)
    # Pictures are labelled with action unit 12 alone: others have no base rate and do not move, but
    # for zeros, which are clipped.
    np.testing.assert_allclose(learned[:, others], 0.8 * prior[:, others], atol=1.1e-3)
    assert np.abs(learned[:, only] - 0.8 * prior[:, only]).max() > 0.01


def test_soft_labels_that_would_outvote_real_ones_are_warned_of(
    expression_shards: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    few = write_toy_shard(tmp_path / "few", ["au12"], 5, seed=4)
    for weight, warned in ((1.0, True), (0.05, False)):
        content = toy_configuration([expression_shards, few])
        content["coupling"] = {
            "posterior_co_annotation": {"weight": weight},
            "absent_expressions": ABSENT,
        }
        configuration = checked(content)
        caplog.clear()
        build_couplings(
            configuration.coupling, (), run_data(configuration), ("expression", "action_units")
        )
        assert bool(caplog.records) == warned
        if warned:
            assert " coupling.posterior_co_annotation.weight=0." in caplog.text
    caplog.clear()
    labelled = ["compound", "attr_smiling"]
    both = write_toy_shard(tmp_path / "both", labelled, 60, seed=4)
    alone = write_toy_shard(tmp_path / "alone", ["attr_smiling"], 8, seed=5)
    pair = {"first": "compound", "second": "attributes", "posterior_co_annotation": {}}
    content = toy_configuration([both, alone]) | {"further_couplings": [pair]}
    configuration = checked(content | {"network": {"heads": ["compound", "attributes"]}})
    data = run_data(configuration)
    build_couplings(None, configuration.further_couplings, data, ("compound", "attributes"))
    assert "further_couplings: posterior_co_annotation.weight=0." in caplog.text


def test_a_run_is_not_gone_on_with_on_another_table(
    expression_shards: Path, units_shards: Path, tmp_path: Path
) -> None:
    path = tmp_path / "W.json"
    content = toy_configuration([expression_shards, units_shards], epochs=1)
    content["coupling"] = {
        "preset": "default",
        "table": str(path),
        "absent_expressions": ABSENT,
    }
    save_relatedness(domain_relatedness(), path)
    run_training(checked(content), tmp_path / "run")
    run_training(checked(content), tmp_path / "run")
    save_relatedness(binary(domain_relatedness()), path)
    with pytest.raises(FaceBehaviorError, match="other pictures, labels or tables"):
        run_training(checked(content), tmp_path / "run")


def test_a_task_without_labels_is_named(expression_shards: Path, tmp_path: Path) -> None:
    content = toy_configuration([expression_shards])
    content["coupling"] = {"preset": "default", "absent_expressions": ABSENT}
    with pytest.raises(FaceBehaviorError, match=r"head action_units .* labels of expression"):
        run_training(checked(content), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_expression_that_never_occurs_is_named(
    expression_shards: Path, units_shards: Path, tmp_path: Path
) -> None:
    content = toy_configuration([expression_shards, units_shards])
    content["coupling"] = {"preset": "default", "absent_expressions": ABSENT[1:]}
    with pytest.raises(FaceBehaviorError, match="found no 'sadness'"):
        run_training(checked(content), tmp_path / "run")
    content["coupling"] = {"preset": "default", "absent_expressions": ["sadnes"]}
    with pytest.raises(FaceBehaviorError, match="did you mean 'sadness'"):
        run_training(checked(content), tmp_path / "run")


def test_base_rates_of_the_training_labels_make_the_marginal_table(
    expression_shards: Path, units_shards: Path, tmp_path: Path
) -> None:
    content = toy_configuration([expression_shards, units_shards], epochs=0.2)
    content["coupling"] = {
        "distribution_matching": {},
        "control": "marginal",
        "absent_expressions": ABSENT,
    }
    run_training(checked(content), tmp_path / "run")
    table = read_relatedness(tmp_path / "run/relatedness.json")
    unit = ACTION_UNIT_COLUMNS.index("au12")
    assert (table.values[:, unit] == table.values[0, unit]).all()
    assert 0.2 < table.values[0, unit] < 0.8
    assert np.delete(table.values, unit, axis=1).sum() == 0
