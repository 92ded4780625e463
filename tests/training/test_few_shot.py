"""A head from a few pictures: what is drawn and held out, a golden run, and its model in use."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tests.conftest import Answer
from tests.training.test_run import checked
from tests.training.toys import write_toy_shard

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import COMPOUND_EXPRESSIONS, COMPOUND_TASK, Manifest, label_arrays
from facebehavior.model_file import FaceModel
from facebehavior.training.data import TrainingData, open_training_data
from facebehavior.training.few_shot import few_of_each
from facebehavior.training.label_set_section import FewShot, Source

Command = Callable[..., Answer]
RECIPE = Path(__file__).parents[2] / "recipes" / "few_shot.yaml"
GOLDEN_ROWS = [14, 15, 28, 29, 36, 37, 42, 53]
GOLDEN = {70: (0.7268, 0.2524), 180: (0.1342, 0.8657)}
"""Of an even face of some brightness, the probabilities of `sadly_angry` and `happily_surprised` in
the golden run, measured once; the other thirteen classes share the rest."""
NAMES = list(COMPOUND_EXPRESSIONS)
DARK, BRIGHT = "sadly_angry", "happily_surprised"


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty faces of thirty persons, dark or bright, which is their compound expression."""
    return write_toy_shard(tmp_path_factory.mktemp("compound"), ["compound"], 60, seed=6)


def configuration(shards: Path, model: Path) -> dict[str, Any]:
    source = {
        "shards": str(shards),
        "few_shot": {"per_class": 4},
        "fold": {"number": 0, "of": 3},
    }
    return {
        "name": "few",
        "licence": "none",
        "start_from": str(model),
        "label_sets": [{"name": "few", "sources": [source]}],
        "network": {"heads": ["compound"]},
        "optimisation": {
            "trained": "heads",
            "epochs": 40,
            "batch_size": 8,
            "learning_rate": 0.1,
            "averaging": 0.9,
        },
        "augmentation": {"brightness": 0.0, "contrast": 0.0, "erase": 0.0},
        "run": {"precision": "32-true", "validate_every": 1000},
    }


def opened(content: dict[str, Any], seed: int = 0) -> TrainingData:
    return open_training_data(checked(content).label_sets, seed, [COMPOUND_TASK])


def drawn(data: TrainingData) -> list[int]:
    return list(map(int, data.label_sets[0][0].rows))


def held_out(data: TrainingData) -> list[int]:
    return list(map(int, data.held_out[0].rows))


def test_every_person_is_held_out_in_one_fold_whatever_the_seed(
    shards: Path, tiny_model: Path
) -> None:
    folds = []
    for number in range(3):
        content = configuration(shards, tiny_model)
        content["label_sets"][0]["sources"][0]["fold"]["number"] = number
        data = opened(content)
        assert held_out(opened(content, seed=1)) == held_out(data)
        persons = {row // 2 for row in held_out(data)}
        # Both pictures of a person are on one side.
        assert len(held_out(data)) == 2 * len(persons)
        assert not persons & {row // 2 for row in drawn(data)}
        folds.append(persons)
    assert sorted(person for persons in folds for person in persons) == list(range(30))
    assert {len(persons) for persons in folds} == {10}


def test_folds_are_of_the_split_that_is_learned(shards: Path, tiny_model: Path) -> None:
    content = configuration(shards, tiny_model)
    source = content["label_sets"][0]["sources"][0]
    source |= {"split": "train", "few_shot": {"per_class": 1}}
    # A row in four is of another split: some persons have one picture left.
    assert all(row % 4 for row in held_out(opened(content)))


def test_the_seed_draws_the_pictures_and_fewer_are_among_more(
    shards: Path, tiny_model: Path
) -> None:
    content = configuration(shards, tiny_model)
    four = drawn(opened(content))
    assert four == GOLDEN_ROWS
    assert drawn(opened(content, seed=1)) != four
    content["label_sets"][0]["sources"][0]["few_shot"]["per_class"] = 2
    two = drawn(opened(content))
    assert len(two) == 4
    assert set(two) < set(four)


def test_a_class_that_cannot_be_learned_is_named(caplog: pytest.LogCaptureFixture) -> None:
    rows = [
        {"image": str(place), "database": "x", "compound": name}
        for place, name in enumerate((DARK, DARK, BRIGHT))
    ]
    labels = label_arrays(Manifest.from_rows(rows), [COMPOUND_TASK])
    source = Source(shards="x", few_shot=FewShot(per_class=1))
    assert len(few_of_each(labels, np.arange(3), source, [COMPOUND_TASK], 0)) == 2
    (warning,) = caplog.messages
    assert "no picture of" in warning
    assert all((name in warning) == (name not in (DARK, BRIGHT)) for name in NAMES)
    # Its one picture is held out: it would be tested without having been learned.
    with pytest.raises(FaceBehaviorError, match=f"but {BRIGHT} has 0 of its 1 to train on"):
        few_of_each(labels, np.arange(2), source, [COMPOUND_TASK], 0)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"fold": {"number": 3, "of": 3}}, "expected a number below 3, found 3"),
        ({"hold_out": 0.2}, "expected hold_out or fold, found both"),
    ],
)
def test_folds_that_are_not_there_are_named(
    facebehavior: Command, shards: Path, tiny_model: Path, tmp_path: Path,
    source: dict[str, Any], message: str,
) -> None:  # fmt: skip
    content = configuration(shards, tiny_model)
    content["label_sets"][0]["sources"][0] |= source
    path = tmp_path / "few.yaml"
    path.write_text(yaml.safe_dump(content))
    answer = facebehavior("train", path, "-o", tmp_path / "run")
    assert answer.code == 2
    assert message in answer.errors


def test_a_golden_run_from_pictures_to_the_record(
    facebehavior: Command, shards: Path, tiny_model: Path, astronaut: Path, tmp_path: Path
) -> None:
    path, run, model = tmp_path / "few.yaml", tmp_path / "run", tmp_path / "few.onnx"
    path.write_text(yaml.safe_dump(configuration(shards, tiny_model)))
    answer = facebehavior("train", path, "-o", run)
    assert answer.code == 0, answer.errors
    summary = json.loads((run / "summary.json").read_text())
    assert summary["pictures"] == {"few": [8, 8]}
    assert summary["held_out"]["compound_uar"] == 1.0
    assert facebehavior("export", run, "-o", model).code == 0
    taught = FaceModel(model, runtime="onnxruntime")
    for brightness, expected in GOLDEN.items():
        face = np.full((1, 16, 16, 1), brightness, dtype=np.uint8)
        compound = taught.predict(face).compound
        assert compound is not None
        found = [compound[0, NAMES.index(name)] for name in (DARK, BRIGHT)]
        np.testing.assert_allclose(found, expected, atol=0.002)

    out = tmp_path / "faces.csv"
    answer = facebehavior("analyze", astronaut, "-o", out, "--model", model)
    assert answer.code == 0, answer.errors
    (row,) = csv.DictReader(out.read_text().splitlines())
    shares = [float(row[f"cexpr_{name}"]) for name in NAMES]
    assert sum(shares) == pytest.approx(1.0, abs=1e-5)
    assert row["compound"] == NAMES[int(np.argmax(shares))]
    # The trunk is as it was, and so is what the old heads say.
    before = tmp_path / "before.csv"
    facebehavior("analyze", astronaut, "-o", before, "--model", tiny_model)
    (old,) = csv.DictReader(before.read_text().splitlines())
    for name in ("expr_happiness", "au12", "valence"):
        assert float(row[name]) == pytest.approx(float(old[name]), abs=1e-5)
