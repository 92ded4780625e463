from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score
from tests.tiny_models import SIZE, TinyModel, tiny_crops, write_tiny_model

from facebehavior.databases import Shards
from facebehavior.databases.shards import encode_crop, write_shard
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import Evaluation, evaluate, find_protocol, report_text
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS, Manifest
from facebehavior.model_file import FaceModel

DEFAULT = find_protocol("default")
MAJORITY = find_protocol("ferplus-majority")
GREY = CropParameters(SIZE, "grey")


@dataclass(frozen=True)
class Given:
    """Labelled crops in memory."""

    manifest: Manifest
    pixels: NDArray[np.uint8]
    crop_parameters: CropParameters = GREY

    def crops(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        return self.pixels[indices]


def _rows(count: int) -> list[dict[str, object]]:
    """Rows with every kind of label, some of them missing, in two splits."""
    generator = np.random.default_rng(20)
    rows: list[dict[str, object]] = []
    for number in range(count):
        row: dict[str, object] = {
            "image": f"{number}.png",
            "database": "ferplus" if number % 2 else "other",
            "split": "train" if number % 4 == 0 else "test",
            "subject": f"s{number % 5}" if number % 7 else None,
            "alignment": "fallback" if number % 10 == 1 else "detected",
            "au12": bool(generator.random() < 0.5),
            "au25": bool(generator.random() < 0.3) if number % 3 else None,
            "valence": float(generator.uniform(-1, 1)),
        }
        if number % 6:
            row["expression"] = EXPRESSIONS[generator.integers(0, 6)]  # never anger
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyModel:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny.onnx")


@pytest.fixture(scope="module")
def model(tiny: TinyModel) -> FaceModel:
    return FaceModel(tiny.path, "onnxruntime")


@pytest.fixture(scope="module")
def data() -> Given:
    return Given(Manifest.from_rows(_rows(300)), tiny_crops(300))


@pytest.fixture(scope="module")
def found(model: FaceModel, data: Given) -> Evaluation:
    return evaluate(model, data, DEFAULT, split="test", replicates=50)


def _column(data: Given, name: str) -> NDArray[np.object_]:
    return np.array(data.manifest.column(name).to_pylist(), dtype=object)


def test_expressions_are_judged_on_the_rows_of_the_split_that_have_one(
    found: Evaluation, tiny: TinyModel, data: Given
) -> None:
    names = _column(data, "expression")
    chosen = (_column(data, "split") == "test") & (names != None)  # noqa: E711 - entry by entry
    truth = np.array([EXPRESSIONS.index(name) for name in names[chosen]])
    answers = tiny.expected(data.pixels[chosen])["expression"].argmax(axis=1)
    result = found.expression
    assert result is not None
    assert result.images == chosen.sum()
    assert result.figures["accuracy"].value == pytest.approx((answers == truth).mean(), abs=1e-12)
    expected = [(answers[truth == k] == k).mean() for k in range(6)]
    assert result.figures["unweighted_average_recall"].value == pytest.approx(
        np.mean(expected), abs=1e-12
    )
    recalls = [each.recall.value for each in result.classes]
    np.testing.assert_allclose(recalls[:6], expected, atol=1e-12)
    assert np.isnan(recalls[6])
    assert result.classes[6].images == 0
    assert result.confusion.sum() == chosen.sum()
    assert 0 <= result.calibration_error <= 1
    interval = result.figures["accuracy"]
    assert interval.low <= interval.value <= interval.high


def test_action_units_are_judged_where_annotated_with_the_models_thresholds(
    found: Evaluation, tiny: TinyModel, data: Given
) -> None:
    result = found.action_units
    assert result is not None
    assert [unit.name for unit in result.units] == ["au12", "au25"]
    inside = _column(data, "split") == "test"
    for unit in result.units:
        labels = _column(data, unit.name)
        chosen = inside & (labels != None)  # noqa: E711
        truth = labels[chosen].astype(bool)
        place = ACTION_UNIT_COLUMNS.index(unit.name)
        scores = tiny.expected(data.pixels[chosen])["action_units"][:, place]
        assert unit.threshold == tiny.metadata.action_unit_thresholds[unit.name]
        assert unit.f1.value == pytest.approx(f1_score(truth, scores > unit.threshold), abs=1e-12)
        assert unit.roc_auc == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
        assert (unit.images, unit.active) == (chosen.sum(), truth.sum())
    mean = np.mean([unit.f1.value for unit in result.units])
    assert result.figures["mean_f1"].value == pytest.approx(mean, abs=1e-12)


def test_affect_is_judged_on_the_dimensions_that_are_annotated(
    found: Evaluation, tiny: TinyModel, data: Given
) -> None:
    result = found.affect
    assert result is not None
    assert list(result.dimensions) == ["valence"]
    inside = _column(data, "split") == "test"
    truth = _column(data, "valence")[inside].astype(float)
    predicted = tiny.expected(data.pixels[inside])["affect"][:, 0]
    covariance = np.mean((truth - truth.mean()) * (predicted - predicted.mean()))
    spread = truth.var() + predicted.var() + (truth.mean() - predicted.mean()) ** 2
    ccc = result.dimensions["valence"]["ccc"].value
    # The model computes in single precision.
    assert ccc == pytest.approx(2 * covariance / spread, abs=1e-6)
    assert result.figures["mean_ccc"].value == ccc
    assert result.annotated == {"valence": inside.sum()}


def test_it_says_what_was_judged_and_what_was_left_out(
    found: Evaluation, tiny: TinyModel, model: FaceModel, data: Given
) -> None:
    assert (found.rows, found.images, found.dropped) == (225, 225, {})
    assert found.databases == ("ferplus", "other")
    assert found.alignment == {"detected": 195, "fallback": 30}
    assert found.fallback_share == 30 / 225
    assert found.model_sha256 == model.sha256
    assert found.model_licence == "Apache-2.0"
    assert found.runtime == "onnxruntime fp32"
    subjects, databases = _column(data, "subject"), _column(data, "database")
    inside = _column(data, "split") == "test"
    named = {
        (a, b) for a, b in zip(databases[inside], subjects[inside], strict=True) if b is not None
    }
    assert found.subjects == len(named) + sum(subject is None for subject in subjects[inside])
    assert list(found.main_figures()) == [
        "expression: unweighted_average_recall",
        "action_units: mean_f1",
        "affect: mean_ccc",
    ]


def test_a_protocol_leaves_rows_out_and_counts_them_within_its_split(
    model: FaceModel, data: Given
) -> None:
    found = evaluate(model, data, MAJORITY, replicates=20)
    missing = (_column(data, "expression") == None) & (_column(data, "split") == "test")  # noqa: E711
    assert found.split == "test"
    assert found.dropped == {"no majority or contempt": missing.sum()}
    assert found.images == found.rows - missing.sum()
    assert found.action_units is None
    assert found.affect is None
    assert list(found.main_figures()) == ["expression: accuracy"]


def test_tasks_that_the_model_lacks_are_not_judged(tmp_path: Path, data: Given) -> None:
    only_expressions = FaceModel(write_tiny_model(tmp_path / "e.onnx", ("expression",)).path)
    found = evaluate(only_expressions, data, DEFAULT, replicates=20)
    assert found.action_units is None
    assert found.split is None
    missing = int((_column(data, "expression") == None).sum())  # noqa: E711
    assert found.dropped == {"no label for a task of the model": missing}
    assert found.rows == 300


def test_without_persons_images_are_drawn(model: FaceModel) -> None:
    rows = [{key: row[key] for key in row if key != "subject"} for row in _rows(40)]
    found = evaluate(model, Given(Manifest.from_rows(rows), tiny_crops(40)), DEFAULT, replicates=20)
    assert found.subjects is None


def test_the_same_data_give_the_same_figures_and_hash(
    model: FaceModel, data: Given, found: Evaluation
) -> None:
    again = evaluate(model, data, DEFAULT, split="test", replicates=50)
    assert again.data_sha256 == found.data_sha256
    assert again.expression is not None
    assert found.expression is not None
    assert again.expression.figures == found.expression.figures
    other = evaluate(model, data, DEFAULT, split="test", replicates=50, seed=1)
    assert other.expression is not None
    assert other.expression.figures != found.expression.figures
    assert other.data_sha256 == found.data_sha256


def test_the_hash_changes_with_a_pixel_and_with_a_label(model: FaceModel) -> None:
    rows = _rows(30)
    pixels = tiny_crops(30)
    given = Given(Manifest.from_rows(rows), pixels)
    first = evaluate(model, given, DEFAULT, replicates=5).data_sha256
    changed = pixels.copy()
    changed[3, 0, 0, 0] ^= 1
    assert (
        evaluate(model, replace(given, pixels=changed), DEFAULT, replicates=5).data_sha256 != first
    )
    rows[3]["valence"] = 0.125
    relabelled = replace(given, manifest=Manifest.from_rows(rows))
    assert evaluate(model, relabelled, DEFAULT, replicates=5).data_sha256 != first


def test_crops_of_another_kind_are_refused_naming_both(model: FaceModel, data: Given) -> None:
    other = replace(data, crop_parameters=CropParameters(SIZE, "rgb"))
    with pytest.raises(FaceBehaviorError, match=r"8 x 8 pixels, grey.*8 x 8 pixels, rgb"):
        evaluate(model, other, DEFAULT)


def test_an_unknown_split_names_those_there_are(model: FaceModel, data: Given) -> None:
    with pytest.raises(FaceBehaviorError, match="found splits: test, train"):
        evaluate(model, data, DEFAULT, split="validation")


def test_a_seed_below_0_is_refused_before_anything_is_measured(
    model: FaceModel, data: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "predict", lambda _: pytest.fail("it measures"))
    with pytest.raises(FaceBehaviorError, match="0 or more, found -1"):
        evaluate(model, data, DEFAULT, seed=-1)


def test_without_any_label_to_judge_by_the_reasons_are_given(model: FaceModel) -> None:
    rows = [{"image": "x", "database": "d", "split": "test"} for _ in range(3)]
    empty = Given(Manifest.from_rows(rows), tiny_crops(3))
    with pytest.raises(FaceBehaviorError, match="no majority or contempt: 3"):
        evaluate(model, empty, MAJORITY)
    with pytest.raises(FaceBehaviorError, match="no label for a task of the model: 3"):
        evaluate(model, empty, DEFAULT)


def test_shards_give_the_same_figures_as_the_crops_in_them(
    model: FaceModel, tmp_path: Path
) -> None:
    rows = [row for row in _rows(30) if "expression" in row]
    given = Given(Manifest.from_rows(rows), tiny_crops(len(rows)))
    encoded = pa.array([encode_crop(crop) for crop in given.pixels], pa.binary())
    table = given.manifest.table
    table = table.set_column(table.column_names.index("image"), "image", encoded)
    write_shard(tmp_path / "0.arrow", iter(table.to_batches()), table.schema, GREY)
    from_disk = evaluate(model, Shards(tmp_path), MAJORITY, replicates=20)
    in_memory = evaluate(model, given, MAJORITY, replicates=20)
    assert from_disk.data_sha256 == in_memory.data_sha256
    assert from_disk.main_figures() == in_memory.main_figures()


def test_what_the_model_was_never_taught_is_not_judged(
    data: Given, tmp_path: Path, found: Evaluation
) -> None:
    tiny = write_tiny_model(tmp_path / "part.onnx", untrained=("au12",))
    part = evaluate(FaceModel(tiny.path, "onnxruntime"), data, DEFAULT, split="test", replicates=50)
    assert found.action_units is not None
    assert part.action_units is not None
    (only,) = part.action_units.units
    whole = next(unit for unit in found.action_units.units if unit.name == "au25")
    assert (only.name, only.images, only.f1.value) == ("au25", whole.images, whole.f1.value)
    assert only.roc_auc == whole.roc_auc
    assert part.action_units.figures["mean_f1"].value == whole.f1.value
    assert part.unanswered == ("au12",)
    assert found.unanswered == ()
    assert part.data_sha256 == found.data_sha256
    assert "| not judged: the model was never taught | au12 |" in report_text(part)
    assert "never taught" not in report_text(found)


def test_rows_on_which_the_model_says_nothing_are_not_counted(tmp_path: Path) -> None:
    tiny = write_tiny_model(tmp_path / "part.onnx", ("action_units",), untrained=("au12",))
    model = FaceModel(tiny.path, "onnxruntime")
    rows: list[dict[str, object]] = [
        {"image": f"{n}.png", "split": "test", "au12": bool(n % 2)} for n in range(20)
    ]
    with pytest.raises(FaceBehaviorError, match="no label for a task of the model: 20"):
        evaluate(model, Given(Manifest.from_rows(rows), tiny_crops(20)), DEFAULT, split="test")
    for row in rows[:6]:
        row["au25"] = True
    given = Given(Manifest.from_rows(rows), tiny_crops(20))
    found = evaluate(model, given, DEFAULT, split="test", replicates=5)
    assert (found.images, found.dropped) == (6, {"no label for a task of the model": 14})


COMPOUND_ROWS: list[dict[str, object]] = [
    {"image": f"{n}.png", "compound": ("happily_surprised", "sadly_angry")[n % 2]}
    for n in range(20)
]


@pytest.mark.parametrize(
    ("untrained", "way"),
    [
        (("valence",), None),
        (("valence",), "score"),
        (ACTION_UNIT_COLUMNS, None),
        (ACTION_UNIT_COLUMNS, "posterior"),
    ],
)
def test_compound_expressions_that_cannot_be_told_are_no_rows_to_judge(
    untrained: tuple[str, ...], way: str | None, tmp_path: Path
) -> None:
    tiny = write_tiny_model(tmp_path / "part.onnx", untrained=untrained)
    model = FaceModel(tiny.path, "onnxruntime")
    rows = [dict(row) for row in COMPOUND_ROWS]
    given = Given(Manifest.from_rows(rows), tiny_crops(20))
    with pytest.raises(FaceBehaviorError, match=f"never taught {untrained[0]}.*model: 20"):
        evaluate(model, given, DEFAULT, compound_by=way)
    rows[3]["expression"] = rows[4]["expression"] = "fear"
    given = Given(Manifest.from_rows(rows), tiny_crops(20))
    found = evaluate(model, given, DEFAULT, compound_by=way, replicates=5)
    assert found.compound is None
    assert (found.images, found.dropped) == (2, {"no label for a task of the model": 18})


@pytest.mark.parametrize(
    ("untrained", "way"), [((), None), (("valence",), "posterior"), (("au12",), "score")]
)
def test_compound_expressions_are_judged_where_they_can_be_told(
    untrained: tuple[str, ...], way: str | None, tmp_path: Path
) -> None:
    tiny = write_tiny_model(tmp_path / "part.onnx", untrained=untrained)
    given = Given(Manifest.from_rows(COMPOUND_ROWS), tiny_crops(20))
    model = FaceModel(tiny.path, "onnxruntime")
    found = evaluate(model, given, DEFAULT, compound_by=way, replicates=5)
    assert found.compound is not None
    assert found.compound.images == found.images == 20


def test_people_with_one_picture_each_are_nothing_to_judge(tiny_further_model: Path) -> None:
    rows = [{"image": f"{n}.png", "database": "d", "identity": f"p{n}"} for n in range(6)]
    crops = np.zeros((6, 16, 16, 1), dtype=np.uint8)
    given = Given(Manifest.from_rows(rows), crops, CropParameters(16, "grey"))
    with pytest.raises(FaceBehaviorError, match="no two people of whom one has two images: 6"):
        evaluate(FaceModel(tiny_further_model, "onnxruntime"), given, DEFAULT)
