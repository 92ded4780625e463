"""Workbooks as CFEE and EmotioNet release them."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.databases.trees import TREES, cfee
from tests.databases.trees.workbooks import Sheets, write_xls, write_xlsx

from facebehavior.databases import READERS, ReadingReport
from facebehavior.databases.workbooks import first_sheet_row, sheet_rows
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest

needs_the_extra = pytest.mark.usefixtures("_extra")
every_form = pytest.mark.parametrize(
    ("write", "ending"), [(write_xls, ".xls"), (write_xlsx, ".xlsx")]
)
Write = Callable[[Path, Sheets], Path]


@pytest.fixture
def _extra() -> None:
    pytest.importorskip("python_calamine", reason="the extra workbooks is not installed")


def read(name: str, root: Path, report: ReadingReport | None = None) -> Manifest:
    return READERS[name](root, report or ReadingReport())


@needs_the_extra
@every_form
def test_rows_keep_their_numbers_and_cells_become_text(
    write: Write, ending: str, tmp_path: Path
) -> None:
    rows: list[list[object]] = [["Class", " Name "], [], [1, "Neutral", 2.5], [None, "x"]]
    file = write(tmp_path / f"book{ending}", {"First": [["a"]], "Summary": rows})
    report = ReadingReport()
    found = list(sheet_rows(file, report, sheet="summary"))
    assert [number for number, _ in found] == [1, 3, 4]
    assert [cells[:3] for _, cells in found] == [
        ["Class", "Name", ""], ["1", "Neutral", "2.5"], ["", "x", ""],
    ]  # fmt: skip
    assert report.rows == 3
    assert [number for number, _ in sheet_rows(file, report, sheet="SUMMARY", header=1)] == [3, 4]
    assert first_sheet_row(file) == ["a"]
    with pytest.raises(FaceBehaviorError, match="expected a sheet other, found the sheets First"):
        list(sheet_rows(file, report, sheet="other"))


@needs_the_extra
@pytest.mark.parametrize("content", [b"", b"PK", b"1,Neutral\n"])
@pytest.mark.parametrize("ending", [".xls", ".xlsx"])
def test_what_is_no_workbook_is_refused(content: bytes, ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"book{ending}"
    file.write_bytes(content)
    with pytest.raises(FaceBehaviorError, match=r"book\.xlsx?: expected a workbook") as caught:
        first_sheet_row(file)
    assert "\n" not in str(caught.value)


@needs_the_extra
@every_form
def test_cfee_is_read_from_its_workbook(write: Write, ending: str, tmp_path: Path) -> None:
    TREES["cfee"](tmp_path)
    folder = tmp_path / "CFEE_Database_230"
    expected = read("cfee", tmp_path)
    (folder / "summary.csv").unlink()
    rows: list[list[object]] = [
        ["Class", "Emotion"],
        ["", "(posed)"],
        *([code, name] for code, name in cfee.CLASSES.items()),
        [30, "Bored"],
    ]
    sheets: Sheets = {"AU 1": [["what", 1]], "summary": rows}
    write(folder / f"AU_annotation_all_subjects{ending}", sheets)
    report = ReadingReport()
    assert read("cfee", tmp_path, report).table.equals(expected.table)
    workbook = f"AU_annotation_all_subjects{ending}"
    assert f"{workbook}:{len(rows)}: expected one of the 22" in str(report.problems[0])
    assert f"of class 9, which {workbook} lacks" in report.warnings[0]


@needs_the_extra
@every_form
def test_emotionet_is_read_from_a_workbook(write: Write, ending: str, tmp_path: Path) -> None:
    TREES["emotionet"](tmp_path)
    expected = read("emotionet", tmp_path)
    listed = tmp_path / "EmotioNet_FACS_aws_2020_24600.csv"
    with listed.open(newline="") as file:
        header, *lines = csv.reader(file)
    rows: list[list[object]] = [list(header), *([*line[:2], *map(int, line[2:])] for line in lines)]
    write(listed.with_suffix(ending), {"Sheet1": rows})
    # Beside a CSV file of its name the workbook is not read.
    report = ReadingReport()
    assert read("emotionet", tmp_path, report).table.equals(expected.table)
    assert not report.problems
    listed.unlink()
    report = ReadingReport()
    assert read("emotionet", tmp_path, report).table.equals(expected.table)
    assert report.dropped == {"no picture": 1}


def test_without_the_extra_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facebehavior.databases.workbooks.find_spec", lambda _: None)
    TREES["cfee"](tmp_path)
    folder = tmp_path / "CFEE_Database_230"
    assert len(read("cfee", tmp_path)) == 15  # the sheet saved as CSV needs nothing
    (folder / "summary.csv").rename(folder / "AU_annotation_all_subjects.xls")
    with pytest.raises(FaceBehaviorError, match=r"facebehavior\[workbooks\]"):
        read("cfee", tmp_path)
