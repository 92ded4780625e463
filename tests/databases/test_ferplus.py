from pathlib import Path

import pytest
from PIL import Image

from facebehavior.databases import ReadingReport, find_reader
from facebehavior.databases.ferplus import majority, read_ferplus
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.labels import EXPRESSIONS, VOTE_EXPRESSIONS

# neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown, not a face
ROWS = """\
fer0000000.png,"(0, 0, 48, 48)",7,1,0,2,0,0,0,0,0,0
fer0000001.png,"(0, 0, 48, 48)",0,0,0,0,0,0,6,0,4,0
fer0000002.png,"(0, 0, 48, 48)",1,0,0,0,0,0,1,8,0,0
fer0000003.png,"(0, 0, 48, 48)",0,0,0,0,0,0,0,0,9,1
fer0000004.png,"(0, 0, 48, 48)",0,0,0,0,0,0,0,0,0,10
,"(0, 0, 48, 48)",0,0,0,0,0,0,0,0,0,10
fer0000005.png,"(0, 0, 48, 48)",5,5,0,0,0,0,0,0,0,0
"""


def write_split(root: Path, folder: str = "FER2013Train", rows: str = ROWS) -> Path:
    (root / folder).mkdir(parents=True)
    (root / folder / "label.csv").write_text(rows)
    for number in range(6):
        Image.new("L", (48, 48), 20 * number).save(root / folder / f"fer{number:07d}.png")
    return root


def test_the_majority_rule_of_its_authors() -> None:
    assert majority([7, 1, 0, 2, 0, 0, 0, 0, 0, 0]) == "neutral"
    # The single vote is set to zero: 3 of the 5 that remain are more than half, 3 of 6 are not.
    assert majority([3, 1, 2, 1, 1, 1, 1, 0, 0, 0]) == "neutral"
    assert majority([3, 0, 2, 2, 1, 1, 1, 0, 0, 0]) is None
    assert majority([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) is None
    assert majority([0, 0, 0, 0, 0, 0, 0, 6, 4, 0]) == "contempt"


def test_rows_become_votes_majorities_and_reasons(tmp_path: Path) -> None:
    report = ReadingReport()
    manifest = read_ferplus(write_split(tmp_path), report)
    assert manifest.column("expression").to_pylist() == ["neutral", "fear", None, None]
    assert manifest.column("split").to_pylist() == ["train"] * 4
    votes = manifest.column("expression_votes").to_pylist()
    assert votes[0] == pytest.approx([0.7, 0.1, 0.2, 0, 0, 0, 0, 0])
    # Four of ten said unknown: the shares of the eight expressions sum to what is left.
    assert sum(votes[1]) == pytest.approx(0.6)
    assert votes[2][VOTE_EXPRESSIONS.index("contempt")] == pytest.approx(0.8)
    assert report.rows == 7
    assert report.dropped == {
        "majority says unknown": 1,
        "majority says not a face": 1,
        "no picture named": 1,
    }
    assert not report.problems


def test_the_columns_of_the_file_are_mapped_to_our_order(tmp_path: Path) -> None:
    names = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear"]
    rows = "".join(
        f'fer{n:07d}.png,"(0, 0, 48, 48)",{",".join("9" if i == n else "0" for i in range(10))}\n'
        for n in range(6)
    )
    manifest = read_ferplus(write_split(tmp_path, rows=rows), ReadingReport())
    assert manifest.column("expression").to_pylist() == names[:6]
    for name, votes in zip(names, manifest.column("expression_votes").to_pylist(), strict=False):
        assert votes[EXPRESSIONS.index(name)] == 1.0


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('fer0000000.png,"(0, 0, 48, 48)",7,1\n', "expected 12 cells"),
        ('fer0000000.png,"(0, 0, 48, 48)",7,x,0,2,0,0,0,0,0,0\n', "expected 12 cells"),
        ('fer0000000.png,"(0, 0, 48, 48)",0,0,0,0,0,0,0,0,0,0\n', "expected 12 cells"),
        ('fer9999999.png,"(0, 0, 48, 48)",7,1,0,2,0,0,0,0,0,0\n', "fer9999999.png"),
    ],
)
def test_a_bad_row_is_skipped_and_named_with_its_line(
    tmp_path: Path, bad: str, reason: str
) -> None:
    root = write_split(tmp_path, rows=ROWS + bad)
    report = ReadingReport()
    assert len(read_ferplus(root, report)) == 4
    (problem,) = report.problems
    assert problem.source.endswith("label.csv:8")
    assert reason in problem.reason
    with pytest.raises(BadInput, match=r"label\.csv:8"):
        read_ferplus(root, ReadingReport(strict=True))


def test_a_wrong_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaceBehaviorError, match="FER2013Train"):
        read_ferplus(tmp_path, ReadingReport())
    with pytest.raises(FaceBehaviorError, match="nothing there"):
        read_ferplus(tmp_path / "missing", ReadingReport())
    (tmp_path / "ferplus.tar").touch()
    with pytest.raises(FaceBehaviorError, match="unpack"):
        read_ferplus(tmp_path / "ferplus.tar", ReadingReport())
    (tmp_path / "FER2013Valid").mkdir()
    with pytest.raises(FaceBehaviorError, match=r"label\.csv"):
        read_ferplus(tmp_path, ReadingReport())


def test_an_unknown_database_names_the_nearest() -> None:
    with pytest.raises(FaceBehaviorError, match="did you mean 'ferplus'"):
        find_reader("fer+")


def test_the_real_labels_have_their_known_majorities(ferplus_sample: Path) -> None:
    report = ReadingReport()
    manifest = read_ferplus(ferplus_sample, report)
    assert report.rows == 300
    assert not report.problems
    assert len(manifest) + sum(report.dropped.values()) == 300
    assert manifest.column("expression").to_pylist()[:2] == [None, "neutral"]
