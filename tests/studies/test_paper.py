"""The paper's tables, on trees of the released layouts: every variant trains and is tested."""

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from studies.paper.__main__ import main
from studies.paper.page import Cell, page
from studies.paper.plan import (
    IDENTIFICATION,
    RECIPES,
    Network,
    available,
    networks,
    read_plan,
    sources,
    trained_whole,
)
from studies.paper.training import Places, configuration_of, learn
from tests.conftest import Answer
from tests.databases.trees import TREES
from tests.databases.trees.bp4d import write_sequence

from facebehavior.databases import Shards
from facebehavior.databases.shards import write_shard
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import PROTOCOLS
from facebehavior.labels import EXPRESSIONS, MANIFEST_COLUMNS
from facebehavior.model_file import FaceModel
from facebehavior.training.configuration import checked_configuration

ONE, TWO = (RECIPES / f"case_{number}_variants.yaml" for number in ("one", "two"))
QUICK = [
    "network.backbone=small", "network.width=4", "network.normalisation=group",
    "network.dropout=0.0", "optimisation.epochs=2", "optimisation.batch_size=12",
    "run.accelerator=cpu", "run.precision=32-true",
]  # fmt: skip
Prepare = Callable[..., None]


@pytest.fixture
def prepare(facebehavior: Callable[..., Answer], tmp_path: Path) -> Prepare:
    """Prepare a tree into the folder `shards`."""

    def prepared(database: str, folder: str, *words: str) -> None:
        tree, out = tmp_path / "trees" / folder, tmp_path / "shards" / folder
        answer = facebehavior(
            "prepare", database, tree, "-o", out, "--size", 32, "--colour", "grey", *words
        )
        assert answer.code in (0, 3), answer.errors

    return prepared


@pytest.fixture
def shards(prepare: Prepare, tmp_path: Path) -> Path:
    """Two databases of the paper that bring the points of their faces with them."""
    for name, pictures in (("affectnet", 40), ("aff-wild2", 14)):
        TREES[name](tmp_path / "trees" / name, pictures)
        prepare(name, name)
    return tmp_path / "shards"


