"""The stage of the packaged model's recipe that asks teachers: its mistakes are one line."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[1] / "tools/weak_labels.py"


def answer(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    said = answer("lfw", nowhere, "-o", tmp_path / "weak.parquet", "--teacher", nowhere)
    assert said.returncode == 2
    assert said.stderr.splitlines() == [
        f"weak_labels: {nowhere}: expected the folder of LFW, found nothing there"
    ]
    assert not (tmp_path / "weak.parquet").exists()


def test_a_teacher_that_is_not_there_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = tmp_path / "lfw/Ann_Lee"
    person.mkdir(parents=True)
    (person / "Ann_Lee_0001.jpg").write_bytes(b"")
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "dlib.py").touch()  # only whether it is there is asked before the files are
    monkeypatch.setenv("PYTHONPATH", str(modules), prepend=":")
    said = answer("lfw", tmp_path, "-o", tmp_path / "weak.parquet", "--teacher", tmp_path)
    assert said.returncode == 2
    (line,) = said.stderr.splitlines()
    assert "shape_predictor_5_face_landmarks.dat: expected a file of the package" in line
