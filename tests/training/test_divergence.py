"""A run whose weights grow beyond all numbers is stopped, and keeps the best that it had."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from safetensors.torch import load_file
from tests.training.test_run import checked, toy_configuration
from tests.training.toys import write_toy_shard
from torch import nn

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest, label_arrays
from facebehavior.training import run_training
from facebehavior.training.batches import Batches
from facebehavior.training.loop import train
from facebehavior.training.objective import Objective
from facebehavior.training.run import run_data
from facebehavior.training.starting import build_network
from facebehavior.training.validation import HeldOut, scores


def diverging(shards: Path) -> dict[str, Any]:
    """Give a run that rises slowly towards a learning rate far beyond what can be learned with."""
    content: dict[str, Any] = toy_configuration(
        [shards], epochs=20, learning_rate=1e9, averaging=0.0, clip=None, warm_up=1.0
    )
    return content


@pytest.mark.parametrize("columns", [["valence", "arousal"], ["au12"], ["expression"]])
def test_a_diverged_run_is_told_and_keeps_finite_weights(
    tmp_path: Path, columns: list[str]
) -> None:
    shards = write_toy_shard(tmp_path / "shards", columns, 80, seed=2)
    with pytest.raises(FaceBehaviorError, match=r"diverged.*learning_rate") as caught:
        run_training(checked(diverging(shards)), tmp_path / "run")
    assert "\n" not in str(caught.value)
    best = tmp_path / "run/best.safetensors"
    assert best.is_file() == (str(best) in str(caught.value))
    if best.is_file():
        assert all(bool(value.isfinite().all()) for value in load_file(best).values())
    assert not (tmp_path / "run/summary.json").exists()


def test_divergence_is_seen_where_nothing_is_held_out(
    behaviour_shards: Path, tmp_path: Path
) -> None:
    content = diverging(behaviour_shards)
    content["label_sets"][0]["sources"][0]["hold_out"] = 0.0
    with pytest.raises(FaceBehaviorError, match="diverged"):
        run_training(checked(content), tmp_path / "run")


def trained(shards: Path, folder: Path, figures: list[Mapping[str, float]]) -> int:
    """Train for as many epochs as there are figures of the weights; give the best step's epoch."""
    configuration = checked(toy_configuration([shards], epochs=len(figures), learning_rate=1e-3))
    data = run_data(configuration)
    batches = Batches(data.label_sets, configuration.optimisation.batch_size, seed=0)
    objective = Objective(configuration.losses, torch.full((7,), 1 / 7), lambda values: values, 1)
    coming = iter(figures)

    def validate(_: nn.Module) -> Mapping[str, float]:
        return next(coming)

    network = build_network(configuration, data).network
    fabric = Fabric(accelerator="cpu", precision="32-true")
    progress = train(configuration, folder, fabric, network, batches, objective, validate)
    return progress.best_step // batches.steps_per_epoch


def test_a_missing_score_is_the_best_only_until_there_is_one(
    expression_shards: Path, tmp_path: Path
) -> None:
    low, high, none = {"score": 0.2}, {"score": 0.7}, {"expression_uar": 0.1}
    assert trained(expression_shards, tmp_path / "a", [low, high, none, low]) == 2
    assert trained(expression_shards, tmp_path / "b", [none, none]) == 2
    assert trained(expression_shards, tmp_path / "c", [none, low, none]) == 2
    with pytest.raises(FaceBehaviorError, match=r"diverged.*learning_rate.*0\.001.*weights of"):
        trained(expression_shards, tmp_path / "d", [low, {"score": math.nan}])


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_answers_that_are_not_finite_have_no_figure(wrong: float) -> None:
    labels = label_arrays(Manifest.from_rows([{"au12": True}, {"au12": False}]))
    logits = np.zeros((2, 17))
    logits[1, 3] = wrong
    people = np.full(2, None, dtype=object)
    found = scores(HeldOut({"action_units": logits}, labels, people, np.array(["a", "a"])))
    assert list(found) == ["score"]
    assert math.isnan(found["score"])
