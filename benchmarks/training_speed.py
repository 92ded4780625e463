"""How much of the bare network's training speed the full loop keeps.

The reference is forward pass, backward pass and optimiser step on one batch that lies in memory.
The full loop is the same with reading and decoding of shards, augmentation, losses, averaging of
the weights and the journal. Both are measured in turn, several times, and the medians compared.

    python benchmarks/training_speed.py [--steps 30] [--repeats 3] [-o result.json]
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from lightning_fabric import Fabric

from facebehavior.databases.shards import encode_crop, write_shard
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import EXPRESSIONS, MANIFEST_COLUMNS
from facebehavior.network import FaceBehaviorNet
from facebehavior.training.batches import Batches
from facebehavior.training.configuration import Configuration
from facebehavior.training.data import open_training_data
from facebehavior.training.loop import train
from facebehavior.training.normalisation import normalised
from facebehavior.training.objective import Objective
from facebehavior.training.starting import build_network

PICTURES = 2048


def main() -> None:
    """Measure; print JSON and a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("-o", "--output", type=Path, help="keep the JSON in this file")
    arguments = parser.parse_args()
    result = measure(arguments.size, arguments.batch, arguments.steps, arguments.repeats)
    content = json.dumps(result, indent=2)
    print(content)
    print(table(result))
    if arguments.output is not None:
        arguments.output.write_text(content + "\n")


def measure(size: int, batch: int, steps: int, repeats: int) -> dict[str, object]:
    """Time both in turn; images a second."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = prepared(Path(folder), size, batch, steps)
        full, bare = [], []
        for number in range(repeats + 1):
            bare_rate = batch * steps / bare_seconds(configuration, steps)
            run = Path(folder) / f"run-{number}"
            full_rate = batch * steps / _timed(lambda run=run: full_loop(configuration, run))  # type: ignore[misc]
            if number:  # the first warms up
                bare.append(bare_rate)
                full.append(full_rate)
    ratios = [f / b for f, b in zip(full, bare, strict=True)]
    return {
        "size": size,
        "batch": batch,
        "steps": steps,
        "repeats": repeats,
        "precision": configuration.run.precision,
        "threads": torch.get_num_threads(),
        "bare_images_per_second": statistics.median(bare),
        "full_images_per_second": statistics.median(full),
        "ratio": statistics.median(ratios),
        "ratios": ratios,
    }


def prepared(folder: Path, size: int, batch: int, steps: int) -> Configuration:
    """Write shards of noise faces, and configure a run over them."""
    generator = np.random.default_rng(0)
    names = ("image", "database", "expression")
    schema = pa.schema(
        [(name, pa.binary() if name == "image" else MANIFEST_COLUMNS[name]) for name in names]
    )
    # As smooth as faces are, so that their files are as large.
    coarse = generator.integers(0, 256, (PICTURES, size // 4, size // 4, 1)).astype(np.uint8)
    crops = coarse.repeat(4, axis=1).repeat(4, axis=2)
    labels = [EXPRESSIONS[int(n)] for n in generator.integers(0, 7, PICTURES)]
    columns = [[encode_crop(crop) for crop in crops], ["noise"] * PICTURES, labels]
    arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
    content = pa.record_batch(arrays, schema=schema)
    parameters = CropParameters(size, "grey")
    write_shard(folder / "shards" / "shard-00000.arrow", iter([content]), schema, parameters)
    return Configuration.model_validate(
        {
            "name": "speed",
            "label_sets": [{"name": "noise", "sources": [{"shards": str(folder / "shards")}]}],
            "network": {"heads": ["expression"]},
            "optimisation": {"batch_size": batch, "epochs": steps / (PICTURES // batch)},
            "run": {"checkpoint_every": 10 * steps, "validate_every": 10 * steps},
        }
    )


def bare_seconds(configuration: Configuration, steps: int) -> float:
    """Time forward pass, backward pass and optimiser step on one batch in memory."""
    batch, network, objective, fabric = _parts(configuration)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    wrapped, wrapped_optimiser = fabric.setup(network, optimiser)
    first = batch.batch(0)
    faces = normalised(first.faces).contiguous(memory_format=torch.channels_last)

    def step() -> None:
        fabric.backward(objective(wrapped(faces), first.targets)["loss"])
        wrapped_optimiser.step()
        wrapped_optimiser.zero_grad()

    def all_steps() -> None:
        for _ in range(steps):
            step()

    step()
    return _timed(all_steps)


def full_loop(configuration: Configuration, folder: Path) -> None:
    """The loop as users run it, with its last checkpoint."""
    batches, network, objective, fabric = _parts(configuration)
    train(configuration, folder, fabric, network, batches, objective, lambda _: {})


def _parts(configuration: Configuration) -> tuple[Batches, FaceBehaviorNet, Objective, Fabric]:
    fabric = Fabric(accelerator="cpu", devices=1, precision=configuration.run.precision)  # type: ignore[arg-type]
    data = open_training_data(configuration.label_sets, configuration.seed)
    batches = Batches(data.label_sets, configuration.optimisation.batch_size, configuration.seed)
    prior = torch.from_numpy(data.expression_prior).float()
    objective = Objective(configuration.losses, prior, lambda count: count)
    network = build_network(configuration, data).network
    return batches, network, objective, fabric


def table(result: dict[str, object]) -> str:
    """Give the figures as a Markdown table."""
    return "\n".join(
        [
            "| training | images a second |",
            "| --- | --- |",
            f"| bare forward and backward pass | {result['bare_images_per_second']:.0f} |",
            f"| full loop | {result['full_images_per_second']:.0f} |",
            f"| ratio, median of the pairs of runs | {result['ratio']:.2f} |",
        ]
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
