"""The wheel as a user gets it: built, installed elsewhere, and used without the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from facebehavior.records import read_records

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the built wheel is unpacked into, as pip does with a pure package."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, cwd: Path, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    code = "import sys, facebehavior.cli.main as m; print(m.__file__); sys.exit(m.main())"
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def test_the_wheel_holds_the_models_with_their_notices(installed: Path) -> None:
    package = installed / "facebehavior"
    for name in (
        "py.typed",
        "faces/models/face_landmarker.task",
        "faces/models/ultraface_rfb_320.onnx",
        "faces/models/NOTICE.md",
        "model_file/models/models.json",
    ):
        assert (package / name).is_file(), name
    assert not list(installed.rglob("*.pt")) + list(installed.rglob("*.pkl"))


def test_the_packaged_models_are_at_most_12_megabytes(installed: Path) -> None:
    models = list((installed / "facebehavior/model_file/models").glob("*.onnx"))
    assert models
    for model in models:
        assert model.stat().st_size <= 12e6
        assert model.with_suffix(".md").is_file()


def test_the_installed_package_analyses_a_photograph(
    installed: Path, astronaut: Path, tmp_path: Path
) -> None:
    done = run(installed, tmp_path, "analyze", astronaut, "-o", "a.parquet")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))
    (row,) = read_records(tmp_path / "a.parquet").to_pylist()
    assert row["expr"] == "happiness"
    assert row["expr_happiness"] > 0.5
    assert row["au12"] > 0.5
    assert row["valence"] > 0
    # What a model is not trained for stays empty.
    run(installed, tmp_path, "analyze", astronaut, "-o", "b.parquet", "--model", "ferplus")
    (row,) = read_records(tmp_path / "b.parquet").to_pylist()
    assert row["expr"] == "happiness"
    assert row["au12"] is None
    assert row["valence"] is None


def test_the_installed_package_analyses_a_talking_head(
    installed: Path, clips: Path, tmp_path: Path
) -> None:
    done = run(installed, tmp_path, "analyze", clips / "single_face.mp4", "-o", "a.csv")
    assert done.returncode == 0, done.stderr
    table = read_records(tmp_path / "a.csv")
    assert table.num_rows == 72
    assert table.column("detected").to_pylist() == [True] * 72


@pytest.mark.parametrize("words", [("doctor",), ("models", "verify"), ("models", "list")])
def test_the_installed_package_is_in_good_health(
    installed: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = run(installed, tmp_path, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BAD" not in done.stdout


def test_the_documentation_names_every_database_and_command() -> None:
    from facebehavior.cli.main import COMMANDS
    from facebehavior.databases import READERS

    root = Path(__file__).parents[1]
    page = (root / "docs" / "databases.md").read_text()
    assert [name for name in READERS if f"`{name}`" not in page] == []
    pages = "".join(path.read_text() for path in (root / "docs").glob("*.md"))
    pages += (root / "README.md").read_text()
    assert [one.NAME for one in COMMANDS if f"facebehavior {one.NAME}" not in pages] == []
