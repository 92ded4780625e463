from pathlib import Path

from facebehavior.databases.pictures import (
    is_video_name,
    names_in,
    numbered_pictures,
    picture_number,
)


def test_pictures_are_found_by_number_whatever_the_padding(tmp_path: Path) -> None:
    for name in ("007.jpg", "0012.PNG", "frame_3.jpeg", "notes5.txt", ".hidden9.jpg", "none.jpg"):
        (tmp_path / name).touch()
    assert numbered_pictures(tmp_path) == {7: "007.jpg", 12: "0012.PNG", 3: "frame_3.jpeg"}


def test_only_pictures_have_a_number() -> None:
    names = ("T1/0007.jpg", "frame_3.png", "12_aligned.jpg", "notes5.txt", "105.mp4")
    assert [picture_number(name) for name in names] == [7, 3, None, None, None]


def test_a_folder_that_is_not_there_has_no_names(tmp_path: Path) -> None:
    assert names_in(tmp_path / "missing") == frozenset()


def test_a_video_is_told_by_its_ending() -> None:
    assert is_video_name("a/105.AVI")
    assert not is_video_name("a/105.jpg")
