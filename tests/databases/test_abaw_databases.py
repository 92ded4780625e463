"""Aff-Wild, Aff-Wild2, s-Aff-Wild2 and C-EXPR-DB: their traps, one by one."""

from pathlib import Path

import numpy as np
import pytest
from tests.databases.trees import TREES, aff_wild2

from facebehavior.databases import READERS, ReadingReport
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest


def read(name: str, root: Path, report: ReadingReport | None = None, **options: object) -> Manifest:
    return READERS[name](root, report or ReadingReport(), **options)


@pytest.fixture
def wild2(tmp_path: Path) -> Path:
    TREES["aff-wild2"](tmp_path)
    return tmp_path


def rows_of(manifest: Manifest, video: str) -> dict[int, dict[str, object]]:
    return {
        int(str(row["frame"])): {k: v for k, v in row.items() if v is not None}
        for row in manifest.rows()
        if row["video"] == video
    }


def test_aff_wild2_joins_three_files_and_the_pictures_by_number(wild2: Path) -> None:
    report = ReadingReport()
    manifest = read("aff-wild2", wild2, report)
    rows = rows_of(manifest, "1-30")
    # Frame 2 was not detected; frame 6 has no label of any kind.
    assert sorted(rows) == [1, 3, 4, 5]
    assert str(rows[3]["image"]).endswith("cropped_aligned/1-30/00003.jpg")
    assert rows[3]["valence"] == pytest.approx(0.2)
    assert rows[3]["expression"] == "disgust"
    assert rows[1]["au01"] is True
    assert rows[1]["au02"] is False
    assert "au05" not in rows[1]
    assert report.dropped == {"no picture": 1, "no label": 6}
    assert not report.problems


def test_aff_wild2_reads_the_second_archive_and_the_two_persons_of_a_video(wild2: Path) -> None:
    manifest = read("aff-wild2", wild2)
    assert "cropped_aligned_new_50_vids" in str(rows_of(manifest, "400")[1]["image"])
    assert rows_of(manifest, "2-15_left")[1]["subject"] == "2-15"
    assert rows_of(manifest, "2-15_right")[1]["subject"] == "2-15"
    assert "au01" not in rows_of(manifest, "10-60")[1]


def test_aff_wild2_other_is_no_expression_and_minus_one_no_label(tmp_path: Path) -> None:
    TREES["aff-wild2"](tmp_path, pictures=9)
    rows = rows_of(read("aff-wild2", tmp_path), "1-30")
    assert rows[7]["expression"] == "surprise"
    assert "expression" not in rows[8]
    assert "valence" in rows[8]
    assert 9 not in rows


def test_aff_wild2_says_what_is_missing_or_off_by_one(wild2: Path) -> None:
    report = ReadingReport()
    (wild2 / "cropped_aligned_new_50_vids").rename(wild2 / "elsewhere")
    read("aff-wild2", wild2, report)
    assert any("is the archive cropped_aligned_new_50_vids missing?" in w for w in report.warnings)
    report = ReadingReport()
    for path in sorted((wild2 / "cropped_aligned" / "9-1").iterdir()):
        path.rename(path.with_name(f"{int(path.stem) - 1:05d}.jpg"))
    read("aff-wild2", wild2, report)
    assert any("counted from 0?" in warning for warning in report.warnings)


def test_aff_wild2_bad_rows_and_headers_are_problems(wild2: Path) -> None:
    rows = ["0.1,0.2", "7,0.2", "0.1", "0.1,0.2"]
    aff_wild2.write_labels(wild2, "VA", "train", "1-30", rows)
    path = aff_wild2.write_labels(wild2, "EXPR", "train", "1-30", ["4", "42", "4", "1"])
    report = ReadingReport()
    manifest = read("aff-wild2", wild2, report)
    reasons = [str(problem) for problem in report.problems]
    assert len(reasons) == 3
    assert any("1-30.txt:3: expected valence from -1 to 1" in reason for reason in reasons)
    assert any("1-30.txt:4: expected valence and arousal, found 1" in reason for reason in reasons)
    assert any("1-30.txt:3: expected a code" in reason for reason in reasons)
    # What the other files say of these frames stays.
    assert "au01" in rows_of(manifest, "1-30")[3]
    path.write_text("Neutral,Happiness\n1\n")
    report = ReadingReport()
    assert "expression" not in rows_of(read("aff-wild2", wild2, report), "1-30")[1]
    assert any("1-30.txt:1: expected the header" in str(problem) for problem in report.problems)


