"""A model that was never taught some of its outputs, through everything an analysis does."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.conftest import Answer, write_trainable_model

from facebehavior.labels import ACTION_UNIT_COLUMNS, COMPOUND_EXPRESSIONS
from facebehavior.model_file import FaceModel
from facebehavior.network import quantise

Command = Callable[..., Answer]
HEADS = ("expression", "action_units", "affect", "attributes")
UNTRAINED = ("au02", "au26", "arousal", "attr_young")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "part.onnx"
    return write_trainable_model(path, HEADS, untrained=UNTRAINED)


def test_all_columns_of_an_untrained_output_are_null_and_no_other(
    facebehavior: Command,
    model: Path,
    clips: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    out = tmp_path / "clip.parquet"
    answer = facebehavior(
        *("analyze", clips / "single_face.mp4", "-o", out, "--model", model, "--compound"),
        *("--smooth", "one-euro", "--baseline", "--report", tmp_path / "page.html"),
        *("--summary", tmp_path / "people.csv", "--overlay", tmp_path / "shown.mp4"),
    )
    assert answer.code == 0, answer.errors
    assert "never taught AU 2, AU 26" in caplog.text
    table = pq.read_table(out)
    seen = table.filter(table["detected"])
    for name in (*UNTRAINED, "au02_on", "au26_on"):
        assert seen[name].null_count == len(seen), name
    for name in (
        "valence",
        "au01",
        "au25",
        "au25_on",
        "attr_male",
        "expr",
        "compound",
        "cexpr_awed",
    ):
        assert seen[name].null_count == 0, name
    document = json.loads((tmp_path / "clip.parquet.schema.json").read_text())
    assert document["model"]["untrained"] == ["au02", "au26", "arousal", "attr_young"]

    converted = tmp_path / "clip.openface.csv"
    assert facebehavior("convert", out, "-o", converted).code == 0
    text = converted.read_text().splitlines()
    place = [name.strip() for name in text[0].split(",")].index("AU02_r")
    assert {line.split(",")[place].strip() for line in text[1:]} == {""}


def test_compound_expressions_without_valence_are_refused(
    facebehavior: Command, astronaut: Path, tmp_path: Path
) -> None:
    path = write_trainable_model(tmp_path / "one.onnx", HEADS, untrained=("valence",))
    answer = facebehavior("analyze", astronaut, "--model", path, "--compound")
    assert answer.code == 2
    assert "scored with valence" in answer.errors
    out = tmp_path / "faces.jsonl"
    words = ("analyze", astronaut, "--model", path, "--compound", "--compound-by", "posterior")
    assert facebehavior(*words, "-o", out).code == 0
    row = json.loads(out.read_text().splitlines()[0])
    assert row["compound"] is not None
    assert sum(row[f"cexpr_{name}"] for name in COMPOUND_EXPRESSIONS) == pytest.approx(1, abs=1e-4)


def test_compound_expressions_without_any_action_unit_of_a_class_are_refused(
    facebehavior: Command, astronaut: Path, tmp_path: Path
) -> None:
    untrained = tuple(name for name in ACTION_UNIT_COLUMNS if name != "au12")
    path = write_trainable_model(tmp_path / "one.onnx", HEADS, untrained=untrained)
    answer = facebehavior("analyze", astronaut, "--model", path, "--compound")
    assert answer.code == 2
    assert "was never taught an action unit of sadly_fearful" in answer.errors
    assert answer.errors.count("\n") == 1


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_eight_bits_and_other_runtimes_keep_silent_too(
    model: Path, tmp_path: Path, runtime: str
) -> None:
    if runtime == "openvino":
        pytest.importorskip("openvino")
    generator = np.random.default_rng(0)
    crops = generator.integers(0, 256, (8, 16, 16, 1), dtype=np.uint8)
    small = tmp_path / "small.onnx"
    differences = quantise(model, crops, small)
    assert all(np.isfinite(value) for value in differences.values())
    found = FaceModel(small, runtime).predict(crops)
    assert found.action_units is not None
    assert np.isnan(found.action_units).any(axis=0).sum() == 2
    assert np.isnan(found.action_units[:, [1, 16]]).all()
