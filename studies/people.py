"""How well a gallery names people, on photographs of people that taught the model nothing.

Photographs of one person differ more than the frames of a video, so that this is the hard case. A
few people are drawn, their photographs come in random order, and `Gallery` names each as if it were
a track of its own. Precision: of the photographs that have a photograph's name, the share that show
its person; recall: of those that show its person, the share that have its name (B-cubed). Beside
the model's threshold stands the stricter one that tracks are taken up again by.

    python -m studies.people SHARDS[@SPLIT] [--model MODEL] [-o docs/results/people.json]
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.analysis.people import Gallery, Names
from facebehavior.databases import Shards
from facebehavior.labels import person_names
from facebehavior.model_file import FaceModel, find_model
from studies.runs import tell

GROUPS, PEOPLE, SEED = 300, 5, 0


def agreement(names: NDArray[np.str_], truth: NDArray[np.str_]) -> tuple[float, float]:
    """Give B-cubed precision and recall of N names.

    Args:
        names: (N,) given.
        truth: (N,) true.
    """
    given, true = names[:, None] == names, truth[:, None] == truth
    both = (given & true).sum(axis=1)
    return float((both / given.sum(axis=1)).mean()), float((both / true.sum(axis=1)).mean())


def named(embeddings: NDArray[np.floating], same_face: float) -> NDArray[np.str_]:
    """Let a gallery name photographs, (N, D) embeddings of length 1, one after another."""
    names = Names(Gallery(same_face))
    return np.array([names.name("", place, one) for place, one in enumerate(embeddings)])


def measure(model: FaceModel, shards: str) -> dict[str, object]:
    """Name groups of people at both thresholds.

    Raises:
        ValueError: the model was never measured on pairs of faces.
    """
    path, _, split = shards.partition("@")
    opened = Shards(path)
    splits = opened.manifest.column("split").to_pylist()
    people = np.array(person_names(opened.manifest), dtype=object)
    rows = np.array(
        [row for row, name in enumerate(splits) if split in ("", name) and people[row] is not None]
    )
    embeddings = model.predict(opened.crops(rows)).heads()["embedding"].astype(np.float64)
    truth = people[rows].astype(str)
    measured = model.metadata.verification
    if measured is None:
        raise ValueError("expected a model with a measured threshold, found one without")
    generator = np.random.default_rng(SEED)
    groups = []
    for _ in range(GROUPS):
        chosen = generator.choice(np.unique(truth), PEOPLE, replace=False)
        groups.append(generator.permutation(np.flatnonzero(np.isin(truth, chosen))))
    found: dict[str, object] = {
        "model": f"{model.metadata.name} {model.metadata.version}",
        "photographs": len(rows),
        "people": len(np.unique(truth)),
        "groups": GROUPS,
        "people_a_group": PEOPLE,
    }
    for kind, same_face in (("threshold", measured.threshold), ("strictest", measured.strictest)):
        names = [named(embeddings[group], same_face) for group in groups]
        pairs = zip(names, groups, strict=True)
        precision, recall = np.mean([agreement(one, truth[group]) for one, group in pairs], axis=0)
        found[kind] = {
            "same_face": round(same_face, 3),
            "precision": round(float(precision), 3),
            "recall": round(float(recall), 3),
            "names": round(float(np.mean([len(np.unique(one)) for one in names])), 2),
        }
    return found


def main() -> None:
    """Measure; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", metavar="SHARDS[@SPLIT]")
    parser.add_argument("--model", help="name or path of a model")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    tell(measure(FaceModel(find_model(given.model)), given.shards), given.output)


if __name__ == "__main__":
    main()
