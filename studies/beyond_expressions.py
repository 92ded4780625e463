"""How much a model's action units say on photographs that its expressions do not say already.

Where an action unit has no label on photographs, distribution matching draws it towards what the
expressions imply. Here each action unit's logit is predicted, by least squares, from the seven
probabilities of the expressions and their logarithms, on every other picture, and judged on the
rest: R2 near 1 means that the action unit repeats the expressions.

    python -m studies.beyond_expressions MODEL NAME=SHARDS[@SPLIT] ... [-o result.json]
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases import Shards
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.model_file import FaceModel, find_model
from studies.runs import tell

SMALLEST = 1e-6
MOST = 2000


def explained(
    expressions: NDArray[np.float64], action_units: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the share of each logit's variance that the expressions explain on other pictures.

    Args:
        expressions: (N, 7) probabilities.
        action_units: (N, A) probabilities.

    Returns:
        (A,) R2, at most 1; below 0 where the prediction is worse than the mean.
    """
    kept = np.clip(action_units, SMALLEST, 1.0 - SMALLEST)
    logits = np.log(kept / (1.0 - kept))
    known = np.hstack([expressions, np.log(expressions + SMALLEST), np.ones((len(kept), 1))])
    weights = np.linalg.lstsq(known[::2], logits[::2], rcond=None)[0]
    left = logits[1::2] - known[1::2] @ weights
    spread = logits[1::2] - logits[1::2].mean(axis=0)
    return np.asarray(1.0 - (left**2).mean(axis=0) / (spread**2).mean(axis=0))


def evenly(shards: Shards, split: str = "") -> NDArray[np.intp]:
    """Choose at most `MOST` rows, evenly spread, of one split where it is named."""
    splits = shards.manifest.column("split").to_pylist()
    rows = np.array([row for row, name in enumerate(splits) if split in ("", name)])
    return rows[:: -(-len(rows) // MOST)]


def faces(shards: str) -> NDArray[np.uint8]:
    """Read crops of shards, evenly spread, of one split where it is named."""
    path, _, split = shards.partition("@")
    opened = Shards(path)
    return opened.crops(evenly(opened, split))


def main() -> None:
    """Judge every set of pictures; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("shards", nargs="+", metavar="NAME=SHARDS[@SPLIT]")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    model = FaceModel(find_model(arguments.model), "onnxruntime")
    found: dict[str, object] = {"model": f"{model.metadata.name} {model.metadata.version}"}
    for one in arguments.shards:
        name, _, shards = one.partition("=")
        heads = model.predict(faces(shards)).heads()
        values = explained(
            heads["expression"].astype(np.float64), heads["action_units"].astype(np.float64)
        )
        found[name] = dict(zip(ACTION_UNIT_COLUMNS, values.round(3).tolist(), strict=True))
    tell(found, arguments.output)


if __name__ == "__main__":
    main()