def table_of(path: Path) -> dict[str, list[str]]:
    """Give the cells of each row of the table, by its first."""
    lines = [line for line in path.read_text().splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    return {first: rest for first, *rest in rows}


@pytest.mark.parametrize("path", [ONE, TWO])
def test_every_recipe_and_variant_is_a_configuration(path: Path) -> None:
    plan = read_plan(path)
    checked_configuration(plan.recipe, path.name)
    for name, changes in plan.variants.items():
        kept = {key: value for key, value in changes.items() if key != "tasks"}
        checked_configuration({**plan.recipe, **kept}, name)
    named = {one for protocols in plan.tests.values() for one in protocols}
    assert named <= {*PROTOCOLS, IDENTIFICATION}


def test_every_coupling_comes_with_both_tables() -> None:
    variants = read_plan(ONE).variants
    for name in ("co_annotation", "soft_co_annotation", "distribution_matching", "both",
                 "both_as_printed", "posterior_co_annotation"):  # fmt: skip
        domain, empirical = variants[name], variants[f"{name}_empirical"]
        assert empirical["coupling"] == {**domain["coupling"], "table": "${EMPIRICAL}"}


def test_all_variants_are_trained_tested_and_written_into_one_table(
    shards: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "results"
    variants = ["single_task_expression", "uncoupled"]
    words = [str(shards), "-o", str(out), "--variants", *variants, "--set", *QUICK]
    with caplog.at_level(logging.INFO):
        main(words)
    told = "\n".join(caplog.messages)
    for number, name in enumerate(variants, start=1):
        assert f"network {number} of 2: {name}" in told
        assert f"{name}: trained in " in told
        assert str(out / f"{name}.onnx") in told
    assert "steps takes" in told  # the batch plan
    rows = table_of(out / "table.md")
    assert rows["variant"] == ["affectnet-7", "affectnet-va", "aff-wild2-va", "aff-wild2-expr",
                               "aff-wild2-au"]  # fmt: skip
    single = rows["single_task_expression"]
    assert single[0] != "-" != single[3]
    assert single[1] == single[2] == single[4] == "-"
    assert "-" not in rows["uncoupled"]
    text = (out / "table.md").read_text()
    assert "Not there, and so not tested: afew-va, raf-db" in text
    assert "- `affectnet-7`: accuracy on affectnet." in text
    # Started again, nothing is done twice.
    made = [*out.glob("*.onnx"), *out.glob("tests/**/*.json")]
    times = {path: path.stat().st_mtime_ns for path in made}
    main(words)
    assert {path: path.stat().st_mtime_ns for path in made} == times
    # Other settings do not pass for these results.
    with pytest.raises(SystemExit, match="another configuration"):
        main([*words, "optimisation.epochs=3"])


def test_a_single_task_is_taught_by_pictures_of_that_task_alone(shards: Path) -> None:
    plan = available(read_plan(ONE), shards)
    (network,) = networks(plan, "single_task_action_units", shards, folds=False)
    assert [(Path(one["shards"]).name, one["tasks"]) for one in sources(network.recipe)] == [
        ("aff-wild2", ["action_units"])
    ]
    (uncoupled,) = networks(plan, "uncoupled", shards, folds=False)
    assert len(sources(uncoupled.recipe)) == 2


def write_joint(folder: Path, rows: int, subject: str | None = None) -> None:
    """Write pictures with expression and action units, as Aff-Wild2 has some; of one person?"""
    generator = np.random.default_rng(0)
    given = Shards(folder)
    table = given.manifest.table.slice(0, 1)
    values: dict[str, Any] = {
        "image": table["image"].to_pylist() * rows,
        "database": [folder.name] * rows,
        "split": ["train", "validation"] * (rows // 2),
        "subject": [subject or f"{row // 4}" for row in range(rows)],
        "expression": [EXPRESSIONS[row // 2 % 7] for row in range(rows)],
        "valence": generator.uniform(-1, 1, rows),
        "arousal": generator.uniform(-1, 1, rows),
    }
    for unit in (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26):
        values[f"au{unit:02d}"] = generator.random(rows) < 0.5
    kinds = {**MANIFEST_COLUMNS, "image": pa.binary()}
    schema = pa.schema([(name, kinds[name]) for name in values])
    batch = pa.record_batch([pa.array(v, schema.field(n).type) for n, v in values.items()], schema)
    for old in folder.glob("*.arrow"):
        old.unlink()
    write_shard(folder / "shard-00000.arrow", iter([batch]), schema, given.crop_parameters)


def test_every_coupling_is_trained_with_the_empirical_table(shards: Path, tmp_path: Path) -> None:
    write_joint(shards / "aff-wild2", 840)
    plan = available(read_plan(ONE), shards)
    places = Places(shards, tmp_path / "results")
    quick = [*QUICK, "optimisation.epochs=0.05", "optimisation.batch_size=48"]
    names = [name for name in plan.variants if name.endswith("_empirical")]
    assert len(names) == 6
    for name in names:
        (network,) = networks(plan, name, shards, folds=False)
        learn(network, configuration_of(network, quick), places)
        used = (places.run(name) / "relatedness.json").read_text()
        assert "estimated on aff-wild2" in json.loads(used)["source"]
    assert (places.results / "empirical.json").is_file()


def test_without_joint_labels_the_empirical_variants_are_left_out(
    shards: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "results"
    words = [str(shards), "-o", str(out), "--variants", "both_empirical"]
    main([*words, "--set", *QUICK])
    assert "both_empirical: left out: " in caplog.text
    assert set(table_of(out / "table.md")["both_empirical"]) == {"-"}
    assert "A dash: " in (out / "table.md").read_text()


def write_bp4d(root: Path) -> None:
    """Write two people of every fold."""
    for subject in ("F001", "M007", "M011", "F003", "F007", "F015"):
        write_sequence(root, "Sequences_2D+3D", subject, "T1", range(10, 18), 3, 0)


def test_no_fold_tests_anybody_that_it_has_trained_on(
    shards: Path, prepare: Prepare, tmp_path: Path
) -> None:
    write_bp4d(tmp_path / "trees" / "bp4d")
    prepare("bp4d", "bp4d")
    out = tmp_path / "results"
    name = "single_task_action_units"
    main([str(shards), "-o", str(out), "--folds", "--variants", name, "--set", *QUICK])
    values, judged = [], []
    for fold in range(3):
        folder = out / f"fold_{fold}"
        run = yaml.safe_load((folder / "runs" / name / "configuration.yaml").read_text())
        (left_out,) = [
            set(one["without_subjects"]) for one in sources(run) if "bp4d" in one["shards"]
        ]
        assert len(left_out) == 2
        found = json.loads((folder / "tests" / name / "bp4d" / "bp4d-12.json").read_text())
        assert found["report"]["fold"] == fold
        assert found["report"]["subjects"] == 2
        values.append(found["value"])
        judged.append(left_out)
    subjects = Shards(shards / "bp4d").manifest.column("subject").to_pylist()
    assert set.union(*judged) == set(subjects)
    rows = table_of(out / "table.md")
    cells = dict(zip(rows["variant"], rows[name], strict=True))
    assert cells["bp4d-12"] == f"{np.mean(values):.3f}"
    assert "mean over the folds" in (out / "table.md").read_text()
    plan = available(read_plan(ONE), shards)
    # Affect is learned from databases without folds: one network is enough.
    (affect,) = networks(plan, "single_task_affect", shards, folds=True)
    assert affect.fold is None
    # Without folds the same figure is of people that were trained on.
    (whole,) = networks(plan, name, shards, folds=False)
    assert whole.sees("bp4d", "bp4d-12")
    assert not whole.sees("aff-wild2", "aff-wild2-au")


def test_a_database_whose_people_are_all_of_one_fold_teaches_nothing_there(
    tmp_path: Path, prepare: Prepare, shards: Path
) -> None:
    write_sequence(tmp_path / "trees" / "bp4d", "Sequences_2D+3D", "F001", "T1", range(9), 3, 0)
    prepare("bp4d", "bp4d")
    plan = available(read_plan(ONE), shards)
    (network,) = networks(plan, "uncoupled", shards, folds=True)
    assert network.fold == 0
    assert "bp4d" not in trained_whole(network.recipe)
    assert network.tested_folds == {"bp4d": True}
    # Nor does the empirical table learn from them.
    write_joint(shards / "aff-wild2", 840)
    write_joint(shards / "bp4d", 840, "F001")
    (network,) = networks(plan, "both_empirical", shards, folds=True)
    places = Places(shards, tmp_path / "results")
    quick = [*QUICK, "optimisation.epochs=0.05", "optimisation.batch_size=48"]
    learn(network, configuration_of(network, quick), places)
    table = json.loads((places.results / "empirical.json").read_text())
    assert table["source"] == "estimated on aff-wild2, affectnet"


def test_figures_of_people_that_were_trained_on_are_marked(tmp_path: Path) -> None:
    plan = read_plan(ONE)
    network = Network("both", plan.recipe)
    assert network.sees("disfa", "disfa-12")
    assert not network.sees("affectnet", "affectnet-7")
    folded = Network("both", plan.recipe, 0, {"disfa": True})
    assert not folded.sees("disfa", "disfa-12")
    assert folded.sees("disfa", "default")
    tests = {"disfa": ["disfa-12"], "affectnet": ["affectnet-7"]}
    for name in tests:
        (tmp_path / name).mkdir()
    disfa, affectnet = ("disfa", "disfa-12"), ("affectnet", "affectnet-7")
    results: Mapping[str, Mapping[tuple[str, str], Cell]] = {
        "both": {disfa: Cell([0.5], seen=True), affectnet: Cell([0.25])},
        "single": {disfa: Cell([None], seen=True), affectnet: Cell([0.125])},
    }
    text = page(results, tests, tmp_path, folds=False)
    assert "| both | 0.500* | 0.250 |" in text
    assert "| single | - | 0.125 |" in text
    assert "trained on" in text
    unseen = {"both": {disfa: Cell([0.5]), affectnet: Cell([0.25, None])}}
    text = page(unseen, tests, tmp_path, folds=False)
    assert "| both | 0.500 | - |" in text
    assert "\\*" not in text


def test_what_was_trained_without_a_database_is_kept_apart(shards: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    words = [str(shards), "-o", str(out), "--variants", "single_task_expression"]
    main([*words, "--leave-out", "affectnet", "--set", *QUICK])
    assert not (out / "table.md").exists()
    model = FaceModel(out / "without_affectnet" / "single_task_expression.onnx")
    assert model.metadata.training_databases == ("aff-wild2",)
    rows = table_of(out / "without_affectnet" / "table.md")
    assert rows["single_task_expression"][0] != "-"


def test_a_database_can_be_left_out_of_training(shards: Path) -> None:
    found = available(read_plan(ONE), shards, "aff-wild2")
    assert [Path(one["shards"]).name for one in sources(found.recipe)] == ["affectnet"]
    with pytest.raises(FaceBehaviorError, match="found none"):
        available(read_plan(ONE), shards / "nothing")
    # A slip of the pen would otherwise train on what is said to be left out.
    with pytest.raises(FaceBehaviorError, match="raf-db, found 'afectnet'"):
        available(read_plan(ONE), shards, "afectnet")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--variants", "bothh"], "unknown variant 'bothh'"),
        (["--plan", "nowhere.yaml"], "nowhere.yaml"),
        (["--variants", "both", "--set", "network.widht=4"], "network.widht"),
    ],
)
def test_mistakes_are_one_line(shards: Path, tmp_path: Path, words: list[str], named: str) -> None:
    with pytest.raises(SystemExit, match=named) as stopped:
        main([str(shards), "-o", str(tmp_path / "results"), *words])
    assert "\n" not in str(stopped.value)


def test_the_second_case_study_from_the_released_layout_to_the_table(
    prepare: Prepare, tmp_path: Path
) -> None:
    for folder, words in (("celeba", ["--option", "split=pictures"]), ("celeba-official", [])):
        TREES["celeba"](tmp_path / "trees" / folder, 80)
        prepare("celeba", folder, *words)
    shards, out = tmp_path / "shards", tmp_path / "results"
    variants = ["single_task_attributes", "distribution_matching_as_printed"]
    words = [str(shards), "-o", str(out), "--plan", str(TWO), "--variants", *variants]
    main([*words, "--set", *QUICK])
    rows = table_of(out / "table.md")
    assert rows["variant"] == ["identification", "celeba-attributes (celeba)", "verification",
                               "celeba-attributes (celeba-official)"]  # fmt: skip
    attributes, both = (rows[name] for name in variants)
    assert [cell == "-" for cell in attributes] == [True, False, True, False]
    assert not any(cell == "-" or cell.endswith("*") for cell in both)
    table = json.loads((out / "empirical.json").read_text())
    manifest = Shards(shards / "celeba").manifest
    # Estimated before labels are hidden: every training picture counts.
    assert sum(row[0] for row in table["counts"]) == len(manifest.split("train"))
    found = json.loads((out / "tests" / variants[1] / "celeba" / "identification.json").read_text())
    assert found["images"] == len(manifest.split("test"))
    assert found["people"] == 2
    plan, places = available(read_plan(TWO), shards), Places(shards, out)
    for name in set(plan.variants) - set(variants):
        (network,) = networks(plan, name, shards, folds=False)
        learn(network, configuration_of(network, QUICK), places)
        assert (places.run(name) / "summary.json").is_file()
