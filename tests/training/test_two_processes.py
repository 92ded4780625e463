"""Two processes, joined by DDP on gloo, learn what one process learns from the joined batch."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file
from tests.training.toys import write_toy_shard
from torch import Tensor

from facebehavior.errors import FaceBehaviorError
from facebehavior.training.batches import Batches
from facebehavior.training.data import open_training_data
from facebehavior.training.label_set_section import LabelSet, Source

SCRIPT = Path(__file__).parent / "joined_gradients.py"


def gradients(processes: int, path: Path) -> dict[str, Tensor]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(SCRIPT), str(processes), str(path)]
    done = subprocess.run(
        command, env=environment, cwd=path.parent, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return load_file(path)


def test_two_processes_give_the_gradients_of_the_joined_batch(tmp_path: Path) -> None:
    whole = gradients(1, tmp_path / "one.safetensors")
    shared = gradients(2, tmp_path / "two.safetensors")
    assert whole.keys() == shared.keys()
    assert len(whole) > 10
    for name, gradient in whole.items():
        assert gradient.abs().max() > 0, name
        scale = float(gradient.abs().max())
        np.testing.assert_allclose(
            shared[name].numpy(), gradient.numpy(), rtol=0, atol=1e-12 * scale, err_msg=name
        )


def test_what_does_not_divide_evenly_goes_round_and_nobody_gets_nothing(tmp_path: Path) -> None:
    label_sets = [
        LabelSet(
            name=str(number),
            sources=(Source(shards=str(write_toy_shard(tmp_path / str(number), ["au12"], 40))),),
        )
        for number in range(3)
    ]
    data = open_training_data(label_sets, seed=0)
    sizes = [len(Batches(data.label_sets, 3, 0, rank, 2).batch(0).targets) for rank in range(2)]
    assert sorted(sizes) == [1, 2]
    shares = [Batches(data.label_sets, 15, 0, rank, 2).batch(0).targets for rank in range(2)]
    assert sorted(map(len, shares)) == [7, 8]
    with pytest.raises(FaceBehaviorError, match="one of 4 processes without"):
        Batches(data.label_sets, 3, 0, 0, 4)  # it is the second that gets nothing
