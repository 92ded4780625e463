"""AffectNet, RAF-DB, CFEE, ExpW, CelebA, LFW, FER2013 and AFEW-VA: their traps, one by one."""

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.databases.trees import TREES, affectnet
from tests.databases.trees.affectnet import write_tree_of_2021
from tests.databases.trees.faces import face

from facebehavior.databases import READERS, ReadingReport
from facebehavior.databases.cfee import label_of
from facebehavior.databases.fer2013 import png_of
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import EXPRESSIONS, Manifest


def read(
    name: str, root: Path, report: ReadingReport | None = None, **options: object
) -> list[dict[str, object]]:
    manifest: Manifest = READERS[name](root, report or ReadingReport(), **options)
    return [{k: v for k, v in row.items() if v is not None} for row in manifest.rows()]


def test_affectnet_codes_sentinels_and_null(tmp_path: Path) -> None:
    TREES["affectnet"](tmp_path)
    report = ReadingReport()
    rows = read("affectnet", tmp_path, report)
    training = [row for row in rows if row["split"] == "train"]
    # The codes 0 to 6 are the project's order.
    assert [row["expression"] for row in training[:7]] == list(EXPRESSIONS)
    for row in training[7:10]:  # contempt, none, uncertain: no expression, but affect
        assert "expression" not in row
        assert row["arousal"] == pytest.approx(-0.3)
    assert training[0]["face_box"] == [5, 6, 90, 91]
    last = training[10]
    assert str(last["image"]).endswith("null.jpg")
    assert {"expression", "valence", "face_box"}.isdisjoint(last)
    # The validation list has no header: its first row is a row.
    assert len(rows) == 22
    assert report.dropped == {"no face": 2, "no picture": 2}


def test_two_layouts_of_affectnet_are_refused(tmp_path: Path) -> None:
    TREES["affectnet"](tmp_path)
    write_tree_of_2021(tmp_path)
    with pytest.raises(FaceBehaviorError, match=r"found training\.csv of the old and train_set"):
        read("affectnet", tmp_path)


def test_affectnet_bad_rows_are_problems(tmp_path: Path) -> None:
    TREES["affectnet"](tmp_path)
    path = tmp_path / "training.csv"
    bad = [
        affectnet.row("12/0001.jpg", 3, "0.1", "0.1"),
        affectnet.row("12/x.jpg", 42, "0.1", "0.1"),
        affectnet.row("12/y.jpg", 3, "7", "0.1"),
        "12/z.jpg,1,2",
    ]
    path.write_text(path.read_text() + "\r\n".join(bad) + "\r\n")
    report = ReadingReport()
    read("affectnet", tmp_path, report)
    reasons = [problem.reason for problem in report.problems]
    assert reasons[0] == "12/0001.jpg is labelled twice"
    assert "found '42'" in reasons[1]
    assert "expected valence from -1 to 1, or -2" in reasons[2]
    assert reasons[3] == "expected 9 cells, found 3"


@pytest.mark.parametrize("content", [b"damaged", b""])
def test_affectnet_of_2021_has_a_file_for_each_label(tmp_path: Path, content: bytes) -> None:
    write_tree_of_2021(tmp_path)
    report = ReadingReport()
    rows = read("affectnet", tmp_path, report)
    assert Counter(row["split"] for row in rows) == {"train": 8, "validation": 8}
    assert rows[1]["expression"] == "happiness"
    assert rows[1]["valence"] == pytest.approx(0.1)
    assert "landmarks" in rows[1]
    assert report.dropped == {"no picture": 2}
    assert len(report.warnings) == 2
    (tmp_path / "train_set" / "annotations" / "3_exp.npy").write_bytes(content)
    report = ReadingReport()
    assert len(read("affectnet", tmp_path, report)) == 15
    assert "3_exp.npy" in str(report.problems[0])


def test_raf_db_codes_nesting_and_drawn_validation(tmp_path: Path) -> None:
    TREES["raf-db"](tmp_path, pictures=70)
    report = ReadingReport()
    rows = read("raf-db", tmp_path, report)
    first = next(row for row in rows if str(row["image"]).endswith("train_00001_aligned.jpg"))
    assert first["expression"] == "fear"
    splits = Counter(str(row["split"]) for row in rows)
    assert splits == {"train": 63, "validation": 7, "test": 70}
    validation = [row["expression"] for row in rows if row["split"] == "validation"]
    assert sorted(map(str, validation)) == sorted(EXPRESSIONS)
    assert report.dropped == {"no picture": 1}
    with pytest.raises(FaceBehaviorError, match="unpack original"):
        read("raf-db", tmp_path, pictures="original")
    with pytest.raises(FaceBehaviorError, match="pictures=aligned or original"):
        read("raf-db", tmp_path, pictures="both")


def test_raf_db_compound_has_no_basic_expression(tmp_path: Path) -> None:
    TREES["raf-db-compound"](tmp_path)
    rows = read("raf-db-compound", tmp_path)
    first = next(row for row in rows if str(row["image"]).endswith("train_00001_aligned.jpg"))
    assert first["compound"] == "happily_disgusted"
    assert all("expression" not in row for row in rows)
    assert len({row["compound"] for row in rows}) == 11


