"""What is fitted after training: above all, whose faces choose when two count as one person's."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.training.test_run import checked, toy_configuration
from tests.training.toys import write_toy_shard

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest, label_arrays
from facebehavior.model_file import FaceModel, MatchThreshold
from facebehavior.training import export_run, run_training
from facebehavior.training.best import best_network
from facebehavior.training.calibrating import (
    check_people,
    expression_temperature,
    verification,
)
from facebehavior.training.run import run_data
from facebehavior.training.validation import HeldOut, answers


@pytest.fixture(scope="module")
def two_sets(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """People of two databases, `rendered` and `photographs`."""
    return [
        write_toy_shard(tmp_path_factory.mktemp(name), ["identity"], 60, seed=4, database=name)
        for name in ("rendered", "photographs")
    ]


def configuration(shards: list[Path], verification: str | None) -> dict[str, Any]:
    content: dict[str, Any] = toy_configuration(shards, epochs=2)
    content["network"]["heads"] = ["identity"]
    for label_set, name in zip(content["label_sets"], ("heads", "people"), strict=True):
        label_set["name"] = name
    content["calibration"] = {"verification": verification}
    return content


@pytest.mark.parametrize(("chosen", "database"), [("people", "photographs"), ("heads", "rendered")])
def test_the_named_label_set_chooses_the_threshold_and_the_model_file_names_its_data(
    two_sets: list[Path], tmp_path: Path, chosen: str, database: str
) -> None:
    summary = run_training(checked(configuration(two_sets, chosen)), tmp_path / "run")
    assert summary.verification is not None
    # A fifth of the 30 subjects is held out, two faces each: 12 faces, 66 pairs.
    assert summary.verification["pairs"] == 66
    path = tmp_path / "model.onnx"
    export_run(tmp_path / "run", path)
    found = FaceModel(path).metadata.verification
    assert found == MatchThreshold(**summary.verification)  # type: ignore[arg-type]
    assert found is not None
    assert found.measured_on == database


@pytest.mark.parametrize("chosen", ["heads", "people", None])
def test_the_named_label_set_chooses_the_temperature(tmp_path: Path, chosen: str | None) -> None:
    shards = [
        write_toy_shard(tmp_path / name, ["expression"], 600, seed=seed)
        for name, seed in (("heads", 1), ("people", 2))
    ]
    content = toy_configuration(shards, epochs=1)
    for label_set in content["label_sets"]:  # type: ignore[attr-defined]
        label_set["sources"][0]["hold_out"] = 0.3
    settings = checked({**content, "calibration": {"expression": chosen}})
    summary = run_training(settings, tmp_path / "run")
    best = best_network(tmp_path / "run", summary.network)
    held_out = run_data(settings).held_out
    fitted = {
        name: expression_temperature(
            answers(best, [one for one in held_out if name in (None, one.label_set)]), None
        )
        for name in ("heads", "people", None)
    }
    assert fitted["heads"] != fitted["people"]
    assert summary.expression_temperature == fitted[chosen]


def test_a_run_summed_up_before_is_exported_without_the_name_of_the_data(
    two_sets: list[Path], tmp_path: Path
) -> None:
    run_training(checked(configuration(two_sets, "people")), tmp_path / "run")
    file = tmp_path / "run/summary.json"
    content = json.loads(file.read_text())
    content["match"] = content.pop("verification")
    del content["match"]["measured_on"]
    file.write_text(json.dumps(content))
    export_run(tmp_path / "run", tmp_path / "model.onnx")
    found = FaceModel(tmp_path / "model.onnx").metadata.verification
    assert found is not None
    assert (found.pairs, found.measured_on) == (66, None)


def _found(people: Sequence[str | None], vectors: np.ndarray[Any, np.dtype[np.float64]]) -> HeldOut:
    labels = label_arrays(Manifest.from_rows([{"image": "", "database": "a"}] * len(people)))
    names = np.array(people, dtype=object)
    return HeldOut({"embedding": vectors}, labels, names, np.full(len(people), "all"))


def test_of_several_databases_the_strictest_decides() -> None:
    corners = np.eye(4)
    near = corners[0] * 0.8 + corners[1] * 0.6
    easy = ["easy/x", "easy/x", "easy/y"]
    hard = ["hard/x", "hard/x", "hard/y"]
    # In `hard`, two people are as near as cosine 0.8.
    vectors = np.stack([corners[0], corners[0], corners[1], corners[0], corners[0], near])
    found = verification(_found([*easy, *hard], vectors))
    assert found is not None
    assert found.measured_on == "hard"
    assert found.threshold == pytest.approx(0.9)
    assert (found.false_match_rate, found.false_non_match_rate, found.pairs) == (0, 0, 3)
    alone = verification(_found(easy, vectors[:3]))
    assert alone is not None
    assert alone.measured_on == "easy"
    assert alone.threshold == pytest.approx(0.5)


def test_nothing_is_measured_without_two_faces_of_one_person() -> None:
    assert verification(None) is None
    assert verification(_found(["a/x", "a/y", None], np.eye(3))) is None


def test_nobody_to_measure_on_is_told_before_training(two_sets: list[Path], tmp_path: Path) -> None:
    single = write_toy_shard(tmp_path / "one", ["identity"], 4, seed=4, database="photographs")
    content = configuration([two_sets[0], single], "people")
    content["label_sets"][1]["sources"][0]["hold_out"] = 0.5
    with pytest.raises(FaceBehaviorError, match="held-out people of the label set 'people'"):
        run_training(checked(content), tmp_path / "run")
    assert not (tmp_path / "run").exists()
    check_people([], None)


def test_too_few_expressions_to_choose_the_temperature_are_told_before_training(
    tmp_path: Path,
) -> None:
    shards = [
        write_toy_shard(tmp_path / "faces", ["expression"], 600, seed=1),
        write_toy_shard(tmp_path / "units", ["au12"], 600, seed=2),
    ]
    content: dict[str, Any] = toy_configuration(shards)
    content["label_sets"][0]["sources"][0]["hold_out"] = 0.05
    for name, found in (("faces", 30), ("units", 0)):
        settings = checked({**content, "calibration": {"expression": name}})
        with pytest.raises(FaceBehaviorError, match=f"label set '{name}', found {found};"):
            run_training(settings, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"calibration": {"verification": "poeple"}}, "expected one of heads, people"),
        ({"calibration": {"expression": "poeple"}}, "calibration.expression: expected one of"),
        ({"network": {"heads": ["expression"]}}, "needs identity among network.heads"),
        ({"hold_out": 0.0}, "'people' holds nothing out"),
    ],
)
def test_a_label_set_that_cannot_choose_is_refused_when_the_configuration_is_read(
    two_sets: list[Path], change: dict[str, Any], said: str
) -> None:
    content = configuration(two_sets, "people")
    if "hold_out" in change:
        content["label_sets"][1]["sources"][0] |= change
    else:
        content |= change
    with pytest.raises(ValueError, match=said):
        checked(content)
