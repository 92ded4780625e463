"""Running the command as its user would, and looking at what it says."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from facebehavior.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What a command gave: its exit code and what it printed."""

    code: int
    output: str
    errors: str


@pytest.fixture
def facebehavior(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run the command in this process."""

    def run(*words: object) -> Answer:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        output, errors = capsys.readouterr()
        assert "Traceback" not in errors
        return Answer(code, output, errors)

    return run
