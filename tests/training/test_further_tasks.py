"""Runs on tasks beside expression, action units and affect: attributes, identity, one's own."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.training.test_run import checked, toy_configuration
from tests.training.toys import write_toy_shard

from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    ATTRIBUTE_COLUMNS,
    EXPRESSIONS,
    Manifest,
    label_arrays,
)
from facebehavior.model_file import FaceModel
from facebehavior.network import load_network
from facebehavior.relatedness import read_relatedness
from facebehavior.training import export_run, run_training
from facebehavior.training.validation import HeldOut, pairs

COLUMNS = ["identity", "attr_smiling", "attr_young"]
SHAPES = {
    "shape": {"kind": "exclusive", "labels": ["square", "circle"], "columns": ["label_shape"]},
    "parts": {
        "kind": "binary",
        "labels": ["corner", "round"],
        "columns": ["label_corner", "label_round"],
    },
}


@pytest.fixture(scope="module")
def people_shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_shard(tmp_path_factory.mktemp("people"), COLUMNS, 60, seed=4)


@pytest.fixture(scope="module")
def shape_shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two sets, one labelled with shapes and one with their parts; and one with both."""
    kinds = {"shape": ["label_shape"], "parts": ["label_corner", "label_round"]}
    kinds["both"] = [name for names in kinds.values() for name in names]
    return [
        write_toy_shard(tmp_path_factory.mktemp(name), columns, 40, seed=5)
        for name, columns in kinds.items()
    ]


def configuration(shards: list[Path], heads: tuple[str, ...], **sections: object) -> dict[str, Any]:
    content: dict[str, Any] = toy_configuration(shards, epochs=20)
    content["network"]["heads"] = list(heads)
    return content | sections


def test_identity_and_attributes_are_learned_and_coupled(
    people_shards: Path, tmp_path: Path
) -> None:
    coupled = {"first": "identity", "second": "attributes", "distribution_matching": {}}
    content = configuration(
        [people_shards], ("identity", "attributes"), further_couplings=[coupled]
    )
    summary = run_training(checked(content), tmp_path / "run")
    assert summary.held_out["attributes_auc"] > 0.95
    # Two of the four people look alike: one in two is right by chance.
    assert summary.held_out["identity_uar"] > 0.3
    table = read_relatedness(tmp_path / "run/identity_attributes_relatedness.json")
    assert table.from_labels == tuple(
        f"toy/{name}" for name in ("ann 0", "ann 1", "bob 0", "bob 1")
    )
    assert table.row("toy/bob 0")["attr_smiling"] > 0.9
    lines = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert any("loss_identity_attributes_distribution_matching" in line for line in lines)

    path = tmp_path / "people.onnx"
    assert export_run(tmp_path / "run", path) <= 1e-4
    found = FaceModel(path, runtime="onnxruntime").predict(
        np.full((2, 16, 16, 1), 180, dtype=np.uint8)
    )
    assert found.embedding is not None
    assert found.attributes is not None
    np.testing.assert_allclose(np.linalg.norm(found.embedding, axis=1), 1.0, rtol=1e-5)
    smiling = FaceModel(path).metadata.heads["attributes"].index("attr_smiling")
    assert (found.attributes[:, smiling] > 0.5).all()


def test_two_tasks_of_ones_own_from_yaml_alone(shape_shards: list[Path], tmp_path: Path) -> None:
    coupled = {
        "first": "shape",
        "second": "parts",
        "co_annotation": {},
        "soft_co_annotation": {},
        "posterior_co_annotation": {},
        "distribution_matching": {},
    }
    content = configuration(shape_shards, (), tasks=SHAPES, further_couplings=[coupled])
    summary = run_training(checked(content), tmp_path / "run")
    assert summary.held_out["shape_uar"] > 0.9
    assert summary.held_out["parts_auc"] > 0.9
    path = tmp_path / "shapes.onnx"
    export_run(tmp_path / "run", path)
    dark = FaceModel(path).predict(np.full((1, 16, 16, 1), 60, dtype=np.uint8))
    assert dark.expression is None
    assert dark.own["shape"][0, 0] > 0.5
    assert dark.own["parts"].shape == (1, 2)


