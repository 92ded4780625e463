"""Real databases end to end with the packaged model; skipped where they are not present."""

import csv
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SHARED_DATA, Answer


@pytest.fixture(scope="module")
def lfw_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 smiling and 60 neutral people of LFW, with their labels as a table."""
    archive_path = SHARED_DATA / "lfw_gray160.tar"
    if not archive_path.is_file():
        pytest.skip("the shared LFW archive is not here")
    root = tmp_path_factory.mktemp("lfw")
    with tarfile.open(archive_path) as archive:
        labels = next(m for m in archive.getmembers() if m.name.endswith("labels.csv"))
        content = archive.extractfile(labels)
        assert content is not None
        rows = list(csv.DictReader(content.read().decode().splitlines()))
        chosen = [
            row
            for expression in ("happiness", "neutral")
            for row in [r for r in rows if r["expression"] == expression][:60]
        ]
        base = labels.name.removesuffix("labels.csv")
        for row in chosen:
            archive.extract(base + row["image"], root, filter="data")
    folder = root / base
    lines = ["image,expression", *(f"{row['image']},{row['expression']}" for row in chosen)]
    (folder / "sample.csv").write_text("\n".join(lines) + "\n")
    return folder / "sample.csv"


def test_smiles_are_told_from_neutral_faces_of_a_database_never_trained_on(
    facebehavior: Callable[..., Answer], lfw_sample: Path, tmp_path: Path
) -> None:
    shards, report = tmp_path / "shards", tmp_path / "report"
    words = ("prepare", "table", lfw_sample, "-o", shards, "--size", 64, "--colour", "grey")
    assert facebehavior(*words).code == 0
    assert facebehavior("evaluate", "ferplus", shards, "-o", report).code == 0
    found = json.loads((report / "report.json").read_text())
    assert found["images"] == 120
    assert found["alignment"]["detected"] >= 115
    # The labels are one person's and noisy; chance is one in seven.
    assert found["expression"]["figures"]["accuracy"]["value"] > 0.7


def test_the_packaged_model_knows_real_faces_that_it_was_not_trained_on(
    facebehavior: Callable[..., Answer], ferplus_sample: Path, tmp_path: Path
) -> None:
    shards, report = tmp_path / "shards", tmp_path / "report"
    words = ("prepare", "ferplus", ferplus_sample, "-o", shards, "--size", 64, "--colour", "grey")
    assert facebehavior(*words).code == 0
    rules = ("--protocol", "ferplus-majority", "--split", "validation")
    assert facebehavior("evaluate", "ferplus", shards, *rules, "-o", report).code == 0
    found = json.loads((report / "report.json").read_text())
    assert found["dropped"]
    assert found["expression"]["figures"]["accuracy"]["value"] > 0.8
