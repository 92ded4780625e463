"""LFW's list of pairs: read, counted, kept beside the shards."""

from pathlib import Path

import pytest
from tests.databases.trees import TREES

from facebehavior.databases import ReadingReport, find_pairs
from facebehavior.databases.lfw import read_pairs
from facebehavior.databases.pairs import FILE, Pair, keep_pairs, kept_pairs
from facebehavior.errors import BadInput, FaceBehaviorError


@pytest.fixture
def lfw(tmp_path: Path) -> Path:
    TREES["lfw"](tmp_path)
    return tmp_path


def append(root: Path, *lines: str, before: int | None = None) -> None:
    path = root / "pairs.txt"
    found = path.read_text().splitlines()
    place = len(found) if before is None else before
    path.write_text("\n".join([*found[:place], *lines, *found[place:]]) + "\n")


def test_pairs_are_told_apart_by_their_fields_and_stand_in_folds(lfw: Path) -> None:
    report = ReadingReport()
    pairs = read_pairs(lfw, report)
    assert [pair.same for pair in pairs] == [True, False, True, False]
    assert [pair.fold for pair in pairs] == [0, 0, 1, 1]
    assert pairs[1].second.endswith("Zoe_Sample/Zoe_Sample_0002.jpg")
    assert (report.rows, report.warnings, report.problems) == (0, [], [])
    (lfw / "pairs.txt").rename(lfw / "lfw" / "pairs.txt")
    assert read_pairs(lfw / "lfw", ReadingReport()) == pairs


def test_a_malformed_pair_moves_no_other_into_another_fold(lfw: Path) -> None:
    append(lfw, "Zoe_Sample\t1", before=1)
    text = (lfw / "pairs.txt").read_text().replace("Aaron_Example\t1\t2\n", "")
    (lfw / "pairs.txt").write_text(text)
    report = ReadingReport()
    assert [pair.fold for pair in read_pairs(lfw, report)] == [0, 1, 1]
    assert [str(problem) for problem in report.problems] == [
        f"{lfw}/pairs.txt:2: expected 3 or 4 fields, found 2"
    ]
    with pytest.raises(BadInput):
        read_pairs(lfw, ReadingReport(strict=True))


def test_a_pair_that_is_no_text_moves_no_other_into_another_fold(lfw: Path) -> None:
    text = (lfw / "pairs.txt").read_bytes()
    (lfw / "pairs.txt").write_bytes(text.replace(b"Aaron_Example\t1\t2\n", b"\xff\t1\t2\n", 1))
    report = ReadingReport()
    assert [pair.fold for pair in read_pairs(lfw, report)] == [0, 1, 1]
    assert [problem.source for problem in report.problems] == [f"{lfw}/pairs.txt:2"]


def test_missing_pictures_and_a_list_that_is_cut_off_are_said(lfw: Path) -> None:
    (lfw / "lfw" / "Aaron_Example" / "Aaron_Example_0002.jpg").unlink()
    append(lfw, "Zoe_Sample\t1\t2")
    report = ReadingReport()
    pairs = read_pairs(lfw, report)
    assert pairs[0].second.endswith("Aaron_Example_0002.jpg")
    assert any("announces 2 folds of 2 pairs, found 5 rows" in one for one in report.warnings)
    assert any("1 of 10 pictures of its pairs are not there" in one for one in report.warnings)
    assert pairs[-1].fold == 1


@pytest.mark.parametrize("first", ["500", "ten\t300", "0\t300", "1\t2\t3", ""])
def test_another_first_line_is_refused(lfw: Path, first: str) -> None:
    (lfw / "pairs.txt").write_text(f"{first}\n")
    with pytest.raises(FaceBehaviorError, match="such as 10 and 300"):
        read_pairs(lfw, ReadingReport())


def test_without_a_list_there_are_no_pairs(lfw: Path) -> None:
    (lfw / "pairs.txt").unlink()
    report = ReadingReport()
    assert find_pairs("lfw", lfw, report) == []
    assert "lfw-view2" in report.warnings[0]
    assert find_pairs("disfa", lfw, report) == ()


def test_kept_pairs_are_read_as_they_were(tmp_path: Path) -> None:
    pairs = (Pair("a, b/1.jpg", 'q"uote.jpg', True, 0), Pair("é.jpg", "c.jpg", False, 9))
    keep_pairs(tmp_path, pairs)
    assert kept_pairs(tmp_path) == pairs
    assert kept_pairs(tmp_path / "elsewhere") == ()


@pytest.mark.parametrize("content", [b"", b"first,second\n", b"first,second,same,fold\na,b,2,0\n",
                                     b"first,second,same,fold\na,b,1,x\n", b"\xff"])  # fmt: skip
def test_damaged_pairs_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(FaceBehaviorError, match="prepare again"):
        kept_pairs(tmp_path)