@pytest.mark.parametrize("bad", ["train_00001.jpg 0", "train_00001.jpg", "pic.jpg 3"])
def test_raf_db_bad_rows_are_problems(tmp_path: Path, bad: str) -> None:
    TREES["raf-db"](tmp_path)
    path = tmp_path / "basic" / "basic" / "EmoLabel" / "list_patition_label.txt"
    path.write_text(path.read_text() + bad + "\n" + "train_00002.jpg 3\n")
    report = ReadingReport()
    read("raf-db", tmp_path, report)
    assert len(report.problems) == 2
    assert report.problems[1].reason == "train_00002.jpg is labelled twice"


def test_cfee_names_decide_never_numbers(tmp_path: Path) -> None:
    assert label_of("Happily Surprised") == {"compound": "happily_surprised"}
    assert label_of("sad") == {"expression": "sadness"}
    with pytest.raises(ValueError, match="one of the 22"):
        label_of("Bored")
    TREES["cfee"](tmp_path)
    report = ReadingReport()
    rows = read("cfee", tmp_path, report)
    found = Counter(row.get("expression") or row.get("compound") for row in rows)
    names = ("neutral", "happiness", "fear", "happily_surprised", "awed")
    assert found == dict.fromkeys(names, 3)
    assert {row["subject"] for row in rows} == {"101", "102", "103"}
    assert report.dropped == {"class without a name": 3}
    assert len(report.problems) == 1
    (tmp_path / "CFEE_Database_230" / "summary.csv").unlink()
    with pytest.raises(FaceBehaviorError, match=r"expected summary\.csv or AU_annotation"):
        read("cfee", tmp_path)


def test_expw_boxes_are_top_left_right_bottom(tmp_path: Path) -> None:
    TREES["expw"](tmp_path)
    rows = read("expw", tmp_path)
    assert rows[0]["face_box"] == [20, 10, 40, 40]
    assert rows[0]["expression"] == "anger"
    assert len(read("expw", tmp_path, confidence=20.0)) == 8
    path = tmp_path / "data" / "label" / "label.lst"
    path.write_text(path.read_text() + "crowd_1.jpg 0 1 2 9 9 60.0 0\ncrowd_1.jpg 9 5 5 5 5 9 0\n")
    report = ReadingReport()
    read("expw", tmp_path, report)
    assert [p.reason for p in report.problems] == [
        "face 0 of crowd_1.jpg is labelled twice",
        "expected top < bottom and left < right in a box",
    ]


def test_celeba_minus_one_means_absent(tmp_path: Path) -> None:
    TREES["celeba"](tmp_path)
    report = ReadingReport()
    rows = read("celeba", tmp_path, report)
    assert rows[0]["attr_5_o_clock_shadow"] is True
    assert rows[0]["attr_young"] is True
    assert rows[0]["attr_bald"] is False
    assert (rows[0]["identity"], rows[0]["split"]) == ("17", "train")
    assert Counter(str(row["split"]) for row in rows) == {"train": 6, "validation": 6, "test": 6}
    anew = read("celeba", tmp_path, split="pictures")
    assert {row.get("split") for row in anew} <= {"train", "validation", "test", None}
    assert sum("split" in row for row in anew) == 6
    with pytest.raises(FaceBehaviorError, match="split=official or pictures"):
        read("celeba", tmp_path, split="other")


def test_celeba_other_attributes_are_refused(tmp_path: Path) -> None:
    TREES["celeba"](tmp_path)
    path = tmp_path / "Anno" / "list_attr_celeba.txt"
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace("Young", "Old")
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(FaceBehaviorError, match="second line"):
        read("celeba", tmp_path)


def test_lfw_people_are_folders(tmp_path: Path) -> None:
    TREES["lfw"](tmp_path)
    rows = read("lfw", tmp_path)
    assert len(rows) == 9
    assert {row["identity"] for row in rows} == {"Aaron_Example", "Zoe_Sample", "Mary_Ann_Third"}


def test_fer2013_pictures_stand_in_the_file(tmp_path: Path) -> None:
    TREES["fer2013"](tmp_path)
    rows = read("fer2013", tmp_path)
    assert [row["expression"] for row in rows[:7]] == [
        "anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral",
    ]  # fmt: skip
    assert [rows[place]["split"] for place in (0, 7, 14)] == ["train", "validation", "test"]
    picture = rows[0]["image"]
    assert isinstance(picture, bytes)
    with Image.open(io.BytesIO(picture)) as opened:
        assert opened.size == (48, 48)
        assert (np.asarray(opened) == np.asarray(face(0, 48).convert("L"))).all()
    for wrong in ("1 2 3", " ".join(["300"] * 2304), " ".join(["x"] * 2304)):
        with pytest.raises(ValueError, match="expected"):
            png_of(wrong)


def test_afew_va_divides_by_ten_and_joins_by_name(tmp_path: Path) -> None:
    TREES["afew-va"](tmp_path)
    report = ReadingReport()
    rows = read("afew-va", tmp_path, report)
    assert rows[3]["valence"] == pytest.approx(0.3)
    assert rows[3]["arousal"] == pytest.approx(-0.3)
    assert report.dropped == {"no picture": 2}
    assert len(report.warnings) == 1
    (tmp_path / "01" / "001" / "001.json").write_text('{"frames": {"00000": {"valence": 3}}}')
    (tmp_path / "12" / "600" / "600.json").write_text("{")
    report = ReadingReport()
    assert read("afew-va", tmp_path, report) == []
    assert len(report.problems) == 2
