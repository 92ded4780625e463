"""A model on the pictures of FER2013Valid that are also in FER2013Train, and on the others.

FER2013 holds many pictures more than once, on both sides of its official split. Here the official
figures stand beside those of the pictures whose crops are equal, to the pixel, to one of the
training part, and of all others. The two kinds differ in their expressions as well (surprise is
copied most often), so that their difference is not the flattery alone; copies that were shifted or
compressed again are among the others. Of two models on the same pictures, the difference of their
figures has an interval too: pictures are drawn anew, and both models judged on the same draw.

    python -m studies.ferplus_copies MODEL=SHARDS ... [-o docs/results/ferplus_copies.json]

MODEL is a name or a file, SHARDS those of FER+ as it reads them.
"""

import argparse
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases import Shards
from facebehavior.evaluation import find_protocol
from facebehavior.evaluation.metrics import accuracy, confusion_matrix, unweighted_average_recall
from facebehavior.labels import EXPRESSIONS
from facebehavior.model_file import FaceModel, find_model
from studies.resampling import drawn_weights, mean_interval, weighted_share, weighted_uar
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


@dataclass(frozen=True)
class Judged:
    """What a model says of the judged pictures.

    Attributes:
        pictures: their names.
        classes: the true ones, (N,).
        copied: whether a picture is in the training part too, (N,).
        answer: the class that the model names, (N,).
    """

    pictures: tuple[str, ...]
    classes: NDArray[np.int64]
    copied: NDArray[np.bool_]
    answer: NDArray[np.int64]

    @classmethod
    def by(cls, model: FaceModel, shards: Shards) -> "Judged":
        """Let a model judge."""
        rows, classes, copied = validation(shards)
        names = shards.manifest.column("source").take(rows).to_pylist()
        said = model.predict(shards.crops(rows)).heads()
        return cls(tuple(names), classes, copied, said["expression"].argmax(axis=1))

    def parts(self) -> dict[str, NDArray[np.bool_]]:
        """Give the three kinds of pictures."""
        everything = np.ones_like(self.copied)
        return {"all": everything, "copies": self.copied, "others": ~self.copied}

    def figures(self) -> dict[str, dict[str, float]]:
        """Give accuracy and UAR of each kind."""
        return {
            name: {
                "images": int(part.sum()),
                "accuracy": accuracy(self.classes[part], self.answer[part]),
                "uar": unweighted_average_recall(
                    confusion_matrix(self.classes[part], self.answer[part], len(EXPRESSIONS))
                ),
            }
            for name, part in self.parts().items()
        }


def differences(first: Judged, second: Judged) -> dict[str, dict[str, dict[str, float]]]:
    """Give the first model's figures less the second's, with their 95 % intervals.

    Raises:
        ValueError: they have judged other pictures.
    """
    if first.pictures != second.pictures:
        raise ValueError("expected two models of the same pictures, found other pictures")
    found = {}
    for name, part in first.parts().items():
        weights = drawn_weights(np.arange(int(part.sum())))
        classes = first.classes[part]
        one, other = first.answer[part], second.answer[part]
        accuracies = [weighted_share(said == classes, weights) for said in (one, other)]
        recalls = [weighted_uar(classes, said, weights) for said in (one, other)]
        found[name] = {
            "accuracy": mean_interval({0: accuracies[0] - accuracies[1]}),
            "uar": mean_interval({0: recalls[0] - recalls[1]}),
        }
    return found


def main() -> None:
    """Measure every model, and the first against each other; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL=SHARDS")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    judged = {}
    for one in given.models:
        name, _, shards = one.partition("=")
        model = FaceModel(find_model(name), "onnxruntime")
        title = f"{model.metadata.name} {model.metadata.version}"
        judged[title] = Judged.by(model, Shards(shards))
    found: dict[str, object] = {title: said.figures() for title, said in judged.items()}
    first, *others = judged
    found |= {
        f"{first} less {other}": differences(judged[first], judged[other]) for other in others
    }
    tell(found, given.output)


if __name__ == "__main__":
    main()
