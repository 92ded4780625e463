import doctest
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "coupling.md"


def test_the_worked_examples_of_the_page_are_what_the_code_gives() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 10
    assert found.failed == 0


def test_every_picture_of_the_page_is_there() -> None:
    names = [part.split(")")[0] for part in PAGE.read_text().split("](pictures/")[1:]]
    assert len(names) >= 4
    for name in names:
        assert (PAGE.parent / "pictures" / name).is_file()
