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
from facebehavior.evaluation.metrics.ranking import roc_auc
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.model_file import FaceModel, find_model
from studies.beyond_expressions import evenly
from studies.runs import tell

RESULT = Path("docs/results/seen_heads.json")
SPLITS = {"train": "seen", "validation": "others"}


def mean_auc(model: FaceModel, shards: Shards, split: str) -> float:
    """Give the mean ROC AUC of the action units over a split, spread evenly."""
    rows = evenly(shards, split)
    scores = model.predict(shards.crops(rows)).action_units
    if scores is None:
        raise SystemExit("expected a model of action units, found one without")
    table = shards.manifest.table.take(rows)
    truth = [np.array(table.column(name).to_pylist(), dtype=bool) for name in ACTION_UNIT_COLUMNS]
    return float(np.mean([roc_auc(own, scores[:, unit]) for unit, own in enumerate(truth)]))


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
            name: round(mean_auc(model, opened, split), 4) for split, name in SPLITS.items()
        }
    tell(found, RESULT)


if __name__ == "__main__":
    main()
