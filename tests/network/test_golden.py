"""The answers of a tiny network, kept in a file so that no change of them goes unseen.

After a wanted change, write the file anew with:

    PYTHONPATH=src python tests/network/test_golden.py
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from facebehavior.network import FaceBehaviorNet, NetworkConfiguration

GOLDEN = Path(__file__).parent / "golden" / "compact.safetensors"


def network() -> FaceBehaviorNet:
    """Make a network whose weights come from NumPy, whose random numbers never change."""
    network = FaceBehaviorNet(NetworkConfiguration(width=4, input_size=32))
    generator = np.random.Generator(np.random.PCG64(0))
    state = network.state_dict()
    for name, weight in state.items():
        if weight.ndim == 4:
            numbers = generator.normal(size=weight.shape) * (2 / weight[0].numel()) ** 0.5
        elif name.endswith(("1.weight", "running_var")):
            numbers = generator.uniform(0.5, 1.5, size=weight.shape)
        else:
            numbers = generator.normal(size=weight.shape) * 0.3
        state[name] = torch.tensor(numbers).to(weight.dtype)
    network.load_state_dict(state)
    return network.eval()


def answers(faces: Tensor) -> dict[str, Tensor]:
    with torch.inference_mode():
        found = network()(faces)
    heads = {name: found.of(name) for name in ("expression", "action_units", "affect")}
    return {f"logits.{name}": value for name, value in heads.items() if value is not None}


def test_answers_are_the_stored_ones() -> None:
    golden = load_file(GOLDEN)
    found = answers(golden.pop("faces"))
    assert found.keys() == golden.keys()
    for name, value in golden.items():
        assert value.std() > 0.01
        torch.testing.assert_close(found[name], value, rtol=1e-4, atol=1e-5)


def regenerate() -> None:
    generator = np.random.Generator(np.random.PCG64(1))
    faces = torch.tensor(generator.uniform(-1, 1, size=(3, 1, 32, 32)), dtype=torch.float32)
    save_file({"faces": faces, **answers(faces)}, GOLDEN)


if __name__ == "__main__":
    regenerate()
