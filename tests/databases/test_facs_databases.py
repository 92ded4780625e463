"""DISFA, DISFA+, BP4D, BP4D+, EmotioNet, RAF-AU and RAF-CE: their traps, one by one."""

from pathlib import Path

import pytest
from tests.databases.trees import TREES
from tests.databases.trees.disfa import write_frames

from facebehavior.databases import READERS, ReadingReport
from facebehavior.databases.bp4d import FOLDS as FOLDS_OF_BP4D
from facebehavior.databases.disfa import FOLDS as FOLDS_OF_DISFA
from facebehavior.databases.raf_au import action_units_of
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest


def read(
    name: str, root: Path, report: ReadingReport | None = None, **options: object
) -> list[dict[str, object]]:
    manifest: Manifest = READERS[name](root, report or ReadingReport(), **options)
    return [{k: v for k, v in row.items() if v is not None} for row in manifest.rows()]


def test_the_folds_in_common_use_part_all_subjects() -> None:
    for folds, number in ((FOLDS_OF_DISFA, 27), (FOLDS_OF_BP4D, 41)):
        assert len(folds) == 3
        assert sum(map(len, folds)) == len(frozenset().union(*folds)) == number


def test_disfa_labels_count_from_1_and_frames_of_a_video_from_0(tmp_path: Path) -> None:
    TREES["disfa"](tmp_path)
    report = ReadingReport()
    rows = read("disfa", tmp_path, report)
    first = rows[0]
    assert (first["subject"], first["frame"]) == ("SN001", 0)
    # Frame 1 of action unit 12 has the intensity (1 + 12) % 6 = 1.
    assert first["au12_intensity"] == pytest.approx(0.2)
    assert first["au12"] is False
    assert read("disfa", tmp_path, threshold=1)[0]["au12"] is True
    assert first["au02"] is True
    assert "au26" not in next(row for row in rows if row["subject"] == "SN009")
    assert report.dropped == {"no video": 5}


def test_disfa_frames_that_are_off_by_one_are_noticed(tmp_path: Path) -> None:
    TREES["disfa"](tmp_path)
    write_frames(tmp_path, first=0)
    report = ReadingReport()
    rows = read("disfa", tmp_path, report, frames="frames")
    assert any("is frame_offset -1?" in warning for warning in report.warnings)
    assert len(rows) == 4
    report = ReadingReport()
    rows = read("disfa", tmp_path, report, frames="frames", frame_offset=-1)
    assert not any("frame_offset" in warning for warning in report.warnings)
    assert str(rows[0]["image"]).endswith("0000.png")
    assert rows[0]["frame"] == 1


@pytest.mark.parametrize(("camera", "threshold"), [("middle", 2), ("left", 0), ("right", 6)])
def test_disfa_options_that_are_not_possible(tmp_path: Path, camera: str, threshold: int) -> None:
    TREES["disfa"](tmp_path)
    with pytest.raises(FaceBehaviorError, match="expected camera"):
        read("disfa", tmp_path, camera=camera, threshold=threshold)


def test_disfa_bad_rows_are_problems(tmp_path: Path) -> None:
    TREES["disfa"](tmp_path)
    path = tmp_path / "ActionUnit_Labels" / "SN001" / "SN001_au1.txt"
    path.write_text("1,6\n2,3\n2,4\n3\n")
    report = ReadingReport()
    read("disfa", tmp_path, report)
    assert [problem.reason for problem in report.problems] == [
        "expected an intensity from 0 to 5, found '6'",
        "frame 2 is labelled twice",
        "expected frame,intensity, found 1 cells",
    ]


def test_disfa_plus_tells_header_lines_by_their_form(tmp_path: Path) -> None:
    TREES["disfa-plus"](tmp_path)
    report = ReadingReport()
    rows = read("disfa-plus", tmp_path, report)
    assert len(rows) == 8
    assert rows[0]["video"] == "SN001/A1_AU1_TrailNo_1"
    assert rows[0]["au05_intensity"] == pytest.approx(1.0)
    assert "au05" not in rows[4]
    assert report.dropped == {"no picture": 2}


