"""Every database's tree is checked and prepared, and eight of them are learned from at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Answer
from tests.databases.trees import TREES

from facebehavior.databases import READERS, ReadingReport, Shards
from facebehavior.training import run_training
from facebehavior.training.configuration import checked_configuration

JOINT = ("affectnet", "aff-wild2", "raf-db", "emotionet", "disfa", "bp4d", "bp4d-plus", "celeba")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Prepare a database's tree once."""
    from facebehavior.cli.main import main

    root = tmp_path_factory.mktemp("databases")

    def prepare(name: str) -> Path:
        out = root / "shards" / name
        if not out.is_dir():
            TREES[name](root / name)
            words = ["prepare", name, str(root / name), "-o", str(out)]
            assert main([*words, "--size", "32", "--colour", "grey"]) in (0, 3)
        return out

    return prepare


@pytest.mark.parametrize("name", TREES)
def test_every_database_is_checked_and_prepared(
    name: str, prepared: Callable[[str], Path], facebehavior: Callable[..., Answer]
) -> None:
    shards = Shards(prepared(name))
    root = prepared(name).parents[1] / name
    expected = READERS[name](root, ReadingReport())
    assert len(shards) == len(expected)
    alignment = shards.manifest.column("alignment").to_pylist()
    assert alignment.count("fallback") <= 0.2 * len(alignment)
    source = shards.manifest.column("source").to_pylist()
    assert (None in source) == (name == "fer2013")
    for column in ("expression", "au12", "valence", "identity", "compound", "split"):
        found = shards.manifest.column(column).to_pylist()
        assert sorted(map(str, found)) == sorted(map(str, expected.column(column).to_pylist()))
    answer = facebehavior("databases", "check", name, root)
    assert answer.code in (0, 3)
    assert f"{len(expected)} can be used" in answer.output


def test_eight_databases_are_learned_from_at_once(
    prepared: Callable[[str], Path], tmp_path: Path
) -> None:
    content: dict[str, Any] = {
        "name": "eight",
        "label_sets": [
            {"name": name, "sources": [{"shards": str(prepared(name))}]} for name in JOINT
        ],
        "network": {
            "backbone": "small",
            "width": 4,
            "normalisation": "group",
            "heads": ["expression", "action_units", "affect", "attributes", "identity"],
        },
        "coupling": {"preset": "soft_and_matching", "posterior_co_annotation": {}},
        "optimisation": {"epochs": 3, "batch_size": 24},
        "run": {"precision": "32-true", "validate_every": 100},
    }
    summary = run_training(checked_configuration(content, "eight"), tmp_path / "run")
    assert set(summary.pictures) == set(JOINT)
    assert all(part >= 1 for _, part in summary.pictures.values())
    assert len(summary.training_databases) == 8
    heads = summary.network["heads"]
    assert heads == ["expression", "action_units", "affect", "attributes", "embedding"]
