"""A mistake in a task of one's own is one line, never a task that is left out in silence."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.training.test_run import checked, toy_configuration
from tests.training.toys import write_toy_shard

from facebehavior.errors import FaceBehaviorError
from facebehavior.training import run_training

SHAPE = {"kind": "exclusive", "labels": ["square", "circle"], "columns": ["label_shape"]}
CORNER = {"kind": "binary", "labels": ["corner"], "columns": ["label_corner"]}


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two sets: shapes, and expressions without a shape."""
    return [
        write_toy_shard(tmp_path_factory.mktemp("shapes"), ["label_shape", "expression"], 40),
        write_toy_shard(tmp_path_factory.mktemp("faces"), ["expression"], 40),
    ]


def refused(content: dict[str, Any], folder: Path) -> str:
    with pytest.raises(FaceBehaviorError) as caught:
        run_training(checked(content), folder)
    assert not folder.exists()
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("task", "named"),
    [
        ({**SHAPE, "columns": ["label_shap"]}, "no column label_shap in any shards; .*label_shape"),
        ({**CORNER, "columns": ["au12"]}, "no column au12"),
    ],
)
@pytest.mark.parametrize("heads", [None, ["expression"]])
def test_a_column_that_no_shards_have_is_named(
    shards: list[Path], tmp_path: Path, task: object, named: str, heads: list[str] | None
) -> None:
    content = toy_configuration(shards, epochs=1)
    content |= {"tasks": {"mood": task}, "network": {"width": 4}}
    if heads is not None:
        content["network"] = {"width": 4, "heads": heads}
    assert re.match(f"tasks.mood: .*{named}", refused(content, tmp_path / "run"))


def test_a_task_that_no_training_picture_has_a_label_of_is_named(
    shards: list[Path], tmp_path: Path
) -> None:
    content: dict[str, Any] = toy_configuration(shards, epochs=1)
    content["tasks"] = {"shape": SHAPE}
    content["label_sets"][0]["sources"][0]["tasks"] = ["expression"]
    assert "tasks.shape: no training picture has a label in label_shape" in refused(
        content, tmp_path / "run"
    )


@pytest.mark.parametrize(
    "name",
    [
        "identity",
        "expression",
        "own",
        "identity_margin",
        "logit_adjustment",
        "type",
        "faces",
        "a.b",
        "",
    ],
)
def test_a_name_that_means_something_else_is_refused(
    shards: list[Path], tmp_path: Path, name: str
) -> None:
    content = toy_configuration(shards, epochs=1)
    content["tasks"] = {"shape": SHAPE, name: SHAPE}
    message = refused(content, tmp_path / "run")
    assert message.startswith("tasks")
    assert name in message


def test_a_weight_of_no_task_is_refused(shards: list[Path], tmp_path: Path) -> None:
    content = toy_configuration(shards, epochs=1)
    content |= {"tasks": {"shape": SHAPE}, "losses": {"own": {"shap": 5}}}
    assert refused(content, tmp_path / "run") == (
        "losses.own: expected names of tasks of your own (shape), found 'shap'"
    )
