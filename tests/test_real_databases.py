"""Real databases end to end with the packaged model; skipped where they are not present."""

import csv
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from facebehavior.databases import ferplus
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


def test_as_many_pictures_of_contempt_are_taught_as_the_documentation_says(
    ferplus_archive: Path,
) -> None:
    found = []
    with tarfile.open(ferplus_archive) as archive:
        for part in ("FER2013Train", "FER2013Valid"):
            content = archive.extractfile(f"{part}/label.csv")
            assert content is not None
            rows = csv.reader(content.read().decode().splitlines())
            counts = np.array([row[2:] for row in rows], dtype=np.int64)
            # The authors' rule: single votes are set aside, the majority is of the rest.
            kept = np.where(counts > 1, counts, 0)
            contempt = 2 * kept[:, 7] > kept.sum(axis=1)
            found.append(int((contempt & (counts[:, :7].sum(axis=1) > 0)).sum()))
    said = "{} pictures of the training part and {} of the validation part".format(*found)
    assert said in " ".join((ferplus.__doc__ or "").split())


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
