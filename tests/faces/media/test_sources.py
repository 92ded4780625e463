import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from facebehavior.errors import BadInput
from facebehavior.faces.media import Frame, Source, find_sources, read_frames
from facebehavior.faces.media.sources import IMAGE_ENDINGS, VIDEO_ENDINGS

WriteVideo = Callable[..., Path]
MakePictures = Callable[..., list[NDArray[np.uint8]]]


def _touch(path: Path) -> Path:
    """Make a file that is not empty, but is only what it is called."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"something")
    return path


def _paths(folder: Path) -> list[str]:
    found = find_sources([folder])
    assert found.problems == []
    return [os.path.relpath(source.path, folder) for source in found.sources]


def test_kinds_come_from_the_endings(tmp_path: Path) -> None:
    for ending in sorted(IMAGE_ENDINGS):
        path = _touch(tmp_path / f"picture{ending.upper()}")
        assert find_sources([path]).sources == [Source(str(path), "image")]
    for ending in sorted(VIDEO_ENDINGS):
        path = _touch(tmp_path / f"clip{ending}")
        assert find_sources([str(path)]).sources == [Source(str(path), "video")]


def test_other_endings_are_told_by_content(
    tmp_path: Path, write_video: WriteVideo, greys: MakePictures
) -> None:
    Image.new("RGB", (2, 2)).save(tmp_path / "a.data", "PNG")
    clip = write_video("clip.mkv", greys(2)).rename(tmp_path / "b")
    text = tmp_path / "c.md"
    text.write_text("# Notes\n")
    found = find_sources([tmp_path / "a.data", clip, text])
    assert [source.kind for source in found.sources] == ["image", "video"]
    (problem,) = found.problems
    assert problem.source == str(text)
    assert "another kind of file" in problem.reason


def test_folders_are_searched_in_natural_order(tmp_path: Path) -> None:
    names = ["b/1.mp4", "b/c/2.png", "10.jpg", "9.jpg", "A2.jpg", "a10.jpg", "a1.jpg", "009.jpg"]
    for name in names:
        _touch(tmp_path / name)
    expected = ["009.jpg", "9.jpg", "10.jpg", "a1.jpg", "A2.jpg", "a10.jpg"]
    assert _paths(tmp_path) == [*expected, "b/1.mp4", "b/c/2.png"]
    assert _paths(tmp_path) == _paths(tmp_path)


def test_hidden_files_and_unknown_endings_are_left_out(tmp_path: Path) -> None:
    for name in ("a.jpg", ".b.jpg", "._a.jpg", ".thumbs/c.jpg", "notes.txt", "script.ts", "d"):
        _touch(tmp_path / name)
    assert _paths(tmp_path) == ["a.jpg"]


def test_links_to_folders_cannot_make_a_circle(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.jpg")
    assert _paths(tmp_path) == ["a.jpg", "link.jpg"]


def test_a_folder_without_pictures_is_a_problem(tmp_path: Path) -> None:
    _touch(tmp_path / "notes.txt")
    found = find_sources([tmp_path])
    assert found.sources == []
    assert found.problems[0].source == str(tmp_path)
    assert "no pictures or videos in it" in found.problems[0].reason


def test_problems_are_collected_and_the_rest_goes_on(tmp_path: Path) -> None:
    picture = _touch(tmp_path / "a.jpg")
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder").mkdir()
    missing = tmp_path / "missing.mp4"
    found = find_sources([missing, picture, tmp_path / "empty.png", tmp_path / "folder"])
    assert found.sources == [Source(str(picture), "image")]
    reasons = [problem.reason for problem in found.problems]
    assert len(reasons) == 3
    assert "no such file" in reasons[0]
    assert "empty file" in reasons[1]
    assert "no pictures or videos" in reasons[2]
    assert all(isinstance(problem, BadInput) for problem in found.problems)


def test_paths_stay_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _touch(Path("holiday/day 1/a.jpg"))
    (source,) = find_sources(["holiday"]).sources
    assert source.path == os.path.join("holiday", "day 1", "a.jpg")
    (source,) = find_sources(["holiday/day 1/a.jpg"]).sources
    assert source.path == os.path.join("holiday", "day 1", "a.jpg")


def test_a_path_that_comes_up_twice_is_listed_once(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        _touch(tmp_path / name)
    found = find_sources([tmp_path / "b.jpg", tmp_path, tmp_path / "a.jpg"])
    assert [Path(source.path).name for source in found.sources] == ["b.jpg", "a.jpg"]


def test_lists_are_relative_to_their_folder(tmp_path: Path) -> None:
    for name in ("lists/near.jpg", "far/1.png", "far/2.mp4", "with # sign.jpg"):
        _touch(tmp_path / name)
    lines = [
        "\ufeff# my pictures",
        "near.jpg",
        "",
        "  ../far  ",
        str(tmp_path / "with # sign.jpg"),
        "   # the end",
        "gone.jpg",
        "other.txt",
    ]
    list_file = tmp_path / "lists" / "mine.txt"
    list_file.write_bytes("\r\n".join(lines).encode())
    found = find_sources([list_file])
    assert [os.path.normpath(source.path) for source in found.sources] == [
        str(tmp_path / name) for name in ("lists/near.jpg", "far/1.png", "far/2.mp4")
    ] + [str(tmp_path / "with # sign.jpg")]
    reasons = [problem.reason for problem in found.problems]
    assert "no such file" in reasons[0]
    assert "a list cannot name a list" in reasons[1]
    assert str(list_file) in reasons[1]


def test_lists_of_no_use_are_problems(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "comments.txt").write_text("# nothing\n\n")
    (tmp_path / "latin.txt").write_bytes("bärbel.jpg".encode("latin-1"))
    names = ("missing.txt", "empty.txt", "comments.txt", "latin.txt")
    found = find_sources([tmp_path / name for name in names])
    assert found.sources == []
    reasons = [problem.reason for problem in found.problems]
    for reason, text in zip(
        reasons, ("no such file", "empty file", "found none", "UTF-8"), strict=True
    ):
        assert text in reason


def test_names_that_are_no_text_are_problems(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"b\xe4rbel.jpg")).write_bytes(b"something")
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    _touch(tmp_path / "a.jpg")
    found = find_sources([tmp_path])
    assert [Path(source.path).name for source in found.sources] == ["a.jpg"]
    assert "rename" in found.problems[0].reason
    str(found.problems[0]).encode()


def test_a_device_is_a_problem() -> None:
    (problem,) = find_sources([os.devnull]).problems
    assert "neither a file nor a folder" in problem.reason


def test_frames_of_a_photograph_and_of_a_video(
    tmp_path: Path, write_video: WriteVideo, noise: MakePictures
) -> None:
    pictures = noise(3)
    Image.fromarray(pictures[0]).save(tmp_path / "a.png")
    write_video("b.mkv", pictures)
    photograph, video = find_sources([tmp_path]).sources
    (frame,) = read_frames(photograph)
    assert isinstance(frame, Frame)
    assert (frame.source, frame.index, frame.time_s) == (photograph.path, 0, None)
    np.testing.assert_array_equal(frame.image, pictures[0])
    frames = [frame for frame in read_frames(video) if isinstance(frame, Frame)]
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert frames[1].time_s is not None
    with pytest.raises(BadInput):
        list(read_frames(Source(str(tmp_path / "gone.png"), "image")))


def test_a_name_too_long_for_any_file_is_a_problem_beside_the_others(tmp_path: Path) -> None:
    picture = _touch(tmp_path / "face.png")
    long = tmp_path / f"{'a' * 300}.jpg"
    listed = tmp_path / "list.txt"
    listed.write_text(f"{long.name}\nface.png\n")
    for given in ([long, picture], [listed], [tmp_path / f"{'a' * 300}.txt", picture]):
        found = find_sources(given)
        assert [Path(one.path).name for one in found.sources] == ["face.png"]
        assert "too long" in found.problems[0].reason


def test_an_empty_name_is_not_the_working_folder() -> None:
    found = find_sources([""])
    assert not found.sources
    assert "found an empty name" in found.problems[0].reason
