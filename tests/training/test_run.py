"""Whole runs on toy data: they learn, resume after a kill, start from a model, and export."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.training.toys import write_toy_shard

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file import FaceModel
from facebehavior.training import (
    export_half,
    export_run,
    export_small,
    read_configuration,
    run_training,
)
from facebehavior.training.configuration import Configuration

FILES = ("best.safetensors", "checkpoint.safetensors", "metrics.jsonl", "summary.json")


def toy_configuration(shards: list[Path], **optimisation: object) -> dict[str, object]:
    return {
        "name": "toy",
        "licence": "none",
        "seed": 3,
        "label_sets": [
            {"name": path.name, "sources": [{"shards": str(path), "hold_out": 0.2}]}
            for path in shards
        ],
        "network": {"width": 4, "dropout": 0.1},
        "optimisation": {
            "epochs": 6,
            "batch_size": 16,
            "learning_rate": 0.01,
            "averaging": 0.8,
            **optimisation,
        },
        "augmentation": {"brightness": 0.0, "contrast": 0.0},
        "run": {"precision": "32-true", "checkpoint_every": 7},
    }


def checked(content: dict[str, object]) -> Configuration:
    return Configuration.model_validate(content)


def test_a_run_learns_all_tasks_from_two_databases(
    expression_shards: Path, behaviour_shards: Path, tmp_path: Path
) -> None:
    content = toy_configuration([expression_shards, behaviour_shards], epochs=15)
    summary = run_training(checked(content), tmp_path / "run")
    assert summary.held_out["expression_accuracy"] >= 0.9
    assert summary.held_out["action_units_auc"] >= 0.9
    assert summary.held_out["affect_ccc"] >= 0.5
    lines = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert lines[-1]["step"] == summary.progress["step"]

    path = tmp_path / "toy.onnx"
    assert export_run(tmp_path / "run", path) <= 1e-4
    metadata = FaceModel(path).metadata
    assert set(metadata.heads) == {"expression", "action_units", "affect"}
    assert metadata.training_databases == ("toy",)
    assert metadata.configuration_hash == checked(content).hash()


def test_a_head_without_labels_is_left_out(expression_shards: Path, tmp_path: Path) -> None:
    run_training(checked(toy_configuration([expression_shards], epochs=1)), tmp_path / "run")
    export_run(tmp_path / "run", tmp_path / "toy.onnx")
    model = FaceModel(tmp_path / "toy.onnx")
    assert set(model.metadata.heads) == {"expression"}
    predictions = model.predict(np.zeros((2, 16, 16, 1), dtype=np.uint8))
    assert predictions.action_units is None
    assert predictions.affect is None


def test_only_heads_without_labels_is_an_error(expression_shards: Path, tmp_path: Path) -> None:
    content = toy_configuration([expression_shards])
    content["network"] = {"width": 4, "heads": ["affect"]}
    with pytest.raises(FaceBehaviorError, match="labelled with expression"):
        run_training(checked(content), tmp_path / "run")


def test_a_head_that_is_asked_for_and_left_out_is_named(
    expression_shards: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = toy_configuration([expression_shards], epochs=0.2)
    run_training(checked(content), tmp_path / "all")
    assert "is left out" not in caplog.text
    content["network"] = {"width": 4, "heads": ["expression", "affect"]}
    run_training(checked(content), tmp_path / "two")
    assert "labelled with affect" in caplog.text


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def test_two_runs_of_one_configuration_end_with_the_same_bytes(
    expression_shards: Path, tmp_path: Path
) -> None:
    configuration = checked(toy_configuration([expression_shards], epochs=2))
    for name in ("a", "b"):
        run_training(configuration, tmp_path / name)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.slow
def test_a_run_that_is_killed_and_started_again_ends_like_one_that_is_not(
    expression_shards: Path, behaviour_shards: Path, tmp_path: Path
) -> None:
    content = toy_configuration([expression_shards, behaviour_shards], epochs=40)
    (tmp_path / "toy.yaml").write_text(yaml.safe_dump(content))
    command = [sys.executable, "-m", "facebehavior", "train", "toy.yaml", "-o", "killed"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}

    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
    checkpoint = tmp_path / "killed/checkpoint.safetensors"
    until = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < until:
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed/summary.json").exists()

    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    command[-1] = "whole"
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_a_finished_run_is_not_trained_again(expression_shards: Path, tmp_path: Path) -> None:
    configuration = checked(toy_configuration([expression_shards], epochs=1))
    run_training(configuration, tmp_path / "run")
    before = contents(tmp_path / "run")
    run_training(configuration, tmp_path / "run")
    assert contents(tmp_path / "run") == before


def test_another_configurations_folder_is_refused(expression_shards: Path, tmp_path: Path) -> None:
    run_training(checked(toy_configuration([expression_shards], epochs=1)), tmp_path / "run")
    with pytest.raises(FaceBehaviorError, match="another configuration"):
        run_training(checked(toy_configuration([expression_shards], epochs=2)), tmp_path / "run")


def test_an_unfinished_or_damaged_run_is_not_exported(
    expression_shards: Path, tmp_path: Path
) -> None:
    with pytest.raises(FaceBehaviorError, match="expected a training run"):
        export_run(tmp_path, tmp_path / "toy.onnx")
    run_training(checked(toy_configuration([expression_shards], epochs=1)), tmp_path / "run")
    for export in (export_run, export_half, export_small):
        with pytest.raises(FaceBehaviorError, match=r"ending in \.onnx"):
            export(tmp_path / "run", tmp_path / "toy.pt")
        for name in ("", " ", "two\nlines"):
            with pytest.raises(FaceBehaviorError, match="expected a name of printable characters"):
                export(tmp_path / "run", tmp_path / "toy.onnx", name)
    assert not (tmp_path / "toy.pt").exists()
    best = tmp_path / "run/best.safetensors"
    best.write_bytes(best.read_bytes()[:100])
    with pytest.raises(FaceBehaviorError, match="damaged"):
        export_run(tmp_path / "run", tmp_path / "toy.onnx")
    (tmp_path / "run/summary.json").unlink()
    for export in (export_run, export_half, export_small):
        with pytest.raises(FaceBehaviorError, match="not finished"):
            export(tmp_path / "run", tmp_path / "toy.onnx")


def test_a_damaged_checkpoint_is_one_clear_error(expression_shards: Path, tmp_path: Path) -> None:
    configuration = checked(toy_configuration([expression_shards], epochs=1))
    run_training(configuration, tmp_path / "run")
    (tmp_path / "run/checkpoint.safetensors").write_bytes(b"broken")
    with pytest.raises(FaceBehaviorError, match=r"checkpoint\.safetensors.*damaged"):
        run_training(configuration, tmp_path / "run")


def test_training_goes_on_from_a_model_file(
    expression_shards: Path, behaviour_shards: Path, tmp_path: Path
) -> None:
    run_training(checked(toy_configuration([expression_shards], epochs=1)), tmp_path / "first")
    export_run(tmp_path / "first", tmp_path / "first.onnx")
    content = toy_configuration([behaviour_shards], epochs=1)
    content["start_from"] = str(tmp_path / "first.onnx")
    content["network"] = {}
    run_training(checked(content), tmp_path / "second")
    export_run(tmp_path / "second", tmp_path / "second.onnx")
    assert set(FaceModel(tmp_path / "second.onnx").metadata.heads) == {"action_units", "affect"}


def test_a_configuration_read_from_the_run_is_the_one_it_was_made_of(
    expression_shards: Path, tmp_path: Path
) -> None:
    configuration = checked(toy_configuration([expression_shards], epochs=1))
    run_training(configuration, tmp_path / "run")
    assert read_configuration(tmp_path / "run/configuration.yaml") == configuration


def test_a_run_is_not_gone_on_with_on_other_data(
    expression_shards: Path, behaviour_shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = toy_configuration([expression_shards], epochs=1)
    content["label_sets"] = [{"name": "a", "sources": [{"shards": "${TOY_SHARDS}"}]}]
    content["network"] = {"width": 4, "heads": ["expression", "affect"]}
    monkeypatch.setenv("TOY_SHARDS", str(expression_shards))
    run_training(checked(content), tmp_path / "run")
    other = write_toy_shard(tmp_path / "other", ["expression"], 80, seed=9)
    monkeypatch.setenv("TOY_SHARDS", str(other))
    with pytest.raises(FaceBehaviorError, match="other pictures, labels or tables"):
        run_training(checked(content), tmp_path / "run")


def test_a_mistake_in_the_data_does_not_claim_the_folder(
    expression_shards: Path, tmp_path: Path
) -> None:
    wrong = toy_configuration([tmp_path / "missing"], epochs=1)
    with pytest.raises(FaceBehaviorError, match="found none"):
        run_training(checked(wrong), tmp_path / "run")
    run_training(checked(toy_configuration([expression_shards], epochs=1)), tmp_path / "run")


@pytest.mark.parametrize("run", [{"precision": "foo"}, {"accelerator": "foo"}, {"strategy": "foo"}])
def test_a_run_that_fabric_refuses_is_one_clear_error(
    expression_shards: Path, tmp_path: Path, run: dict[str, object]
) -> None:
    content = toy_configuration([expression_shards])
    content["run"] = run
    with pytest.raises(FaceBehaviorError, match="foo"):
        run_training(checked(content), tmp_path / "run")
    content["run"] = {}
    content["network"] = {"backbone": "foo"}
    with pytest.raises(FaceBehaviorError, match="foo"):
        run_training(checked(content), tmp_path / "run")


def test_the_model_file_decides_the_layers_and_its_databases_are_remembered(
    expression_shards: Path, tiny_expression_model: Path, tmp_path: Path
) -> None:
    content = toy_configuration([expression_shards], epochs=1)
    content["start_from"] = str(tiny_expression_model)
    with pytest.raises(FaceBehaviorError, match=r"network\.width"):
        run_training(checked(content), tmp_path / "run")
    content["network"] = {}
    summary = run_training(checked(content), tmp_path / "run")
    assert summary.training_databases == ("noise", "toy")


def test_an_undefined_figure_neither_counts_nor_freezes_the_best_weights(
    behaviour_shards: Path, tmp_path: Path
) -> None:
    """With one held-out person the area under the curve is often undefined; here it always is."""
    one_kind = write_toy_shard(tmp_path / "one", ["au12"], 40, seed=4, kinds=1)
    summary = run_training(checked(toy_configuration([one_kind], epochs=2)), tmp_path / "run")
    assert summary.held_out == {}
    assert summary.progress["best_step"] == summary.progress["step"]
    for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines():
        assert "NaN" not in line


def test_a_handful_of_held_out_pictures_calibrates_nothing(
    expression_shards: Path, behaviour_shards: Path, tmp_path: Path
) -> None:
    """They are told apart without an error, which would say that the network is never unsure."""
    content = toy_configuration([expression_shards, behaviour_shards], epochs=15)
    summary = run_training(checked(content), tmp_path / "few")
    assert summary.held_out["expression_accuracy"] == 1.0
    assert summary.expression_temperature == 1.0
    assert set(summary.action_unit_thresholds.values()) == {0.5}

    many = write_toy_shard(tmp_path / "many", ["expression", "au12"], 800, seed=9)
    summary = run_training(checked(toy_configuration([many], epochs=1)), tmp_path / "run")
    assert summary.expression_temperature != 1.0
    assert summary.action_unit_thresholds["au12"] != 0.5
    assert summary.action_unit_thresholds["au01"] == 0.5
