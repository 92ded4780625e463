import json
import subprocess
import sys
from pathlib import Path

import pytest

from facebehavior.model_file import FaceModel, find_model

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "results"


def test_the_figures_of_the_pages_are_those_that_were_measured() -> None:
    command = [sys.executable, str(ROOT / "tools" / "write_figures.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def shipped() -> FaceModel:
    return FaceModel(find_model("facebehavior-small"), "onnxruntime")


@pytest.mark.parametrize(
    "name",
    [
        "beyond_expressions",
        "compound_packaged",
        "ferplus_copies",
        "people",
        "seen_heads",
        "tracking",
    ],
)
def test_what_is_told_of_the_packaged_model_was_measured_with_the_one_that_is_shipped(
    shipped: FaceModel, name: str
) -> None:
    found = json.loads((RESULTS / f"{name}.json").read_text())
    titles = found if name == "ferplus_copies" else [found["model"]]
    assert f"{shipped.metadata.name} {shipped.metadata.version}" in titles


def test_its_card_is_of_the_file_that_is_shipped(shipped: FaceModel) -> None:
    reports = sorted((RESULTS / "packaged").glob("*/report.json"))
    assert len(reports) == 9
    for path in reports:
        assert json.loads(path.read_text())["model_sha256"] == shipped.sha256, path
