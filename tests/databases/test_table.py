from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from tests.databases.trees.faces import write_face

from facebehavior.databases import ReadingReport, read_table
from facebehavior.errors import BadInput, FaceBehaviorError


def write_table(folder: Path, text: str) -> Path:
    for name in ("a.png", "b.png"):
        Image.new("L", (8, 8)).save(folder / name)
    (folder / "mine.csv").write_text(text)
    return folder / "mine.csv"


def test_labels_are_typed_and_empty_cells_are_missing(tmp_path: Path) -> None:
    text = "image,expression,au12,valence,subject\na.png,Happiness,1,0.5,p1\nb.png,,0,,p2\n"
    manifest = read_table(write_table(tmp_path, text), ReadingReport())
    assert manifest.column("image").to_pylist() == [str(tmp_path / n) for n in ("a.png", "b.png")]
    assert manifest.column("expression").to_pylist() == ["happiness", None]
    assert manifest.column("au12").to_pylist() == [True, False]
    assert manifest.column("valence").to_pylist() == [0.5, None]
    assert manifest.column("subject").to_pylist() == ["p1", "p2"]
    assert manifest.column("database").to_pylist() == ["mine", "mine"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("c.png,fear,,", "not there: c.png"),
        (",fear,,", "not there"),
        ("a.png,joy,,", "'joy'"),
        ("a.png,fear,2,", "found '2'"),
        ("a.png,fear,,-5", "-5"),
        ("a.png,fear,,much", "expected a number"),
        ("a.png,fear,,inf", "expected a number"),
        ("a.png,fear", "expected 4 cells, found 2"),
        (f"{'a' * 5000},fear,,", "column image: File name too long"),
    ],
)
def test_a_bad_row_is_skipped_and_named_with_its_line(
    tmp_path: Path, bad: str, reason: str
) -> None:
    path = write_table(tmp_path, f"image,expression,au12,valence\nb.png,fear,,\n{bad}\n")
    report = ReadingReport()
    assert len(read_table(path, report)) == 1
    (problem,) = report.problems
    assert problem.source.endswith("mine.csv:3")
    assert reason in problem.reason
    with pytest.raises(BadInput, match=r"mine\.csv:3"):
        read_table(path, ReadingReport(strict=True))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("picture,expression\na.png,fear\n", "a column 'image'"),
        ("image\na.png\n", "at least one column of labels"),
        ("image,smile\na.png,1\n", "'smile'"),
        ("image,expression\nc.png,fear\n", "not one row"),
        ("", "a column 'image'"),
        ("image,expression\n", "it has none"),
        ("image,landmarks\na.png,1\n", "'landmarks'"),
        ("image,au12,au12\na.png,1,0\n", "one column 'au12', found two"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_error(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(FaceBehaviorError, match=reason):
        read_table(write_table(tmp_path, text), ReadingReport())


def test_a_missing_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="found none"):
        read_table(tmp_path / "missing.csv", ReadingReport())


def test_line_numbers_count_empty_lines(tmp_path: Path) -> None:
    path = write_table(tmp_path, "image,expression\n\n\na.png,fear\nb.png,joy\n")
    report = ReadingReport()
    assert len(read_table(path, report)) == 1
    assert report.problems[0].source.endswith("mine.csv:5")


def test_a_table_from_pandas_may_hold_numbers_for_booleans(tmp_path: Path) -> None:
    write_table(tmp_path, "")
    table = pa.table(
        {
            "image": ["a.png", "b.png", "a.png"],
            "au12": [1, 0, 1],
            "valence": [0.5, float("nan"), -5.0],
        }
    )
    pq.write_table(table, tmp_path / "mine.parquet")
    report = ReadingReport()
    manifest = read_table(tmp_path / "mine.parquet", report)
    assert manifest.column("au12").to_pylist() == [True, False]
    assert manifest.column("valence").to_pylist() == [0.5, None]
    assert [problem.source for problem in report.problems] == [f"{tmp_path / 'mine.parquet'}:3"]


def test_other_names_of_columns_and_classes_are_mapped(tmp_path: Path) -> None:
    write_face(tmp_path / "a.png")
    write_face(tmp_path / "b.png")
    path = tmp_path / "theirs.csv"
    path.write_text("path,emotion,rater,kind\na.png,Happy,7,round\nb.png,sadness,8,\n")
    options = {
        "columns": "image=path, expression=emotion,label_kind=kind",
        "values": "expression.happy=happiness",
    }
    manifest = read_table(path, ReadingReport(), **options)
    assert manifest.column("expression").to_pylist() == ["happiness", "sadness"]
    assert manifest.column("label_kind").to_pylist() == ["round", None]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"columns": "image"}, "expected pairs such as image=path"),
        ({"columns": "picture=path"}, "expected pairs such as image=path"),
        ({"columns": "image=file"}, "expected a column 'file'"),
        ({"columns": "expression=emotion"}, "expected a column 'image'"),
        ({"columns": "image=path,expression=emotion,expression=mood"}, "'expression', found two"),
        ({"values": "happy=happiness"}, r"expression\.happy=happiness"),
    ],
)
def test_mappings_that_cannot_be(tmp_path: Path, options: dict[str, str], named: str) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("path,emotion,mood\na.png,happy,sad\n")
    with pytest.raises(FaceBehaviorError, match=named):
        read_table(path, ReadingReport(), **options)


