import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Answer

from facebehavior.cli import main as module
from facebehavior.cli.main import COMMANDS

Run = Callable[..., Answer]


@pytest.mark.parametrize("command", [c.NAME for c in COMMANDS])
def test_every_command_explains_itself(facebehavior: Run, command: str) -> None:
    answer = facebehavior(command, "--help")
    assert answer.code == 0
    assert command in answer.output


def test_help_names_every_command(facebehavior: Run) -> None:
    answer = facebehavior("--help")
    assert answer.code == 0
    for command in COMMANDS:
        assert f"{command.NAME} " in answer.output


def test_without_a_command_there_is_help_and_an_error(facebehavior: Run) -> None:
    assert facebehavior().code == 2
    assert facebehavior("analyse").code == 2


HEAVY = ("torch", "numpy", "pyarrow", "mediapipe", "onnxruntime", "av", "matplotlib", "PIL")


def test_help_imports_nothing_heavy() -> None:
    """What keeps `--help` quick."""
    code = (
        "import sys\n"
        "from facebehavior.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_package_and_its_analyser_do_not_import_torch() -> None:
    code = "import sys, facebehavior; facebehavior.Analyzer; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_an_unexpected_error_is_one_line_and_code_1(
    facebehavior: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError("by accident")

    monkeypatch.delenv(module.DEBUG, raising=False)
    monkeypatch.setattr("facebehavior.cli.models_command.run", broken)
    answer = facebehavior("models", "list")
    assert answer.code == 1
    assert answer.errors.count("\n") == 1
    assert "ZeroDivisionError: by accident" in answer.errors


def test_the_version_is_printed(facebehavior: Run) -> None:
    answer = facebehavior("--version")
    assert answer.code == 0
    assert answer.output.startswith("facebehavior ")


def test_inputs_may_stand_behind_options(facebehavior: Run, tmp_path: Path) -> None:
    answer = facebehavior("analyze", tmp_path / "a.jpg", "--runtime", "auto", tmp_path / "b.jpg")
    assert "not one of the 2 inputs" in answer.errors
    assert facebehavior("analyze", "a.jpg", "--what", "b.jpg").code == 2
    assert facebehavior("models", "list", "further").code == 2
    config = tmp_path / "a.yaml"
    config.write_text("name: a")
    answer = facebehavior("train", config, "-o", tmp_path / "run", "seed=x")
    assert "label_sets" in answer.errors or "seed" in answer.errors
