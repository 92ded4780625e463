import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facebehavior.cli.figures import figures_text
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import (
    Evaluation,
    Interval,
    Resampling,
    find_protocol,
    report_text,
    write_report,
)
from facebehavior.evaluation.metrics import reliability_bins
from facebehavior.evaluation.naming import bounds, figure
from facebehavior.evaluation.results import (
    ActionUnitResult,
    ActionUnitsResult,
    AffectResult,
    ClassRecall,
    ExpressionResult,
)
from facebehavior.evaluation.tables import markdown_table
from facebehavior.intervals import wilson
from facebehavior.labels import EXPRESSIONS

NAN = float("nan")


@pytest.fixture
def evaluation() -> Evaluation:
    confusion = np.diag([30, 20, 10, 8, 6, 0, 4]) + np.eye(7, k=1, dtype=np.int64)
    confusion[5] = 0
    images = confusion.sum(axis=1)
    confidence = np.linspace(0.2, 1.0, 83)
    classes = tuple(
        ClassRecall(name, int(n), wilson(int(hits), int(n)), 0.5)
        for name, n, hits in zip(EXPRESSIONS, images, np.diag(confusion), strict=True)
    )
    undefined = Interval(NAN)
    return Evaluation(
        model_name="tiny",
        model_version="1",
        model_sha256="a" * 64,
        model_licence="Apache-2.0 | see card",
        training_databases=("ferplus",),
        runtime="onnxruntime fp32",
        protocol=find_protocol("ferplus-majority"),
        split="test",
        databases=("ferplus",),
        data_sha256="b" * 64,
        rows=100,
        images=83,
        dropped={"no majority or contempt": 17},
        alignment={"detected": 80, "fallback": 3},
        subjects=None,
        resampling=Resampling(),
        expression=ExpressionResult(
            images=83,
            figures={
                "accuracy": Interval(0.9397590361445783, 0.88, 0.98),
                "unweighted_average_recall": Interval(0.9, 0.8, 0.95),
                "macro_f1": Interval(0.8, 0.7, 0.9),
            },
            classes=classes,
            confusion=confusion,
            calibration_error=0.0625,
            bins=reliability_bins(confidence, confidence > 0.4),
        ),
        action_units=ActionUnitsResult(
            images=50,
            figures={"mean_f1": Interval(0.5, 0.4, 0.6), "mean_roc_auc": undefined},
            units=(
                ActionUnitResult(
                    "au12", 50, 20, 0.45, Interval(0.5, 0.4, 0.6), undefined, 0.75, 0.7
                ),
                ActionUnitResult("au14", 50, 0, 0.5, undefined, undefined, NAN, NAN),
            ),
        ),
        affect=AffectResult(
            images=12,
            figures={"mean_ccc": Interval(0.3, 0.1, 0.5)},
            dimensions={"valence": {"ccc": Interval(0.3, 0.1, 0.5)}},
            annotated={"valence": 12},
        ),
    )


def test_the_text_says_everything_that_a_reader_needs(evaluation: Evaluation) -> None:
    text = report_text(evaluation)
    for line in (
        "# tiny 1: ferplus-majority",
        "| **expression: accuracy** | **0.940** | 0.880 to 0.980 | 83 |",
        "| expression: unweighted average recall | 0.900 | 0.800 to 0.950 | 83 |",
        "| action units: mean ROC AUC | - | - | 50 |",
        "| left out: no majority or contempt | 17 |",
        "| aligned by | detected 80, fallback 3 |",
        "| share aligned by the fallback | 0.036 |",
        "| split | test |",
        "| disgust | 0 | - | - | 0.500 |",
        "| neutral | 30 | 1 | 0 | 0 | 0 | 0 | 0 |",
        "| au12 lip corner puller | 50 | 20 | 0.500 | 0.400 to 0.600 | - | 0.750 | 0.700 | 0.450 |",
        "| valence | 12 | CCC | 0.300 | 0.100 to 0.500 |",
        "| licence of the weights | Apache-2.0 \\| see card |",
        f"| sha256 | {'a' * 64} |",
    ):
        assert line in text.splitlines(), line
    assert "Without images, hence not in the unweighted average recall: disgust." in text
    assert "83 images. " in text
    assert "was trained on ferplus" in text
    assert "bootstrap over images, 1000 draws, seed 0" in text


