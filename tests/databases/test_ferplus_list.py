"""FER+ as one list beside FER2013: the rows of two files joined by their lines."""

from pathlib import Path

import pytest
from tests.databases.trees import TREES
from tests.databases.trees.ferplus import write_list_tree, write_tree

from facebehavior.databases import READERS, ReadingReport
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.labels import Manifest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_list_tree(tmp_path)
    return tmp_path


def read(root: Path, report: ReadingReport | None = None) -> Manifest:
    return READERS["ferplus"](root, report or ReadingReport())


def edit(path: Path, line: int, text: str | None) -> None:
    """Put something else in the place of a line, counted from 1; None takes it away."""
    lines = path.read_text().splitlines()
    lines[line - 1 : line] = [] if text is None else [text]
    path.write_text("\n".join(lines) + "\n")


def test_votes_and_pictures_are_joined_row_by_row(root: Path) -> None:
    report = ReadingReport()
    manifest = read(root, report)
    assert len(manifest) == 18
    # The order of the columns of FER+, not that of FER2013's codes.
    assert manifest.column("expression").to_pylist()[:6] == [
        "neutral", "happiness", "surprise", "sadness", "anger", "disgust",
    ]  # fmt: skip
    assert manifest.column("expression_votes").to_pylist()[0][0] == pytest.approx(0.9)
    parts = [name for name in ("train", "validation", "test") for _ in range(6)]
    assert manifest.column("split").to_pylist() == parts
    assert report.dropped == {"no picture named": 3}
    assert (report.rows, report.problems) == (21, [])
    # The picture is the one that stands in the same line of FER2013.
    pictures = READERS["fer2013"](root, ReadingReport()).column("image").to_pylist()
    assert manifest.column("image").to_pylist() == [
        picture for place, picture in enumerate(pictures) if place % 7 != 6
    ]


def test_both_forms_give_the_same_labels(root: Path, tmp_path: Path) -> None:
    folders = tmp_path / "folders"
    write_tree(folders, 6)
    names = ("split", "expression", "expression_votes")
    in_folders = [row for row in read(folders).rows() if row["expression"] is not None]
    listed = [row for row in read(root).rows() if row["expression"] is not None]
    assert [[row[n] for n in names] for row in listed] == [
        [row[n] for n in names] for row in in_folders
    ]


def test_a_bad_line_moves_no_other(root: Path) -> None:
    whole = read(root).column("image").to_pylist()
    edit(root / "fer2013new.csv", 2, "Training,fer0000000.png,7,1")
    edit(root / "fer2013.csv", 4, "2,1 2 3,Training")
    report = ReadingReport()
    found = read(root, report).column("image").to_pylist()
    assert found == [whole[1], *whole[3:]]
    assert sorted(str(one).partition(": ")[0].rpartition("/")[2] for one in report.problems) == [
        "fer2013.csv:4", "fer2013new.csv:2",
    ]  # fmt: skip
    with pytest.raises(BadInput):
        read(root, ReadingReport(strict=True))


def test_another_usage_is_a_problem(root: Path) -> None:
    edit(root / "fer2013new.csv", 2, "PublicTest,fer0000000.png,7,1,0,2,0,0,0,0,0,0")
    report = ReadingReport()
    assert len(read(root, report)) == 17
    assert "expected Training as in fer2013.csv" in report.problems[0].reason


def test_files_that_do_not_belong_together_are_refused(root: Path) -> None:
    edit(root / "fer2013new.csv", 9, None)
    with pytest.raises(FaceBehaviorError, match="found 21 and 22 lines"):
        read(root)
    edit(root / "fer2013new.csv", 1, "emotion,pixels,Usage")
    with pytest.raises(FaceBehaviorError, match="expected the header Usage,Image name"):
        read(root)
    (root / "fer2013.csv").unlink()
    with pytest.raises(FaceBehaviorError, match=r"put FER2013's fer2013\.csv beside it"):
        read(root)


def test_folders_are_read_where_both_are_there(root: Path) -> None:
    TREES["ferplus"](root)
    images = read(root).column("image").to_pylist()
    assert all(isinstance(image, str) for image in images)