@pytest.mark.parametrize("trained", ["heads", "last_block", "all"])
def test_a_compound_head_from_a_few_pictures(
    expression_shards: Path, tmp_path: Path, trained: str
) -> None:
    run_training(checked(toy_configuration([expression_shards], epochs=4)), tmp_path / "base")
    base = tmp_path / "base.onnx"
    export_run(tmp_path / "base", base)
    shards = write_toy_shard(tmp_path / "compound", ["compound"], 60, seed=6)
    content = configuration([shards], ("compound",), start_from=str(base))
    content["network"] = {"heads": ["compound"]}
    content["label_sets"][0]["sources"][0]["few_shot"] = {"per_class": 4}
    content["optimisation"] |= {"trained": trained, "epochs": 40, "batch_size": 8}
    summary = run_training(checked(content), tmp_path / "run")
    assert summary.pictures["compound"] == (8, 8)
    assert summary.held_out["compound_uar"] > 0.9
    path = tmp_path / "compound.onnx"
    export_run(tmp_path / "run", path)
    before, after = load_network(base)[0], load_network(path)[0]
    same = {
        name: torch.equal(value, after.state_dict()[name])
        for name, value in before.state_dict().items()
        if name in after.state_dict()
    }
    trunk = [equal for name, equal in same.items() if name.startswith("backbone")]
    if trained == "heads":
        # What the new head does not touch answers as before.
        assert all(same.values())
        assert "heads.expression.weight" in same
    else:
        assert "heads.expression.weight" not in same
        first = [equal for name, equal in same.items() if name.startswith("backbone.stem")]
        assert all(first) == (trained == "last_block")
        assert not all(trunk)


def test_more_pictures_than_a_class_has_is_named(people_shards: Path, tmp_path: Path) -> None:
    shards = write_toy_shard(tmp_path / "compound", ["compound"], 20)
    content = configuration([shards], ("compound",))
    content["label_sets"][0]["sources"][0]["few_shot"] = {"per_class": 50}
    with pytest.raises(FaceBehaviorError, match=r"50 pictures of each class, but \w+ has \d+"):
        run_training(checked(content), tmp_path / "run")
    content = configuration([people_shards], ("identity",))
    content["label_sets"][0]["sources"][0]["few_shot"] = {"per_class": 2}
    with pytest.raises(FaceBehaviorError, match="expected one of expression"):
        run_training(checked(content), tmp_path / "run")


def test_people_with_one_picture_are_not_learned(tmp_path: Path) -> None:
    shards = write_toy_shard(tmp_path / "two", ["identity"], 2)
    content = configuration([shards], ("identity",))
    with pytest.raises(FaceBehaviorError, match="two people with two training pictures"):
        run_training(checked(content), tmp_path / "run")


@pytest.mark.parametrize(
    ("coupled", "named"),
    [
        ({"first": "attributes", "second": "attributes"}, "first should be a task with exclusive"),
        ({"first": "identity", "second": "strokes"}, "one of action_units, attributes"),
        ({"first": "identity", "second": "action_units"}, "needs the head action_units"),
    ],
)
def test_pairs_that_cannot_be_coupled_are_named(
    people_shards: Path, tmp_path: Path, coupled: dict[str, object], named: str
) -> None:
    coupled |= {"distribution_matching": {}}
    heads = ("identity", "attributes")
    content = configuration([people_shards], heads, further_couplings=[coupled])
    with pytest.raises(FaceBehaviorError, match=named):
        run_training(checked(content), tmp_path / "run")


def test_faces_of_two_databases_are_not_compared() -> None:
    vectors = np.eye(3)[[0, 0, 1, 1, 2, 2]]
    people = np.array(["a/x", "a/y", "a/y", "b/x", "b/z", None], dtype=object)
    empty = label_arrays(Manifest.from_rows([{"image": "", "database": "a"}] * 6))
    one_set = np.full(6, "all")
    found = pairs(HeldOut({"embedding": vectors}, empty, people, one_set))
    # In a: x y, x y, y y. In b no two faces are of one person.
    assert list(found) == ["a"]
    compared = found["a"]
    assert compared[0].tolist() == [1.0, 0.0, 0.0]
    assert compared[1].tolist() == [False, False, True]
    assert pairs(HeldOut({}, empty, people, one_set)) == {}