def test_bp4d_reads_both_headers_and_both_paddings(tmp_path: Path) -> None:
    TREES["bp4d"](tmp_path)
    report = ReadingReport()
    rows = read("bp4d", tmp_path, report)
    women = [row for row in rows if row["subject"] == "F001"]
    men = [row for row in rows if row["subject"] == "M001"]
    assert str(women[0]["image"]).endswith("T1/2440.jpg")
    assert str(men[0]["image"]).endswith("T8/018.jpg")
    assert (women[0]["gender"], men[0]["gender"]) == ("female", "male")
    # 9 is unknown, never absent, also among intensities.
    assert "au01" not in women[0]
    assert "au01" in women[1]
    assert "au06_intensity" not in women[0]
    assert women[1]["au06_intensity"] == pytest.approx((2441 % 6) / 5)
    # The action unit (frame + unit) % 2 of the tree.
    assert women[1]["au02"] is True
    assert men[1]["au02"] is True
    assert report.dropped == {"no picture": 2}


def test_bp4d_plus_counts_pictures_one_lower_and_columns_by_position(tmp_path: Path) -> None:
    TREES["bp4d-plus"](tmp_path)
    report = ReadingReport()
    rows = read("bp4d-plus", tmp_path, report)
    assert {row["subject"] for row in rows} == {"F001", "M004"}
    assert str(rows[0]["image"]).endswith("T1/119.jpg")
    assert rows[0]["frame"] == 120
    assert report.dropped["F041_T7: its lengths differ"] == 5
    other = read("bp4d-plus", tmp_path, frame_offset=0)
    assert len(other) < len(rows)


def test_emotionet_finds_pictures_by_the_end_of_their_address(tmp_path: Path) -> None:
    TREES["emotionet"](tmp_path)
    report = ReadingReport()
    rows = read("emotionet", tmp_path, report)
    assert [row["split"] for row in rows] == ["validation"] * 4 + ["train"] * 4
    assert str(rows[0]["image"]).endswith("N_01_00000.jpg")
    # Of picture 0, action unit 5 is 999, 6 absent, 9 present.
    assert "au05" not in rows[0]
    assert (rows[0]["au06"], rows[0]["au09"]) == (False, True)
    assert "au10" not in rows[1]
    assert "au07" in read("emotionet", tmp_path, units="all")[0]
    assert report.dropped == {"no picture": 1}


def test_sides_of_action_units_are_not_kept() -> None:
    found = action_units_of("1+2+R12+25")
    assert {name for name, active in found.items() if active} == {"au01", "au02", "au12", "au25"}
    assert len(found) == 17
    for wrong in ("1+X", "", "12R3"):
        with pytest.raises(ValueError, match="expected action units"):
            action_units_of(wrong)


def test_raf_au_pads_numbers_and_drops_what_was_not_coded(tmp_path: Path) -> None:
    TREES["raf-au"](tmp_path)
    report = ReadingReport()
    rows = read("raf-au", tmp_path, report)
    assert str(rows[0]["image"]).endswith("0001_aligned.jpg")
    assert rows[0]["au10"] is True
    assert report.dropped == {"not coded": 2, "no picture": 1}


def test_raf_ce_classes_are_those_of_du_in_their_order(tmp_path: Path) -> None:
    TREES["raf-ce"](tmp_path)
    report = ReadingReport()
    rows = read("raf-ce", tmp_path, report)
    assert [row.get("compound") for row in rows[:2]] == ["happily_surprised", "happily_disgusted"]
    assert rows[8]["compound"] == "fearfully_disgusted"
    assert [row["split"] for row in rows[:3]] == ["train", "test", "validation"]
    # Happily fearful has no class here, but action units; the last picture has neither.
    assert "compound" not in rows[12]
    assert rows[12]["au02"] is True
    assert report.dropped == {"no picture": 1, "no label": 1}
