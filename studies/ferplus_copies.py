"""A model on the pictures of FER2013Valid that are also in FER2013Train, and on the others.

FER2013 holds many pictures more than once, on both sides of its official split. Here the official
figures stand beside those of the pictures whose crops are equal, to the pixel, to one of the
training part, and of all others. The two kinds differ in their expressions as well (surprise is
copied most often), so that their difference is not the flattery alone; copies that were shifted or
compressed again are among the others.

    python -m studies.ferplus_copies MODEL=SHARDS ... [-o docs/results/ferplus_copies.json]

MODEL is a name or a file, SHARDS those of FER+ as it reads them.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases import Shards
from facebehavior.evaluation import find_protocol
from facebehavior.evaluation.metrics import accuracy, confusion_matrix, unweighted_average_recall
from facebehavior.labels import EXPRESSIONS
from facebehavior.model_file import FaceModel, find_model
from studies.runs import tell


def copies(shards: Shards, rows: NDArray[np.int64]) -> list[str]:
    """Give a name to each of some pictures; copies have one name."""
    return [hashlib.sha256(shards.crop(int(row)).tobytes()).hexdigest()[:16] for row in rows]


def validation(shards: Shards) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Give the judged pictures of the validation part.

    Returns:
        Their rows, their classes, and whether each is in the training part too; (N,) each.
    """
    splits = np.array(shards.manifest.column("split").to_pylist(), dtype=object)
    truth = find_protocol("ferplus-majority").truth(shards.manifest).expression
    assert truth is not None
    rows = np.flatnonzero((splits == "validation") & truth.annotated)
    known = copies(shards, np.flatnonzero(splits == "train"))
    return rows, truth.values[rows], np.isin(copies(shards, rows), known)


def measure(model: FaceModel, shards: Shards) -> dict[str, dict[str, float]]:
    """Give accuracy and UAR of all judged pictures, of the copies, and of the others."""
    rows, classes, copied = validation(shards)
    said = model.predict(shards.crops(rows)).heads()
    answer = said["expression"].argmax(axis=1)
    parts = {"all": np.ones_like(copied), "copies": copied, "others": ~copied}
    return {
        name: {
            "images": int(part.sum()),
            "accuracy": accuracy(classes[part], answer[part]),
            "uar": unweighted_average_recall(
                confusion_matrix(classes[part], answer[part], len(EXPRESSIONS))
            ),
        }
        for name, part in parts.items()
    }


def main() -> None:
    """Measure every model; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL=SHARDS")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    found = {}
    for one in given.models:
        name, _, shards = one.partition("=")
        model = FaceModel(find_model(name), "onnxruntime")
        title = f"{model.metadata.name} {model.metadata.version}"
        found[title] = measure(model, Shards(shards))
    tell(found, given.output)


if __name__ == "__main__":
    main()
