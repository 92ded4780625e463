"""Tiny prepared databases that a tiny network can learn in seconds."""

from pathlib import Path

import pytest
from tests.training.toys import write_toy_shard


@pytest.fixture(scope="session")
def expression_shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_shard(tmp_path_factory.mktemp("expression"), ["expression"], 80)


@pytest.fixture(scope="session")
def behaviour_shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("behaviour")
    return write_toy_shard(folder, ["au12", "valence", "arousal"], 40, seed=1)
