"""What coupling costs, as a share of a training step.

A step is forward pass, losses, backward pass and optimiser step on one batch in memory, half of its
pictures with an expression and half with action units. Two figures: the time that the couplings
add to the losses and their backward pass, measured alone on the heads' outputs; and whole steps
with and without coupling, in turn. The second is what counts, the first is what a noisy machine
can resolve.

    python benchmarks/coupling_cost.py [--steps 10] [--repeats 7] [-o result.json]
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from lightning_fabric import Fabric

from facebehavior.losses import Targets
from facebehavior.network import FaceBehaviorNet, Logits, NetworkConfiguration
from facebehavior.relatedness import domain_relatedness
from facebehavior.training.configuration import Losses
from facebehavior.training.coupled import Couplings
from facebehavior.training.coupling_section import Coupling
from facebehavior.training.objective import Objective

SECTION: Mapping[str, object] = {
    "preset": "soft_and_matching",
    "co_annotation": {},
    "posterior_co_annotation": {},
    "learned_table": {},
}
"""All couplings at once: no configuration costs more."""

ALONE = 20
"""Times that the losses are computed within one measurement of them alone."""


def main() -> None:
    """Measure; print JSON and a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--precision", default="32-true", help="Fabric's name (%(default)s)")
    parser.add_argument("-o", "--output", type=Path, help="keep the JSON in this file")
    arguments = parser.parse_args()
    network = (arguments.size, arguments.width, arguments.precision)
    result = measure(*network, arguments.batch, arguments.steps, arguments.repeats)
    content = json.dumps(result, indent=2)
    print(content)
    print(f"coupling takes {100 * float(result['share']):.2f} % of a step")
    if arguments.output is not None:
        arguments.output.write_text(content + "\n")


def measure(
    size: int, width: int, precision: str, batch: int, steps: int, repeats: int
) -> dict[str, float | str]:
    """Time all in turn; the medians."""
    generator = torch.Generator().manual_seed(0)
    faces = torch.randn(batch, 1, size, size, generator=generator)
    faces = faces.contiguous(memory_format=torch.channels_last)
    targets = labels(batch, generator)
    plain, coupled = objective(None), objective(SECTION)
    expression, units, affect = (torch.randn(batch, n, generator=generator) for n in (7, 17, 2))
    logits = Logits(expression, units, affect)
    configuration = NetworkConfiguration(width=width, input_size=size, channels=1)
    step = stepper(faces, targets, configuration, precision)
    times: dict[str, list[float]] = {"plain": [], "coupled": [], "losses": [], "all_losses": []}
    for number in range(repeats + 1):
        found = {
            "plain": timed(lambda: step(plain), steps),
            "coupled": timed(lambda: step(coupled), steps),
            "losses": timed(lambda: losses_alone(plain, logits, targets), ALONE),
            "all_losses": timed(lambda: losses_alone(coupled, logits, targets), ALONE),
        }
        if number:  # the first warms up
            for name, value in found.items():
                times[name].append(value)
    added = [a - b for a, b in zip(times["all_losses"], times["losses"], strict=True)]
    ratios = [c / p - 1.0 for c, p in zip(times["coupled"], times["plain"], strict=True)]
    step_seconds = statistics.median(times["plain"])
    return {
        "size": size,
        "width": width,
        "precision": precision,
        "batch": batch,
        "steps": steps,
        "repeats": repeats,
        "threads": torch.get_num_threads(),
        "step_ms": 1e3 * step_seconds,
        "coupling_ms": 1e3 * statistics.median(added),
        "share": statistics.median(added) / step_seconds,
        "share_of_whole_steps": statistics.median(ratios),
        "share_of_whole_steps_lowest": min(ratios),
        "share_of_whole_steps_highest": max(ratios),
    }


def labels(batch: int, generator: torch.Generator) -> Targets:
    """Expressions on the even pictures, action units on the odd ones."""
    even = torch.arange(batch) % 2 == 0
    expression = torch.randint(0, 7, (batch,), generator=generator)
    active = (torch.rand(batch, 17, generator=generator) < 0.3).float()
    return Targets(
        expression=torch.nn.functional.one_hot(expression, 7).float() * even[:, None],
        expression_annotated=even,
        action_units=active * ~even[:, None],
        action_units_annotated=~even[:, None].expand(batch, 17),
        action_unit_weight=torch.ones(batch, 17),
        affect=torch.rand(batch, 2, generator=generator),
        affect_annotated=even[:, None].expand(batch, 2),
    )


def objective(section: Mapping[str, object] | None) -> Objective:
    """Make the losses of one process, with or without couplings."""
    couplings: tuple[Couplings, ...] = ()
    if section is not None:
        chosen = Coupling.model_validate(section)
        couplings = (Couplings(chosen, domain_relatedness(), [0.2] * 17),)
    return Objective(Losses(), torch.full((7,), 1 / 7), torch.Tensor.detach, 1, couplings)


def stepper(
    faces: torch.Tensor, targets: Targets, configuration: NetworkConfiguration, precision: str
) -> Callable[[Objective], None]:
    """Make a function that does one step of the same network with some objective."""
    fabric = Fabric(accelerator="cpu", devices=1, precision=precision)  # type: ignore[arg-type]
    network = FaceBehaviorNet(configuration)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    wrapped, optimiser = fabric.setup(network, torch.optim.AdamW(network.parameters()))

    def step(objective: Objective) -> None:
        fabric.backward(objective(wrapped(faces), targets)["loss"])
        optimiser.step()
        optimiser.zero_grad()
        for table in objective.learned():
            table.move()

    return step


def losses_alone(objective: Objective, logits: Logits, targets: Targets) -> None:
    """Compute the losses and their gradient at the heads' outputs."""
    leaves = (one.detach().requires_grad_() for one in logits[:3] if one is not None)
    expression, units, affect = leaves
    outputs = Logits(expression, units, affect)
    objective(outputs, targets)["loss"].backward()  # type: ignore[no-untyped-call]
    for table in objective.learned():
        table.move()


def timed(work: Callable[[], None], times: int) -> float:
    """Seconds of one piece of work, from doing it several times."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


if __name__ == "__main__":
    main()
