"""Whether a model is better at the action units of rendered heads that it has learned from.

Where it is, more heads would help; where it is not, more passes or a larger network. Each of the
shards that it learned from also has a split of other people, whose pictures taught it nothing.

    python -m studies.seen_heads SHARDS ... [--model MODEL]

SHARDS are `varied`, `worn` and `portrait` of `recipes/packaged`.
"""

import argparse
from pathlib import Path

import numpy as np

from facebehavior.databases import Shards
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.model_file import FaceModel, find_model
from facebehavior.training.validation import mean_auc
from studies.beyond_expressions import evenly
from studies.runs import tell

RESULT = Path("docs/results/seen_heads.json")
SPLITS = {"train": "seen", "validation": "others"}


def action_units_auc(model: FaceModel, shards: Shards, split: str) -> float:
    """Give the mean ROC AUC of the action units over pictures of a split, spread evenly."""
    rows = evenly(shards, split)
    scores = model.predict(shards.crops(rows)).action_units
    if scores is None:
        raise SystemExit("expected a model of action units, found one without")
    table = shards.manifest.table.take(rows)
    truth = np.stack([table.column(name).to_numpy() for name in ACTION_UNIT_COLUMNS], axis=1)
    return mean_auc(truth, np.ones_like(truth, dtype=bool), scores.astype(np.float64))


def main() -> None:
    """Judge all shards; keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", nargs="+", type=Path)
    parser.add_argument("--model", default="facebehavior-small", help="name or path (%(default)s)")
    given = parser.parse_args()
    model = FaceModel(find_model(given.model), "onnxruntime")
    found: dict[str, object] = {"model": f"{model.metadata.name} {model.metadata.version}"}
    for path in given.shards:
        opened = Shards(path)
        found[path.name] = {
            name: round(action_units_auc(model, opened, split), 4) for split, name in SPLITS.items()
        }
    tell(found, RESULT)


if __name__ == "__main__":
    main()