def test_columns_of_ones_own_are_text_or_truths(tmp_path: Path) -> None:
    for name in "abc":
        write_face(tmp_path / f"{name}.png")
    path = tmp_path / "own.csv"
    path.write_text("image,label_digit,label_bar\na.png,0,1\nb.png,7,0\nc.png,1,\n")
    manifest = read_table(path, ReadingReport())
    assert manifest.column("label_digit").to_pylist() == ["0", "7", "1"]
    assert manifest.column("label_bar").to_pylist() == [True, False, None]


def test_a_picture_is_labelled_once_and_a_frame_of_a_video_too(tmp_path: Path) -> None:
    write_face(tmp_path / "a.png")
    (tmp_path / "v.mp4").touch()
    path = tmp_path / "own.csv"
    rows = ["a.png,,fear", "a.png,,anger", "v.mp4,0,fear", "v.mp4,1,fear", "v.mp4,1,fear"]
    path.write_text("\n".join(["image,frame,expression", *rows]) + "\n")
    report = ReadingReport()
    assert read_table(path, report).column("expression").to_pylist() == ["fear"] * 3
    assert [str(problem) for problem in report.problems] == [
        f"{path}:3: {tmp_path / 'a.png'} is labelled twice, first in row 2",
        f"{path}:6: {tmp_path / 'v.mp4'} is labelled twice, first in row 5",
    ]
    with pytest.raises(BadInput):
        read_table(path, ReadingReport(strict=True))


def test_ones_own_truths_may_have_other_words_and_gaps(tmp_path: Path) -> None:
    for name in "abc":
        write_face(tmp_path / f"{name}.png")
    table = pa.table(
        {
            "image": ["a.png", "b.png", "c.png"],
            "label_bar": [1.0, float("nan"), 0.0],
            "label_ring": ["yes", "no", None],
        }
    )
    pq.write_table(table, tmp_path / "own.parquet")
    words = "label_ring.yes=1,label_ring.no=0"
    manifest = read_table(tmp_path / "own.parquet", ReadingReport(), values=words)
    assert manifest.column("label_bar").to_pylist() == [True, None, False]
    assert manifest.column("label_ring").to_pylist() == [True, False, None]


@pytest.mark.parametrize("frame", ["1.5", "inf", "first"])
def test_a_frame_is_a_whole_number(tmp_path: Path, frame: str) -> None:
    (tmp_path / "v.mp4").touch()
    path = tmp_path / "own.csv"
    path.write_text(f"image,frame,expression\nv.mp4,2.0,fear\nv.mp4,{frame},fear\n")
    report = ReadingReport()
    assert read_table(path, report).column("frame").to_pylist() == [2]
    assert [problem.source for problem in report.problems] == [f"{path}:3"]
    assert report.rows == 2