def test_a_model_answers_only_what_it_was_taught(
    behaviour_shards: Path, people_shards: Path, tmp_path: Path
) -> None:
    shards = [behaviour_shards, people_shards]
    content = configuration(shards, ("action_units", "attributes"))
    content["optimisation"]["epochs"] = 1
    run_training(checked(content), tmp_path / "run")
    path = tmp_path / "taught.onnx"
    export_run(tmp_path / "run", path)
    face = np.full((1, 16, 16, 1), 60, dtype=np.uint8)
    found = FaceModel(path).predict(face)
    assert found.action_units is not None
    assert found.attributes is not None
    taught = np.isfinite(found.action_units[0])
    assert [n for n, known in zip(ACTION_UNIT_COLUMNS, taught, strict=True) if known] == ["au12"]
    assert np.isfinite(found.attributes[0]).sum() == 2

    # What a model was taught before stays taught as long as its trunk stays.
    young = write_toy_shard(tmp_path / "young", ["attr_young"], 40, seed=8)
    for trained, known in (("heads", 2), ("all", 1)):
        content = configuration([young], ("attributes",), start_from=str(path))
        content["network"] = {"heads": ["attributes"]}
        content["optimisation"] |= {"trained": trained, "epochs": 1}
        untrained = run_training(checked(content), tmp_path / trained).untrained
        assert len([name for name in ATTRIBUTE_COLUMNS if name not in untrained]) == known


def test_a_run_that_does_not_say_what_it_was_taught_is_summed_up_again(
    behaviour_shards: Path, tmp_path: Path
) -> None:
    content = configuration([behaviour_shards], ("action_units",))
    content["optimisation"]["epochs"] = 1
    run_training(checked(content), tmp_path / "run")
    path = tmp_path / "run/summary.json"
    whole = path.read_text()
    old = json.loads(whole)
    del old["untrained"]
    path.write_text(json.dumps(old))
    with pytest.raises(FaceBehaviorError, match="facebehavior train"):
        export_run(tmp_path / "run", tmp_path / "out.onnx")
    run_training(checked(content), tmp_path / "run")
    assert path.read_text() == whole


def test_a_model_that_was_taught_valence_alone_says_nothing_of_arousal(tmp_path: Path) -> None:
    shards = write_toy_shard(tmp_path / "valence", ["valence"], 40, seed=8)
    content = configuration([shards], ("affect",))
    content["optimisation"]["epochs"] = 1
    assert run_training(checked(content), tmp_path / "run").untrained == ("arousal",)


@pytest.mark.parametrize(
    ("terms", "untaught"),
    [
        # The faces are neutral or happy, and of happy ones these are related.
        ({"co_annotation": {}}, set(ACTION_UNIT_COLUMNS) - {"au06", "au12", "au25"}),
        # Du et al. have no AU 14 at all.
        ({"distribution_matching": {}}, {"au14"}),
        ({"distribution_matching": {"fixed": "p"}}, set(ACTION_UNIT_COLUMNS) - {"au12"}),
        ({"posterior_co_annotation": {}}, set(ACTION_UNIT_COLUMNS) - {"au12"}),
    ],
)
def test_a_coupling_teaches_the_action_units_that_it_relates(
    expression_shards: Path,
    behaviour_shards: Path,
    tmp_path: Path,
    terms: dict[str, Any],
    untaught: set[str],
) -> None:
    content = configuration([expression_shards, behaviour_shards], ("expression", "action_units"))
    content["optimisation"]["epochs"] = 1
    content["coupling"] = {"absent_expressions": list(EXPRESSIONS[2:]), **terms}
    assert set(run_training(checked(content), tmp_path / "coupled").untrained) == untaught
