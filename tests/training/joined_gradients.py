"""One step of a small coupled network on one batch, shared out among processes; run as a script.

    python joined_gradients.py PROCESSES FILE

writes the gradients that the first process sees, and the losses, to FILE.
"""

import sys
from dataclasses import replace
from pathlib import Path

import torch
from lightning_fabric import Fabric
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.coupling.helpers import WEIGHTED, random_targets

from facebehavior.losses import Targets
from facebehavior.network import FaceBehaviorNet, NetworkConfiguration
from facebehavior.training.configuration import Losses
from facebehavior.training.coupled import Couplings
from facebehavior.training.coupling_section import Coupling
from facebehavior.training.loop import join_gradient
from facebehavior.training.objective import Objective
from facebehavior.training.run import summed_over_processes

PICTURES = 11


def batch() -> tuple[torch.Tensor, Targets]:
    """Pictures of noise with labels of every task on some."""
    generator = torch.Generator().manual_seed(1)
    faces = torch.randn(PICTURES, 1, 16, 16, generator=generator, dtype=torch.float64)
    targets = random_targets(PICTURES, seed=5)
    affect = torch.rand(PICTURES, 2, generator=generator) * 2 - 1
    known = torch.ones(PICTURES, 2, dtype=torch.bool)
    known[[4, 5, 7, 9]] = False
    return faces, replace(targets, affect=affect, affect_annotated=known)


def main(processes: int, path: str) -> None:
    """Do the step."""
    # Fabric gives the answers of a network in the default precision.
    torch.set_default_dtype(torch.float64)
    fabric = Fabric(
        accelerator="cpu",
        devices=processes,
        strategy="ddp" if processes > 1 else "auto",
        precision="64-true",
    )
    fabric.launch()
    torch.manual_seed(0)
    network = FaceBehaviorNet(
        NetworkConfiguration(width=8, input_size=16, channels=1, normalisation="group", dropout=0.0)
    )
    wrapped = fabric.setup(network)
    section = {
        "preset": "soft_and_matching",
        "co_annotation": {},
        "posterior_co_annotation": {},
        "learned_table": {},
    }
    couplings = Couplings(Coupling.model_validate(section), WEIGHTED, [0.2] * 17).double()
    objective = Objective(
        Losses(logit_adjustment=0.5),
        torch.full((7,), 1 / 7),
        lambda values: summed_over_processes(fabric, values),
        fabric.world_size,
        (couplings,),
    )
    faces, targets = batch()
    # Interleaved: of two processes, the first has five labels of affect, the second two.
    own = slice(fabric.global_rank, None, fabric.world_size)
    found = objective(wrapped(faces[own]), targets[own], progress=0.15)
    fabric.backward(found["loss"])
    (table,) = objective.learned()
    join_gradient(table, fabric)
    if fabric.is_global_zero:
        assert table.logits.grad is not None
        results = {
            "loss of affect": found["affect"].detach(),
            "learned table": table.logits.grad,
        }
        for name, weight in network.named_parameters():
            assert weight.grad is not None
            results[name] = weight.grad.contiguous()
        save_file(results, path)
    fabric.barrier()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
