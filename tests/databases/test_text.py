from pathlib import Path

import pytest

from facebehavior.databases import ReadingReport
from facebehavior.databases.text import first_row, numbered_fields, numbered_rows
from facebehavior.errors import BadInput, FaceBehaviorError


def written(folder: Path, content: bytes) -> Path:
    path = folder / "labels.csv"
    path.write_bytes(content)
    return path


def test_rows_keep_their_line_numbers_whatever_the_line_ends(tmp_path: Path) -> None:
    for ends in (b"\n", b"\r\n"):
        path = written(
            tmp_path, ends.join([b"\xef\xbb\xbfname,value", b' a , "1,5" ', b"", b"b,2"])
        )
        report = ReadingReport()
        assert list(numbered_rows(path, report, header=1)) == [(2, ["a", "1,5"]), (4, ["b", "2"])]
        assert report.rows == 2
        assert first_row(path) == ["name", "value"]


def test_a_line_of_other_bytes_is_a_problem_and_the_others_stay(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,1\ncaf\xe9,2\nb,3\n")
    report = ReadingReport()
    assert [cells[0] for _, cells in numbered_rows(path, report)] == ["a", "b"]
    assert report.rows == 3
    assert [problem.source for problem in report.problems] == [f"{path}:2"]
    with pytest.raises(BadInput, match=r"labels\.csv:2: expected UTF-8"):
        list(numbered_rows(path, ReadingReport(strict=True)))


def test_fields_are_split_at_any_blanks(tmp_path: Path) -> None:
    path = written(tmp_path, b"header\n\n000001.jpg  1 -1\t1 \r\n")
    assert list(numbered_fields(path, ReadingReport(), header=1)) == [
        (3, ["000001.jpg", "1", "-1", "1"])
    ]


@pytest.mark.parametrize("blank", ["\u00a0", " \t", "\u2003 ", "\ufeff", "\u00a0\r"])
def test_lines_of_blanks_alone_are_left_out(blank: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"{blank}\n0.5\n{blank}\n-0.5\n{blank}".encode())
    for read in (numbered_fields, numbered_rows):
        report = ReadingReport()
        assert list(read(path, report)) == [(2, ["0.5"]), (4, ["-0.5"])]
        assert report.rows == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match=r"labels\.csv: expected a text file"):
        list(numbered_rows(tmp_path / "labels.csv", ReadingReport()))
    with pytest.raises(FaceBehaviorError, match=r"labels\.csv: expected a CSV file"):
        first_row(tmp_path / "labels.csv")
