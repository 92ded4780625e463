"""Whether affect is told better under a new table of action units by who has learned under many.

No picture is rendered. Faces are drawn as `synthesize` draws them; what a network would make of a
picture is their intensities with an error (`SEEN_WITH`), from which a small network learns valence
and arousal. Contrast, named beforehand: the 24 tables of `recipes/packaged/tables.yaml` together
against each of the twelve pairs of them, from as many faces, on 20 tables that neither knows and
the test databases do not have. The measure is the mean CCC over the 20; its 95 % interval (Student)
is over the twelve pairs alone: one network, with one seed, has learned all 24.

A trial on the table of the test databases came before this study and made it seem worthwhile.

    python -m studies.table_variations [-o docs/results/table_variations.json]
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import t as student
from torch import Tensor, nn
from tqdm import tqdm

from facebehavior.evaluation.metrics import concordance, roc_auc
from facebehavior.labels import AFFECT, COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.losses import affect_loss
from facebehavior.synthesis import read_configuration
from facebehavior.synthesis.truth.affect import draw_affect
from facebehavior.synthesis.truth.drawing import ACTIVE, draw_action_units
from facebehavior.synthesis.truth.tables import perturbed_table
from studies.runs import tell
from studies.synthetic_labels import RESULTS

RECIPE = Path(__file__).parents[1] / "recipes" / "packaged" / "tables.yaml"
JUDGED = tuple(range(201, 221))
NOISE = 0.04
"""Rate of action units that do not belong."""
SEEN_WITH = 0.28
"""Standard deviation of the error of a perceived intensity: a mean ROC AUC of about .95."""
FACES, JUDGED_FACES = 40_000, 4_000
"""Drawn in all for each network, and of each table that it is judged on."""
STEPS, BATCH, WIDTH, LEARNING_RATE = 4_000, 512, 192, 3e-3


@dataclass(frozen=True)
class Faces:
    """N faces under one table or several.

    Attributes:
        intensities: (N, 17).
        affect: (N, 2).
    """

    intensities: NDArray[np.float32]
    affect: NDArray[np.float32]


def learned_tables() -> tuple[int, ...]:
    """Give the seeds of the tables that the recipe learns from."""
    recipe = read_configuration(RECIPE)
    return tuple(
        recipe.generator_of(name).seed
        for name, database in recipe.databases.items()
        if "train" in database.splits
    )


def draw_faces(table: int, count: int) -> Faces:
    """Draw faces under the table of a seed, basic and compound expressions in turns."""
    rows, rng = perturbed_table(table), np.random.default_rng(table)
    compounds = tuple(COMPOUND_EXPRESSIONS)
    intensities, affect = [], []
    for number in range(count):
        names = compounds if number % 2 else EXPRESSIONS
        category = names[number // 2 % len(names)]
        drawn = draw_action_units(rows.row(category), NOISE, rng)
        intensities.append(drawn.intensities)
        affect.append(draw_affect(category, drawn.strength, drawn.intensities, rng))
    return Faces(np.array(intensities, np.float32), np.array(affect, np.float32))


def perceived(intensities: Tensor, generator: torch.Generator) -> Tensor:
    """Add the error with which intensities (N, 17) are seen."""
    return intensities + SEEN_WITH * torch.randn(intensities.shape, generator=generator)


def learn(faces: Sequence[Faces]) -> nn.Module:
    """Learn valence and arousal from the perceived intensities of equal parts of several tables."""
    part = FACES // len(faces)
    intensities = torch.from_numpy(np.concatenate([one.intensities[:part] for one in faces]))
    affect = torch.from_numpy(np.concatenate([one.affect[:part] for one in faces]))
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    network = nn.Sequential(
        nn.Linear(intensities.shape[1], WIDTH),
        nn.GELU(),
        nn.Linear(WIDTH, WIDTH),
        nn.GELU(),
        nn.Linear(WIDTH, len(AFFECT)),
    )
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=STEPS)
    annotated = torch.ones(BATCH, len(AFFECT), dtype=torch.bool)
    for _ in range(STEPS):
        chosen = torch.randint(len(affect), (BATCH,), generator=generator)
        prediction = network(perceived(intensities[chosen], generator))
        total, count = affect_loss(prediction, affect[chosen], annotated)
        optimiser.zero_grad()
        torch.autograd.backward(total / count)
        optimiser.step()
        schedule.step()
    return network.eval()


def judge(network: nn.Module, faces: Sequence[Faces]) -> dict[str, float]:
    """Give the mean CCC of each dimension over several tables."""
    generator = torch.Generator().manual_seed(1)
    found = []
    for one in faces:
        with torch.no_grad():
            said = network(perceived(torch.from_numpy(one.intensities), generator)).numpy()
        found.append([concordance(one.affect[:, k], said[:, k]) for k in range(len(AFFECT))])
    return dict(zip(AFFECT, np.mean(found, axis=0).tolist(), strict=True))


def contrast(together: float, pairs: Sequence[float]) -> dict[str, float]:
    """Compare all tables with pairs of them; the interval is over the pairs."""
    gains = together - np.asarray(pairs)
    half = student.ppf(0.975, len(gains) - 1) * gains.std(ddof=1) / np.sqrt(len(gains))
    return {
        "together": together,
        "pairs": float(np.mean(pairs)),
        "gain": float(gains.mean()),
        "low": float(gains.mean() - half),
        "high": float(gains.mean() + half),
        "pairs_below": int((gains > 0).sum()),
    }


def seen_auc(faces: Sequence[Faces]) -> float:
    """Give the mean ROC AUC of the perceived intensities for active action units."""
    generator = torch.Generator().manual_seed(1)
    true = np.concatenate([one.intensities for one in faces])
    seen = perceived(torch.from_numpy(true), generator).numpy()
    return float(np.mean([roc_auc(true[:, k] >= ACTIVE, seen[:, k]) for k in range(true.shape[1])]))


def main() -> None:
    """Learn from all tables and from each pair; keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-o", "--output", type=Path, default=RESULTS / "table_variations.json")
    arguments = parser.parse_args()
    tables = learned_tables()
    learned = [draw_faces(table, FACES // 2) for table in tables]
    judged = [draw_faces(table, JUDGED_FACES) for table in JUDGED]
    together = judge(learn(learned), judged)
    pairs = [
        judge(learn(learned[first : first + 2]), judged)
        for first in tqdm(range(0, len(tables), 2), "pairs")
    ]
    compared = {name: contrast(together[name], [pair[name] for pair in pairs]) for name in AFFECT}
    tell(
        {
            "action_units_auc": seen_auc(judged),
            "tables_learned": len(tables),
            "tables_judged": len(JUDGED),
            **compared,
        },
        arguments.output,
    )


if __name__ == "__main__":
    main()