def test_the_terminal_shows_the_model_the_rows_and_every_figure(evaluation: Evaluation) -> None:
    assert figures_text(evaluation).splitlines() == [
        f"model: tiny 1, sha256 {'a' * 64}",
        "pictures: ferplus, test, by the protocol ferplus-majority",
        "judged: 83 of 100 rows; left out: 17 no majority or contempt",
        "                                       value   95 % interval  images",
        "expression: accuracy *                 0.940  0.880 to 0.980      83",
        "expression: unweighted average recall  0.900  0.800 to 0.950      83",
        "expression: macro F1                   0.800  0.700 to 0.900      83",
        "action units: mean F1                  0.500  0.400 to 0.600      50",
        "action units: mean ROC AUC                 -               -      50",
        "affect: mean CCC                       0.300  0.100 to 0.500      12",
    ]
    said = figures_text(replace(evaluation, unanswered=("au14",), dropped={}, split=None))
    assert "never taught, not judged: au14" in said
    assert "left out: none" in said
    assert "ferplus, all rows," in said


def test_persons_are_named_where_they_are_drawn(evaluation: Evaluation) -> None:
    assert "over 12 persons (or videos)" in report_text(replace(evaluation, subjects=12))


def test_a_task_that_was_not_judged_is_not_in_the_text(evaluation: Evaluation) -> None:
    text = report_text(replace(evaluation, expression=None, affect=None))
    assert "## Action units" in text
    assert "## Expression" not in text
    assert "## Valence" not in text


def test_the_folder_holds_text_figures_and_pictures(evaluation: Evaluation, tmp_path: Path) -> None:
    write_report(evaluation, tmp_path / "new" / "report")
    folder = tmp_path / "new" / "report"
    assert sorted(path.name for path in folder.iterdir()) == [
        "confusion.png",
        "reliability.png",
        "report.json",
        "report.md",
    ]
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert "](confusion.png)" in text
    assert "](reliability.png)" in text
    for name in ("confusion.png", "reliability.png"):
        with Image.open(folder / name) as picture:
            assert "Software" not in picture.info
            assert min(picture.size) > 400
            assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 20


def test_the_figures_are_written_in_full_and_what_is_undefined_is_null(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    write_report(evaluation, tmp_path)
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    values = json.loads(text)
    assert list(values) == sorted(values)
    expression = values["expression"]
    assert expression["figures"]["accuracy"]["value"] == 0.9397590361445783
    assert expression["labels"] == list(EXPRESSIONS)
    assert expression["confusion"][0][:2] == [30, 1]
    assert expression["classes"][5]["recall"] == {"value": None, "low": None, "high": None}
    assert values["action_units"]["units"][1]["roc_auc"] is None
    assert values["protocol"]["name"] == "ferplus-majority"
    assert values["dropped"] == {"no majority or contempt": 17}
    assert values["main_figures"]["expression: accuracy"]["low"] == 0.88
    assert values["resampling"] == {"replicates": 1000, "level": 0.95, "seed": 0}


def test_the_same_evaluation_gives_the_same_bytes(evaluation: Evaluation, tmp_path: Path) -> None:
    write_report(evaluation, tmp_path / "a")
    write_report(evaluation, tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_without_expressions_there_are_no_pictures(evaluation: Evaluation, tmp_path: Path) -> None:
    write_report(replace(evaluation, expression=None), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "report.md"]
    assert ".png" not in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "report.json").read_text())["expression"] is None


def test_a_folder_that_cannot_be_made_is_a_users_mistake(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FaceBehaviorError, match="cannot write"):
        write_report(evaluation, tmp_path / "file" / "report")


def test_cells_are_written_plainly() -> None:
    assert figure(NAN) == "-"
    assert figure(0.12345) == "0.123"
    assert bounds(Interval(0.5)) == "-"
    assert markdown_table(("a", "b"), [("x|y", "1\n2")]) == (
        "| a | b |\n| --- | ---: |\n| x\\|y | 1 2 |"
    )


def test_an_undefined_single_score_is_null(evaluation: Evaluation, tmp_path: Path) -> None:
    assert evaluation.affect is not None
    constant = replace(evaluation.affect, figures={"mean_ccc": Interval(NAN)})
    challenge = replace(evaluation, protocol=find_protocol("abaw-mtl"), affect=constant)
    write_report(challenge, tmp_path)
    assert json.loads((tmp_path / "report.json").read_text())["composite"] is None
    assert "| **abaw-mtl: single score** | **-** |" in (tmp_path / "report.md").read_text()
