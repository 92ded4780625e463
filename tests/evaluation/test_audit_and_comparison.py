"""Figures by group, and two models on the same images."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from tests.conftest import Answer
from tests.databases.trees.faces import write_face
from tests.tiny_models import SIZE, TinyModel, tiny_crops, write_tiny_model

from facebehavior.compound import COMPOUND_SETS, compound_posterior
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import FileAnswers, ModelAnswers, evaluate, find_protocol, report_text
from facebehavior.evaluation.audit import audit
from facebehavior.evaluation.figures import scored_classes
from facebehavior.evaluation.identity import drawn_pairs
from facebehavior.evaluation.resampling import Resampling
from facebehavior.evaluation.truth import Labels
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS, Manifest
from facebehavior.model_file import FaceModel

DEFAULT = find_protocol("default")
QUICK = Resampling(replicates=60)
GREY = CropParameters(SIZE, "grey")


@dataclass(frozen=True)
class Given:
    manifest: Manifest
    pixels: NDArray[np.uint8]
    crop_parameters: CropParameters = GREY

    def crops(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        return self.pixels[indices]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyModel:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny.onnx")


@pytest.fixture(scope="module")
def model(tiny: TinyModel) -> FaceModel:
    return FaceModel(tiny.path, "onnxruntime")


@pytest.fixture(scope="module")
def data() -> Given:
    generator = np.random.default_rng(4)
    rows: list[dict[str, object]] = [
        {
            "image": b"",
            "source": f"folder/{number:03d}.png",
            "database": "other",
            "split": "test",
            "subject": f"s{number // 4}",
            "gender": ("female", "male", None)[number % 3],
            "expression": EXPRESSIONS[generator.integers(0, 7)],
            "au12": bool(number % 2),
            "valence": float(generator.uniform(-1, 1)),
            "arousal": float(generator.uniform(-1, 1)),
        }
        for number in range(120)
    ]
    return Given(Manifest.from_rows(rows), tiny_crops(120))


def test_each_group_has_the_figure_of_its_own_images(model: FaceModel, data: Given) -> None:
    found = evaluate(model, data, DEFAULT, by=["gender"], replicates=60)
    assert [(one.task, one.column) for one in found.audits] == [
        ("expression", "gender"),
        ("action_units", "gender"),
        ("affect", "gender"),
    ]
    answers = model.predict(data.pixels).expression
    assert answers is not None
    genders = np.array([str(g) for g in data.manifest.column("gender").to_pylist()])
    truth = np.array(data.manifest.column("expression").to_pylist())
    named = np.array(EXPRESSIONS)[answers.argmax(axis=1)]
    for group in found.audits[0].groups:
        own = genders == ("None" if group.group == "unknown" else group.group)
        assert group.images == own.sum()
        assert group.persons == 30
        expected = balanced_accuracy_score(truth[own], named[own])
        assert group.figure.value == pytest.approx(expected, abs=1e-12)
        assert group.figure.low <= group.figure.value <= group.figure.high
    first = found.audits[0]
    assert first.gap is not None
    assert {first.best, first.worst} == {"female", "male"}
    values = {group.group: group.figure.value for group in first.groups}
    assert first.gap.value == pytest.approx(values[str(first.best)] - values[str(first.worst)])
    text = report_text(found)
    assert "### expression: unweighted average recall, by gender" in text
    assert "Gap between" in text


def test_a_gap_needs_two_groups_that_are_large_enough() -> None:
    labels = Labels(np.zeros(12, dtype=np.int64), np.ones(12, dtype=np.bool_))
    scored = scored_classes("expression", labels, np.zeros(12, dtype=np.int64), 7)
    values = np.array(["a"] * 11 + ["b"], dtype=object)
    found = audit(scored, "accuracy", "kind", values, None, QUICK)
    assert [group.images for group in found.groups] == [11, 1]
    assert found.gap is None


def test_groups_that_differ_have_a_gap_whose_interval_excludes_zero() -> None:
    generator = np.random.default_rng(0)
    labels = Labels(generator.integers(0, 7, 400), np.ones(400, dtype=np.bool_))
    values = np.array(["good", "bad"] * 200, dtype=object)
    answers = labels.values.copy()
    answers[1::2] = (answers[1::2] + (generator.random(200) < 0.6)) % 7
    scored = scored_classes("expression", labels, answers, 7)
    found = audit(scored, "accuracy", "kind", values, None, QUICK)
    assert (found.best, found.worst) == ("good", "bad")
    assert found.gap is not None
    assert 0.4 < found.gap.low < found.gap.value < found.gap.high < 0.8


def test_an_unknown_column_is_named(model: FaceModel, data: Given) -> None:
    with pytest.raises(FaceBehaviorError, match="no column 'sex'"):
        evaluate(model, data, DEFAULT, by=["sex"], replicates=5)


def test_a_model_beside_itself_differs_by_nothing(model: FaceModel, data: Given) -> None:
    found = evaluate(model, data, DEFAULT, others=[ModelAnswers(model)], replicates=60)
    assert found.comparisons
    assert [one.task for one in found.comparisons[0].differences] == [
        "expression",
        "action_units",
        "affect",
    ]
    for one in found.comparisons[0].differences:
        assert one.first == one.second
        assert one.difference.value == one.difference.low == one.difference.high == 0
    assert "## Beside tiny 1" in report_text(found)


def test_models_are_compared_on_what_both_were_taught(
    model: FaceModel, data: Given, tmp_path: Path
) -> None:
    tiny = write_tiny_model(tmp_path / "part.onnx", untrained=("au12",))
    part = FaceModel(tiny.path, "onnxruntime")
    found = evaluate(model, data, DEFAULT, others=[ModelAnswers(part)], replicates=60)
    back = evaluate(part, data, DEFAULT, others=[ModelAnswers(model)], replicates=60)
    for one in (found, back):
        assert one.comparisons
        # The one action unit that is annotated is not answered by one of the two.
        tasks = [difference.task for difference in one.comparisons[0].differences]
        assert tasks == ["expression", "affect"]


def openface_file(path: Path, names: list[str], active: list[bool]) -> Path:
    """One frame a file is how OpenFace tells of pictures; ours are rows of one record."""
    columns = ["source", "frame", "detected", "au12_on", "expr"]
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(columns)
        for name, one in zip(names, active, strict=True):
            lines.writerow([name, 0, "true", str(one).lower(), "neutral"])
    return path


@pytest.mark.parametrize("folder", ["elsewhere/folder/", "C:\\elsewhere\\folder\\"])
def test_a_file_of_predictions_is_matched_by_the_ends_of_its_paths(
    model: FaceModel, data: Given, tmp_path: Path, folder: str
) -> None:
    truth = [bool(value) for value in data.manifest.column("au12").to_pylist()]
    names = [f"{folder}{number:03d}.jpg" for number in range(100)]
    path = openface_file(tmp_path / "theirs.csv", names, truth[:100])
    found = evaluate(model, data, DEFAULT, others=[FileAnswers(path)], replicates=30)
    assert found.comparisons
    assert found.comparisons[0].unmatched == 20
    units = next(one for one in found.comparisons[0].differences if one.task == "action_units")
    assert (units.images, units.units) == (100, ("au12",))
    assert units.second == 1.0
    expressions = found.comparisons[0].differences[0]
    answers = model.predict(data.pixels[:100]).expression
    assert answers is not None
    named = np.array(EXPRESSIONS)[answers.argmax(axis=1)]
    known = np.array(data.manifest.column("expression").to_pylist()[:100])
    assert expressions.first == pytest.approx(balanced_accuracy_score(known, named), abs=1e-12)
    assert accuracy_score(known, ["neutral"] * 100) == pytest.approx(np.mean(known == "neutral"))


def test_files_that_fit_no_image_are_refused(model: FaceModel, data: Given, tmp_path: Path) -> None:
    path = openface_file(tmp_path / "theirs.csv", ["other.png"], [True])
    with pytest.raises(FaceBehaviorError, match="not one of its rows"):
        evaluate(model, data, DEFAULT, others=[FileAnswers(path)], replicates=5)
    nameless = Given(Manifest(data.manifest.table.drop_columns(["source"])), data.pixels)
    with pytest.raises(FaceBehaviorError, match="prepare them again"):
        evaluate(model, nameless, DEFAULT, others=[FileAnswers(path)], replicates=5)


def test_models_of_other_crops_cannot_be_compared(
    model: FaceModel, data: Given, tiny_model: Path
) -> None:
    other = ModelAnswers(FaceModel(tiny_model, "onnxruntime"))
    with pytest.raises(FaceBehaviorError, match="reads other crops"):
        evaluate(model, data, DEFAULT, others=[other], replicates=5)


def test_folds_judge_their_own_subjects_alone(model: FaceModel, data: Given) -> None:
    disfa = find_protocol("disfa-12")
    subjects = [f"SN{(1, 2, 6, 3)[number % 4]:03d}" for number in range(120)]
    rows = [
        {"image": b"", "database": "disfa", "subject": subject, "au12": bool(number % 3)}
        for number, subject in enumerate(subjects)
    ]
    given = Given(Manifest.from_rows(rows), data.pixels)
    sizes = [evaluate(model, given, disfa, fold=fold, replicates=5).images for fold in range(3)]
    assert sizes == [60, 30, 30]
    with pytest.raises(FaceBehaviorError, match="one of"):
        evaluate(model, given, disfa, fold=7, replicates=5)
    with pytest.raises(FaceBehaviorError, match="has no folds"):
        evaluate(model, given, DEFAULT, fold=0, replicates=5)


def test_a_protocol_judges_its_own_action_units_alone(model: FaceModel, data: Given) -> None:
    rows = [
        {"image": b"", "database": "disfa", "subject": "SN001", "au12": True, "au15": False}
        for _ in range(120)
    ]
    given = Given(Manifest.from_rows(rows), data.pixels)
    for name, units in (("disfa-12", ["au12", "au15"]), ("disfa-8", ["au12"])):
        found = evaluate(model, given, find_protocol(name), replicates=5).action_units
        assert found is not None
        assert [unit.name for unit in found.units] == units


def test_the_single_score_of_a_challenge_is_the_sum_of_its_parts(
    model: FaceModel, data: Given
) -> None:
    found = evaluate(model, data, find_protocol("abaw-mtl"), split="test", replicates=5)
    assert found.expression is not None
    assert found.action_units is not None
    assert found.affect is not None
    parts = (
        found.expression.figures["macro_f1"].value,
        found.action_units.figures["mean_f1"].value,
        found.affect.figures["mean_ccc"].value,
    )
    assert found.composite() == pytest.approx(sum(parts))
    assert "abaw-mtl: single score" in report_text(found)


def test_zero_shot_compound_expressions_are_judged_among_their_set(
    model: FaceModel, data: Given
) -> None:
    rows = [
        {"image": b"", "database": "raf-db-compound", "split": "test", "compound": name}
        for name in ("happily_surprised", "sadly_angry", "hatred") * 40
    ]
    given = Given(Manifest.from_rows(rows), data.pixels)
    found = evaluate(model, given, find_protocol("raf-db-compound"), replicates=5)
    assert found.compound is not None
    assert found.images == 80  # hatred is none of the eleven
    assert found.compound.confusion.shape == (11, 11)
    assert np.isnan(found.compound.calibration_error)
    text = report_text(found)
    assert "## Compound expressions" in text
    assert "no probabilities" in text


def test_compound_expressions_are_judged_by_the_way_that_is_asked_for(
    tmp_path: Path, data: Given
) -> None:
    model = FaceModel(write_tiny_model(tmp_path / "tiny.onnx", ("action_units",)).path)
    names = COMPOUND_SETS["raf-db"]
    rows = [
        {"image": b"", "database": "raf-db-compound", "split": "test", "compound": name}
        for name in names
    ]
    given = Given(Manifest.from_rows(rows), data.pixels)
    protocol = find_protocol("raf-db-compound")
    found = evaluate(model, given, protocol, compound_by="posterior", replicates=5)
    units = model.predict(given.crops(np.arange(len(names)))).action_units
    assert units is not None
    shares = compound_posterior(units, "raf-db")
    right = (shares.argmax(axis=1) == np.arange(len(names))).mean()
    assert found.compound is not None
    assert found.compound.figures["accuracy"].value == pytest.approx(right)
    assert np.isfinite(found.compound.calibration_error)
    assert "by Bayes' rule" in report_text(found)
    with pytest.raises(FaceBehaviorError, match="score or posterior"):
        evaluate(model, given, protocol, compound_by="guess")
    with pytest.raises(FaceBehaviorError, match="raf-db-compound"):
        evaluate(model, given, protocol, compound_by="score")


def test_pairs_are_half_of_one_person_and_never_twice() -> None:
    people = np.repeat(np.arange(12), 5)
    first, second = drawn_pairs(people, 100, seed=3)
    same = people[first] == people[second]
    assert same.sum() == 50 == (~same).sum()
    assert len({frozenset(pair) for pair in zip(first, second, strict=True)}) == 100
    again = drawn_pairs(people, 100, seed=3)
    assert np.array_equal(first, again[0])
    assert len(drawn_pairs(np.arange(4), 10, 0)[0]) == 0
    assert len(drawn_pairs(np.zeros(4, dtype=int), 10, 0)[0]) == 0


def test_a_model_of_faces_is_judged_on_identity_and_attributes(
    facebehavior: Callable[..., Answer],
    tiny_further_model: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lines = ["image,identity,subject,attr_young,split"]
    for number in range(12):
        write_face(tmp_path / f"{number}.png", number % 4, 64)
        lines.append(f"{number}.png,p{number % 4},p{number % 4},{number % 2},test")
    (tmp_path / "people.csv").write_text("\n".join(lines) + "\n")
    shards = tmp_path / "shards"
    prepared = facebehavior(
        "prepare", "table", tmp_path / "people.csv", "-o", shards, "--size", 16, "--colour", "grey"
    )
    assert prepared.code == 0, prepared.errors
    assert f"{shards}: 12 of 12 faces cut out" in prepared.output
    out = tmp_path / "report"
    words = ("evaluate", tiny_further_model, shards, "-o", out, "--by", "attr_young")
    assert facebehavior(*words).code == 0
    found = json.loads((out / "report.json").read_text())
    assert found["identity"]["people"] == 4
    assert 0 <= found["identity"]["figures"]["roc_auc"]["value"] <= 1
    assert found["attributes"]["units"][0]["name"] == "attr_young"
    asked = ("--protocol", "verification", "--compare", tiny_further_model)
    assert facebehavior(*words, *asked).code == 0
    assert "--by has no effect" in caplog.text
    assert "nothing to compare" in caplog.text


def test_protocols_are_listed(facebehavior: Callable[..., Answer]) -> None:
    answer = facebehavior("evaluate", "any", "any", "--protocol", "list")
    assert answer.code == 0
    for name in ("disfa-12", "raf-db", "abaw-mtl", "celeba-attributes", "ferplus-majority"):
        assert f"\n{name} " in f"\n{answer.output}"
    assert len(ACTION_UNIT_COLUMNS) == 17