def test_aff_wild2_refuses_two_editions_and_finds_a_nested_one(wild2: Path) -> None:
    nested = wild2 / "annotations"
    nested.mkdir()
    for name in aff_wild2.FOLDERS.values():
        (wild2 / name).rename(nested / name)
    assert len(read("aff-wild2", wild2)) == 29
    (wild2 / "VA_Set").mkdir()
    with pytest.raises(FaceBehaviorError, match="annotations of one edition"):
        read("aff-wild2", wild2)


def test_the_multi_task_lists_have_more_cells_than_their_header(tmp_path: Path) -> None:
    TREES["aff-wild2-mtl"](tmp_path)
    report = ReadingReport()
    manifest = read("aff-wild2-mtl", tmp_path, report)
    rows = rows_of(manifest, "134")
    assert rows[1]["expression"] == "anger"
    assert rows[1]["au01"] is True
    assert "valence" not in rows[2]
    assert "expression" not in rows[3]
    assert "au01" not in rows[4]
    assert rows_of(manifest, "5_left")[1]["subject"] == "5"
    assert report.dropped == {"no picture": 2}
    assert [p.reason for p in report.problems] == [
        "134/00001.jpg is labelled twice",
        "7/00001.jpg is labelled twice",
    ]
    path = tmp_path / "training_set_annotations.txt"
    path.write_text(path.read_text() + "134/00003.jpg,0.1,0.1,4,0,0\n")
    report = ReadingReport()
    read("aff-wild2-mtl", tmp_path, report)
    assert any("expected 16 cells, found 6" in p.reason for p in report.problems)


def test_two_multi_task_lists_of_one_part_are_refused(tmp_path: Path) -> None:
    TREES["aff-wild2-mtl"](tmp_path)
    path = tmp_path / "training_set_annotations.txt"
    (tmp_path / "training_set_annotations_22.txt").write_bytes(path.read_bytes())
    with pytest.raises(FaceBehaviorError, match=r"found training_set_annotations\.txt and"):
        read("aff-wild2-mtl", tmp_path)
    path.unlink()
    assert set(read("aff-wild2-mtl", tmp_path).column("split").to_pylist()) == {
        "train", "validation"}  # fmt: skip


def test_aff_wild_takes_the_shorter_file_and_counts_frames_from_0(tmp_path: Path) -> None:
    TREES["aff-wild"](tmp_path)
    report = ReadingReport()
    manifest = read("aff-wild", tmp_path, report)
    rows = rows_of(manifest, "105")
    assert sorted(rows) == [0, 1, 2, 3, 4, 5]
    assert rows[0]["valence"] == pytest.approx(-0.4)
    assert str(rows_of(manifest, "106")[0]["image"]).endswith("106.avi")
    assert sorted(rows_of(manifest, "107")) == [0, 1, 2, 3, 4]
    assert report.dropped == {"no video": 6}
    assert len(report.warnings) == 1
    splits = {
        str(split)
        for seed in range(30)
        for split in read("aff-wild", tmp_path, validation=0.5, seed=seed)
        .column("split")
        .to_pylist()
    }
    assert splits == {"train", "validation"}


def test_c_expr_db_reads_frames_or_videos_and_rows_without_a_class(tmp_path: Path) -> None:
    TREES["c-expr-db"](tmp_path)
    report = ReadingReport()
    manifest = read("c-expr-db", tmp_path, report)
    rows = rows_of(manifest, "01")
    assert rows[1]["compound"] == "happily_surprised"
    assert "compound" not in rows[900]
    clip = rows_of(manifest, "02")
    assert sorted(clip) == [0, 1, 2, 3]
    assert clip[0]["compound"] == "happily_surprised"
    assert str(clip[0]["image"]).endswith("02.mp4")
    assert report.dropped == {"no picture": 1}
    assert [p.reason for p in report.problems] == ["02/00001.jpg is listed twice"]


def test_nothing_of_a_sentinel_is_left(wild2: Path) -> None:
    manifest = read("aff-wild2", wild2)
    for name in ("valence", "arousal"):
        values = manifest.column(name).drop_null().to_numpy()
        assert np.abs(values).max() <= 1.0
