"""Rows of labels against the frames of videos and folders: too many, too few, off by one."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.conftest import Answer
from tests.databases.trees import TREES, aff_wild2
from tests.databases.trees.clips import write_clip

from facebehavior.databases import READERS, ReadingReport
from facebehavior.databases.lengths import labelled_videos, length_suspicions
from facebehavior.errors import BadInput
from facebehavior.faces.media.videos import count_frames, read_video
from facebehavior.labels import Manifest

FRAMES = 6


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.MP4", FRAMES)


def suspicions(path: Path | str, frames: Iterable[int]) -> list[str]:
    rows = [
        {"image": str(path), "database": "d", "video": "v", "frame": one, "au12": True}
        for one in frames
    ]
    return list(length_suspicions(Manifest.from_rows(rows)))


@pytest.mark.parametrize("ending", ["mp4", "avi", "mkv", "mov"])
@pytest.mark.parametrize("frames", [1, 7, 30])
def test_frames_are_counted_as_they_are_read(tmp_path: Path, ending: str, frames: int) -> None:
    path = write_clip(tmp_path / f"clip.{ending}", frames)
    assert count_frames(path) == sum(1 for _ in read_video(path)) == frames


def test_what_is_no_video_cannot_be_counted(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video")
    for name in ("a.mp4", "missing.mp4"):
        with pytest.raises(BadInput):
            count_frames(tmp_path / name)
    (told,) = suspicions(tmp_path / "a.mp4", range(3))
    assert told.startswith("a video: cannot be read")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (FRAMES, None),
        (FRAMES + 1, "one row more than frames"),
        (FRAMES + 2, "are the videos cut off?"),
        (FRAMES - 1, "one frame more than rows"),
        (FRAMES - 2, "are the files of labels cut off?"),
    ],
)
def test_every_difference_is_named(clip: Path, rows: int, said: str | None) -> None:
    found = suspicions(clip, range(rows))
    assert len(found) == (said is not None)
    if said is not None:
        assert said in found[0]
        assert f"has {FRAMES} frames, the last row is for frame {rows}" in found[0]


def test_who_labels_every_other_frame_has_lost_nothing(clip: Path) -> None:
    assert suspicions(clip, [0, 2]) == []
    assert len(suspicions(clip, [0, 2, 6])) == 1


def test_videos_that_differ_alike_are_named_once(clip: Path, tmp_path: Path) -> None:
    other = write_clip(tmp_path / "other.avi", 4)
    rows = [
        {"image": str(path), "database": "d", "frame": frame}
        for path, count in ((clip, 7), (other, 5))
        for frame in range(count)
    ]
    (told,) = length_suspicions(Manifest.from_rows(rows))
    assert told.startswith("2 videos: one row more")


def test_pictures_are_no_videos() -> None:
    rows = [{"image": "video.mp4/1.jpg", "database": "d", "frame": 1},
            {"image": "mp4", "database": "d", "frame": 1}]  # fmt: skip
    assert labelled_videos(Manifest.from_rows(rows)) == []
    encoded = [{"image": b"bytes.mp4", "database": "d"}]
    assert labelled_videos(Manifest.from_rows(encoded)) == []


@pytest.mark.parametrize(
    ("rows", "said"), [(5, "one frame more than rows"), (3, "are the files of labels cut off?")]
)
def test_check_and_prepare_say_it_before_training(
    facebehavior: Callable[..., Answer], tmp_path: Path, rows: int, said: str
) -> None:
    TREES["aff-wild"](tmp_path / "root")
    for dimension in ("valence", "arousal"):
        path = tmp_path / "root" / "annotations" / "train" / dimension / "105.txt"
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:rows]))
    answer = facebehavior("databases", "check", "aff-wild", tmp_path / "root")
    assert said in answer.errors
    # Of another video the tree has fewer values of arousal: that alone would be refused.
    for dimension in ("valence", "arousal"):
        (tmp_path / "root" / "annotations" / "train" / dimension / "107.txt").unlink()
    words = ("prepare", "aff-wild", tmp_path / "root", "-o", tmp_path / "out", "--size", 16)
    refused = facebehavior(*words, "--strict")
    assert (refused.code, said in refused.errors) == (2, True)
    checked = facebehavior("databases", "check", "aff-wild", tmp_path / "root", "--strict")
    assert (checked.code, checked.errors) == (2, refused.errors)
    assert said in facebehavior(*words).errors


def test_labels_of_a_longer_recording_are_named(
    facebehavior: Callable[..., Answer], tmp_path: Path
) -> None:
    TREES["disfa"](tmp_path)
    for path in (tmp_path / "ActionUnit_Labels" / "SN001").iterdir():
        path.write_text(path.read_text() + "6,0\n")
    answer = facebehavior("databases", "check", "disfa", tmp_path)
    assert "a video: one row more than frames" in answer.errors
    assert "LeftVideoSN001_comp.avi has 5 frames, the last row is for frame 6" in answer.errors


def warnings(name: str, root: Path) -> list[str]:
    report = ReadingReport()
    READERS[name](root, report)
    return report.warnings


@pytest.mark.parametrize("name", ["afew-va", "aff-wild", "bp4d", "bp4d-plus"])
def test_strict_reading_refuses_labels_that_do_not_fit(name: str, tmp_path: Path) -> None:
    """The trees have them: pictures beyond the labels, or labels beyond the pictures."""
    TREES[name](tmp_path)
    said = warnings(name, tmp_path)
    with pytest.raises(BadInput) as refused:
        READERS[name](tmp_path, ReadingReport(strict=True))
    assert str(refused.value) in said


def test_files_of_one_subject_that_end_early_are_named(tmp_path: Path) -> None:
    TREES["disfa"](tmp_path)
    assert not any("end before" in one for one in warnings("disfa", tmp_path))
    path = tmp_path / "ActionUnit_Labels" / "SN001" / "SN001_au12.txt"
    path.write_text("1,0\n2,0\n")
    (told,) = (one for one in warnings("disfa", tmp_path) if "end before" in one)
    assert "1 of its files end before the others, such as SN001_au12.txt at frame 2 of 5" in told
    with pytest.raises(BadInput, match="end before"):
        READERS["disfa"](tmp_path, ReadingReport(strict=True))


def test_kinds_of_aff_wild2_that_end_apart_are_named(tmp_path: Path) -> None:
    TREES["aff-wild2"](tmp_path)
    assert not any("as many rows" in one for one in warnings("aff-wild2", tmp_path))
    aff_wild2.write_labels(tmp_path, "VA", "train", "1-30", ["0.1,0.2"] * 4)
    (told,) = (one for one in warnings("aff-wild2", tmp_path) if "as many rows" in one)
    assert "1-30 has 4 of VA, 6 of EXPR, 6 of AU" in told
    with pytest.raises(BadInput, match="as many rows"):
        READERS["aff-wild2"](tmp_path, ReadingReport(strict=True))


@pytest.mark.parametrize(("name", "folder"), [("bp4d", "Sequences_2D+3D"), ("bp4d-plus", "2D+3D")])
@pytest.mark.parametrize("moved", [-1, 1])
def test_pictures_that_are_numbered_one_off_are_noticed(
    tmp_path: Path, name: str, folder: str, moved: int
) -> None:
    TREES[name](tmp_path)
    # As many pictures as coded frames, then all of them one number off.
    usual = 0 if name == "bp4d" else -1
    for sequence in sorted((tmp_path / folder).glob("*/*")):
        names = sorted(sequence.iterdir())
        extra = names[-1].with_name(f"{int(names[-1].stem) + 1:0{len(names[-1].stem)}d}.jpg")
        extra.write_bytes(names[-1].read_bytes())
    assert not any("is the frame offset" in one for one in warnings(name, tmp_path))
    for sequence in sorted((tmp_path / folder).glob("*/*")):
        for path in sorted(sequence.iterdir(), reverse=moved > 0):
            path.rename(path.with_name(f"{int(path.stem) + moved:0{len(path.stem)}d}.jpg"))
    assert any(f"is the frame offset {usual + moved}?" in one for one in warnings(name, tmp_path))
