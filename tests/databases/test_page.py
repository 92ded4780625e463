"""What docs/databases.md says, against the readers and the commands."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Answer
from tests.databases.trees import TREES

from facebehavior.databases import READERS
from facebehavior.databases.about import about

PAGE = (Path(__file__).parents[2] / "docs" / "databases.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TREES)
def test_the_page_names_every_database_with_its_terms(name: str) -> None:
    facts = about(READERS[name]).facts
    cells = (f"`{name}`", *(facts[one].rstrip(".") for one in ("Size", "Where", "Terms")))
    assert f"| {' | '.join(cells)} |" in PAGE


def test_the_page_describes_every_reader() -> None:
    described = PAGE.partition("## What is read")[2].partition("## Where to ask")[0]
    assert all(f"`{name}`" in described for name in READERS)


def test_the_walk_from_a_download_to_the_figure(
    facebehavior: Callable[..., Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's commands on the generated tree, with a smaller network and its people."""
    monkeypatch.chdir(tmp_path)
    TREES["disfa"](tmp_path / "DISFA")
    section = PAGE.partition("## From a fresh download")[2].partition("\n## ")[0]
    (written,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    shorter = re.sub(r"\[SN001.*?\]", "[SN001]", written).replace("width: 32", "width: 4")
    shorter = shorter.replace("epochs: 10", "epochs: 1").replace("batch_size: 64", "batch_size: 4")
    (tmp_path / "disfa.yaml").write_text(shorter)
    commands = [line for line in section.splitlines() if line.startswith("facebehavior ")]
    assert len(commands) == 5
    for command in commands:
        words = command.replace("/data/DISFA", "DISFA").replace("--size 112", "--size 32").split()
        answer = facebehavior(*words[1:])
        assert answer.code == 0, (command, answer.errors)
    text = (tmp_path / "report" / "report.md").read_text()
    assert "| fold | 0 |" in text
    assert "| action units are active from | intensity 2 of 5 |" in text
