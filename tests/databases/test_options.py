from pathlib import Path

import pytest

from facebehavior.databases.options import parsed_options
from facebehavior.databases.reading import ReadingReport
from facebehavior.errors import FaceBehaviorError
from facebehavior.labels import Manifest


def reader(
    root: Path,
    report: ReadingReport,
    *,
    threshold: int = 2,
    share: float = 0.5,
    every: bool = False,
    name: str = "",
) -> Manifest:
    return Manifest.from_rows([])


def plain(root: Path, report: ReadingReport) -> Manifest:
    return Manifest.from_rows([])


def test_words_become_values_of_the_options_types() -> None:
    words = ["threshold=-1", "share=0.25", "every=yes", "name=a=b"]
    assert parsed_options(reader, words) == {
        "threshold": -1,
        "share": 0.25,
        "every": True,
        "name": "a=b",
    }
    assert parsed_options(reader, ["every=0"]) == {"every": False}
    assert parsed_options(plain, []) == {}


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("threshold", "as name=value, found 'threshold'"),
        ("treshold=1", "did you mean 'threshold'"),
        ("threshold=1.5", "threshold=1.5: expected a whole number"),
        ("share=much", "expected a number, found 'much'"),
        ("share=nan", "share=nan: expected a number, found 'nan'"),
        ("share=inf", "share=inf: expected a number, found 'inf'"),
        ("every=perhaps", "expected true or false"),
    ],
)
def test_other_words_are_refused(word: str, message: str) -> None:
    with pytest.raises(FaceBehaviorError, match=message):
        parsed_options(reader, [word])
    with pytest.raises(FaceBehaviorError, match="has no options, found 'threshold'"):
        parsed_options(plain, ["threshold=1"])
