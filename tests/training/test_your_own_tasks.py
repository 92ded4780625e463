"""The toy of `docs/your_own_tasks.md`: two coupled tasks from YAML alone."""

import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import Answer

from facebehavior.databases import Shards
from facebehavior.model_file import FaceModel
from facebehavior.relatedness import read_relatedness

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits"


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    runpy.run_path(str(EXAMPLE / "draw.py"))["write"](folder, pictures=200, seed=0)
    return folder


def test_the_table_is_that_of_the_drawing() -> None:
    drawn = runpy.run_path(str(EXAMPLE / "draw.py"))
    table = read_relatedness(EXAMPLE / "table.yaml").arranged(
        tuple(drawn["DIGITS"]), tuple(drawn["STROKES"])
    )
    for digit, strokes in drawn["DIGITS"].items():
        assert set(table.row(digit)) == set(strokes)


def test_digits_and_strokes_are_learned_and_coupled_without_code(
    facebehavior: Callable[..., Answer], toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for task in ("digits", "strokes"):
        words = ("prepare", "manifest", toy / f"{task}.parquet", "-o", toy / "shards" / task)
        assert facebehavior(*words, "--size", 32, "--colour", "grey").code == 0
    monkeypatch.setenv("TOY", str(toy / "shards"))
    monkeypatch.setenv("TABLE", str(EXAMPLE / "table.yaml"))
    run = toy / "run"
    answer = facebehavior("train", EXAMPLE / "digits.yaml", "-o", run, "optimisation.epochs=12")
    assert answer.code == 0, answer.errors
    assert facebehavior("export", run, "-o", toy / "digits.onnx").code == 0
    model = FaceModel(toy / "digits.onnx", runtime="onnxruntime")
    assert set(model.metadata.heads) == {"digit", "stroke"}

    shards = Shards(toy / "shards" / "digits")
    names = model.metadata.heads["digit"]
    truth = np.array([names.index(n) for n in shards.manifest.column("label_digit").to_pylist()])
    tested = np.flatnonzero([s == "test" for s in shards.manifest.column("split").to_pylist()])
    found = model.predict(shards.crops(tested)).own
    assert np.mean(found["digit"].argmax(axis=1) == truth[tested]) > 0.5  # chance is .1
    # Strokes were never labelled on these pictures.
    drawn = runpy.run_path(str(EXAMPLE / "draw.py"))["DIGITS"]
    strokes = model.metadata.heads["stroke"]
    lit = np.array([[s in drawn[names[place]] for s in strokes] for place in truth[tested]])
    assert np.mean((found["stroke"] > 0.5) == lit) > 0.85
