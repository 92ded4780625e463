"""From a labelled table to a trained, exported, evaluated model, by commands alone."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from tests.conftest import Answer

from facebehavior.model_file import FaceModel
from facebehavior.records import read_records

Run = Callable[..., Answer]


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bright and dark pictures, labelled happiness and sadness."""
    folder = tmp_path_factory.mktemp("labelled")
    generator = np.random.default_rng(0)
    lines = ["image,expression,split"]
    for number in range(24):
        bright = number % 2
        pixels = generator.normal(60 + 130 * bright, 15, (40, 40, 3)).clip(0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.png")
        split = "test" if number >= 16 else "train"
        lines.append(f"{number}.png,{'happiness' if bright else 'sadness'},{split}")
    (folder / "mine.csv").write_text("\n".join(lines) + "\n")
    return folder / "mine.csv"


def test_prepare_train_export_evaluate_and_analyze(
    facebehavior: Run, labelled: Path, astronaut: Path, tmp_path: Path
) -> None:
    shards = tmp_path / "shards"
    words = ("table", labelled, "-o", shards, "--size", 16, "--colour", "grey")
    answer = facebehavior("prepare", *words)
    assert answer.code == 0
    assert "24 of 24 faces" in answer.output

    content = {
        "name": "mine",
        "label_sets": [{"name": "a", "sources": [{"shards": str(shards), "split": "train"}]}],
        "network": {"width": 4},
        "optimisation": {"epochs": 30, "batch_size": 8, "learning_rate": 0.01, "averaging": 0.5},
        "augmentation": {"brightness": 0.0},
        "run": {"precision": "32-true"},
    }
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content))
    run = tmp_path / "run"
    answer = facebehavior("train", tmp_path / "mine.yaml", "-o", run)
    assert answer.code == 0
    assert "60 steps" in answer.output

    model = tmp_path / "mine.onnx"
    assert facebehavior("export", run, "-o", model).code == 0
    # A name that is a packaged model's is told, and can be changed.
    other = tmp_path / "other.onnx"
    answer = facebehavior("export", run, "-o", other, "--name", "ferplus")
    assert answer.code == 0
    assert "this model is called ferplus, as a packaged model is" in answer.errors
    answer = facebehavior("export", run, "-o", other, "--name", "yours", "--int8")
    assert answer.errors == ""
    assert FaceModel(other).metadata.name == "yours"
    answer = facebehavior("evaluate", model, shards, "--split", "test", "-o", tmp_path / "report")
    assert answer.code == 0
    assert f"model: mine 1, sha256 {FaceModel(model).sha256}" in answer.output
    assert "judged: 8 of 8 rows" in answer.output
    report = json.loads((tmp_path / "report/report.json").read_text())
    assert report["images"] == 8
    assert report["expression"]["confusion"]
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert names == {"report.md", "report.json", "confusion.png", "reliability.png"}
    assert "accuracy" in facebehavior("evaluate", model, shards, "--split", "test").output.lower()

    info = json.loads(facebehavior("models", "info", model).output)
    assert info["name"] == "mine"
    answer = facebehavior("analyze", astronaut, "--model", model, "-o", tmp_path / "a.parquet")
    assert answer.code == 0
    assert read_records(tmp_path / "a.parquet").column("expr").null_count == 0


def test_fine_tuning_on_ones_own_pictures(
    facebehavior: Run, labelled: Path, tiny_model: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    words = (
        "train",
        "--from",
        tiny_model,
        "--labels",
        labelled,
        "-o",
        run,
        "optimisation.epochs=2",
    )
    answer = facebehavior(*words, "run.precision=32-true")
    assert answer.code == 0
    # Eight of the 24 pictures are marked as test, a fifth of the others is held out.
    pictures = json.loads((run / "summary.json").read_text())["pictures"]
    assert pictures["mine"][0] <= 14
    assert facebehavior("export", run, "-o", tmp_path / "tuned.onnx").code == 0
    # Started again, it finds the work done.
    assert facebehavior(*words, "run.precision=32-true").code == 0
    # With other labels it does not pretend that they were learned.
    other = tmp_path / "mine.csv"
    other.write_text(labelled.read_text().replace("sadness", "fear"))
    answer = facebehavior("train", "--from", tiny_model, "--labels", other, "-o", run)
    assert answer.code == 2


def test_fine_tuning_is_changed_on_the_command_line(
    facebehavior: Run, labelled: Path, tiny_model: Path, tmp_path: Path
) -> None:
    words = ("train", "--from", tiny_model, "--labels", labelled, "-o", tmp_path / "run")
    changes = ("label_sets.0.sources.0.hold_out=0.5", "optimisation.epochs=1")
    assert facebehavior(*words, *changes, "run.precision=32-true").code == 0
    pictures = json.loads((tmp_path / "run/summary.json").read_text())["pictures"]
    # No more than half of the 16 that are not marked as test, and all of these in one step.
    assert 0 < pictures["mine"][0] == pictures["mine"][1] <= 8


def test_a_row_without_its_picture_is_skipped_and_counted(
    facebehavior: Run, labelled: Path, tmp_path: Path
) -> None:
    table = labelled.with_name("with_missing.csv")
    table.write_text(labelled.read_text() + "gone.png,fear,train\n")
    words = ("table", table, "-o", tmp_path / "shards", "--size", 16)
    answer = facebehavior("prepare", *words)
    assert answer.code == 3
    assert "with_missing.csv:26" in answer.errors
    assert "24 of 25 faces" in answer.output
    answer = facebehavior("prepare", *words[:2], "-o", tmp_path / "strict", "--strict")
    assert answer.code == 2


def test_a_table_without_its_column_is_an_error(facebehavior: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("picture,expression\na.png,fear\n")
    answer = facebehavior("prepare", "table", tmp_path / "bad.csv", "-o", tmp_path / "shards")
    assert answer.code == 2
    assert "a column 'image'" in answer.errors


def test_mistakes_of_training_are_one_line(facebehavior: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("name: a\nlabel_set: []\n")
    for words, reason in (
        (("train",), "one configuration file"),
        (("train", tmp_path / "missing.yaml"), "missing.yaml"),
        (("train", tmp_path / "bad.yaml"), "did you mean 'label_sets'"),
        (("train", "--labels", "a.csv"), "--from MODEL"),
        (("train", "--from", "nothing.onnx", "--labels", "a.csv"), "nothing.onnx"),
        (("export", tmp_path, "-o", "a.onnx"), "expected a training run"),
        (("evaluate", "nothing.onnx", tmp_path), "nothing.onnx"),
        (("prepare", "fer", tmp_path, "-o", tmp_path / "out"), "did you mean 'ferplus'"),
        (("prepare", "ferplus", tmp_path, "-o", tmp_path / "out", "--size", 3), "8 to 1024"),
    ):
        answer = facebehavior(*words)
        assert answer.code == 2, words
        assert reason in answer.errors
        assert len(answer.errors.strip().splitlines()) == 1


def test_a_model_and_shards_that_do_not_fit_are_an_error(
    facebehavior: Run, labelled: Path, tiny_model: Path, tmp_path: Path
) -> None:
    facebehavior("prepare", "table", labelled, "-o", tmp_path / "shards", "--size", 24)
    answer = facebehavior("evaluate", tiny_model, tmp_path / "shards")
    assert answer.code == 2
    assert "16 x 16" in answer.errors
    assert "24 x 24" in answer.errors
