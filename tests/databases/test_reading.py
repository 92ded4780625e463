"""The report of what a reader has read."""

from pathlib import Path

import pytest
from tests.databases.trees import TREES

from facebehavior.databases import READERS, ReadingReport


def with_another_row(name: str, file: str, row: str, root: Path) -> tuple[int, int]:
    """Read a tree whose file has one row more; give its faces, and those that were asked for."""
    TREES[name](root)
    (found,) = root.rglob(file)
    found.write_text(f"{found.read_text().rstrip()}\n{row}\n")
    report = ReadingReport()
    given = len(READERS[name](root, report))
    assert len(report.problems) == 1
    return given, report.faces_asked_for(given)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("expw", "label.lst"),
        ("raf-au", "RAFAU_label.txt"),
        ("raf-db", "list_patition_label.txt"),
    ],
)
def test_a_malformed_row_is_a_face_where_every_row_is_one(
    name: str, file: str, tmp_path: Path
) -> None:
    # These trees have rows that are left out on purpose, too: nobody asked for those.
    given, asked_for = with_another_row(name, file, "no row", tmp_path)
    assert asked_for == given + 1


@pytest.mark.parametrize(
    ("name", "file", "row"),
    [("disfa", "SN001_au1.txt", "1,6"), ("raf-ce", "RAFCE_AUlabel.txt", "0001.jpg 1+x")],
)
def test_a_malformed_row_is_no_face_where_a_face_has_rows_in_several_files(
    name: str, file: str, row: str, tmp_path: Path
) -> None:
    given, asked_for = with_another_row(name, file, row, tmp_path)
    assert asked_for == given
