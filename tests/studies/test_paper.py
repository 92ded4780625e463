"""The paper's table, on trees of the released layouts: every variant trains and is tested."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.conftest import Answer
from tests.databases.trees import TREES

from facebehavior.evaluation import PROTOCOLS
from facebehavior.model_file import FaceModel
from facebehavior.training.configuration import checked_configuration
from studies import paper

QUICK = [
    "network.backbone=small", "network.width=4", "network.normalisation=group",
    "network.dropout=0.0", "optimisation.epochs=2", "optimisation.batch_size=12",
    "run.accelerator=cpu", "run.precision=32-true",
]  # fmt: skip


@pytest.fixture
def shards(facebehavior: Callable[..., Answer], tmp_path: Path) -> Path:
    """Two databases of the paper that bring the points of their faces with them."""
    for name, pictures in (("affectnet", 40), ("aff-wild2", 14)):
        TREES[name](tmp_path / "trees" / name, pictures)
        out = tmp_path / "shards" / name
        words = ("prepare", name, tmp_path / "trees" / name, "-o", out)
        assert facebehavior(*words, "--size", 32, "--colour", "grey").code == 0
    return tmp_path / "shards"


def test_every_recipe_and_variant_is_a_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted(paper.RECIPES.glob("case_*.yaml")):
        checked_configuration(yaml.safe_load(path.read_text()), path.name)
    plan = yaml.safe_load((paper.RECIPES / "variants.yaml").read_text())
    recipe = yaml.safe_load((paper.RECIPES / "case_one.yaml").read_text())
    for name, variant in plan["variants"].items():
        coupling = variant.get("coupling")
        checked_configuration({**recipe, "coupling": coupling}, name)
    assert {one for protocols in plan["tests"].values() for one in protocols} <= set(PROTOCOLS)


def test_all_variants_are_trained_tested_and_written_into_one_table(
    shards: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    variants = ["single_task_expression", "uncoupled", "both", "both_empirical"]
    words = [str(shards), "-o", str(out), "--variants", *variants, "--set", *QUICK]
    paper.main(words)
    text = (out / "table.md").read_text()
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if "|" in line}
    assert {"single_task_expression", "uncoupled", "both"} <= set(rows)
    header = [cell.strip() for cell in rows["variant"].split("|")[2:-1]]
    assert header == ["affectnet-7", "affectnet-va", "aff-wild2-va", "aff-wild2-expr",
                      "aff-wild2-au"]  # fmt: skip
    single = [cell.strip() for cell in rows["single_task_expression"].split("|")[2:-1]]
    assert single[0] != "-"
    assert single[1] == single[2] == single[4] == "-"
    assert "-" not in [cell.strip() for cell in rows["uncoupled"].split("|")[2:-1]]
    assert "Not there, and so not tested: raf-db" in text
    # Started again, nothing is done twice.
    models = {path: path.stat().st_mtime_ns for path in out.glob("*.onnx")}
    paper.main(words)
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.onnx")} == models


def test_figures_of_people_that_were_trained_on_are_marked(tmp_path: Path) -> None:
    recipe = yaml.safe_load((paper.RECIPES / "case_one.yaml").read_text())
    seen = paper.trained_whole(recipe)
    assert "disfa" in seen
    assert "affectnet" not in seen
    tests = {"disfa": ["disfa-12"], "affectnet": ["affectnet-7"]}
    for name in tests:
        (tmp_path / name).mkdir()
    results: dict[str, dict[str, float | None]] = {
        "both": {"disfa-12": 0.5, "affectnet-7": 0.25},
        "single": {"disfa-12": None, "affectnet-7": 0.125},
    }
    text = paper.table(results, tests, tmp_path, seen)
    assert "| both | 0.500* | 0.250 |" in text
    assert "| single | - | 0.125 |" in text
    assert "trained on" in text
    assert "*" not in paper.table(results, tests, tmp_path)


def test_what_was_trained_without_a_database_is_kept_apart(shards: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    words = [str(shards), "-o", str(out), "--variants", "single_task_expression"]
    paper.main([*words, "--set", *QUICK])
    paper.main([*words, "--leave-out", "affectnet", "--set", *QUICK])
    ours, theirs = (
        FaceModel(folder / "single_task_expression.onnx").metadata.training_databases
        for folder in (out, out / "without_affectnet")
    )
    assert ours == ("aff-wild2", "affectnet")
    assert theirs == ("aff-wild2",)


def test_a_database_can_be_left_out_of_training(shards: Path) -> None:
    recipe = yaml.safe_load((paper.RECIPES / "case_one.yaml").read_text())
    found = paper.available(recipe, shards, "aff-wild2")
    names = [Path(s["shards"]).name for one in found["label_sets"] for s in one["sources"]]
    assert names == ["affectnet"]
    with pytest.raises(SystemExit, match="found none of them"):
        paper.available(recipe, shards / "nothing", None)
