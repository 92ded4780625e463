"""Zero-shot compound expressions as the packaged model sees them, by the same rules.

The page of `studies.compound` quotes this beside its own, much smaller networks.

    python -m studies.compound_packaged TEST CONFIRMATION NEW_PEOPLE PHOTOGRAPHS [--model MODEL]

TEST is the database `test` of `facebehavior synthesize synthetic_study`, CONFIRMATION that of
`synthetic_study_confirmation`, on which versions 3 to 9 of the model were reported, NEW_PEOPLE that
of `recipes/packaged/new_people.yaml`, made after the last; all prepared as the model reads them
(`facebehavior prepare synthetic study/test -o TEST --size 56 --colour grey`).
PHOTOGRAPHS is a folder of photographs, here of LFW, which nobody has labelled: what the ways of
`analyze --compound` say of faces that the model calls happy or neutral.
"""

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.analysis import Analyzer
from facebehavior.compound import COMPOUND_SETS, compound_posterior, compound_scores
from facebehavior.databases import Shards
from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS
from facebehavior.model_file import FaceModel, find_model
from studies.compound import PACKAGED, RULES, truth
from studies.compound_ceiling import BAYES
from studies.resampling import drawn_weights, mean_interval, person_numbers, weighted_uar
from studies.runs import write_json

CONTRASTS = [(BAYES, "full score"), (BAYES, "action units alone")] + [
    ("full score", rule) for rule in ("action units alone", "products alone")
]
PHOTOGRAPHS_SET = "c-expr-db"
SETS = ("test", "confirmation", "new_people")


def measure(opened: FaceModel, shards: Shards) -> dict[str, Any]:
    """Give the UAR of each rule over the compound faces, and the differences between rules.

    Intervals are 95 % intervals over people. Of Bayes' rule also how sure it says to be of what it
    names, and how often that is right.
    """
    rows, classes, people = truth(shards)
    chosen = classes >= 0
    heads = opened.predict(shards.crops(rows[chosen])).heads()
    outputs = {
        name: heads[name].astype(np.float64) for name in ("expression", "action_units", "affect")
    }
    weights = drawn_weights(person_numbers(people[chosen]))
    scores = {rule: score(outputs) for rule, score in RULES.items()}
    drawn = {
        rule: weighted_uar(classes[chosen], values.argmax(axis=1), weights)
        for rule, values in scores.items()
    }
    return {
        "pictures": int(chosen.sum()),
        "people": len(np.unique(people[chosen])),
        "uar": {rule: mean_interval({0: values}) for rule, values in drawn.items()},
        "differences": {
            f"{better} minus {worse}": mean_interval({0: drawn[better] - drawn[worse]})
            for better, worse in CONTRASTS
        },
        "certainty": _certainty(classes[chosen], scores[BAYES]),
    }


def _certainty(classes: NDArray[np.int64], shares: NDArray[np.float64]) -> dict[str, float]:
    right = shares.argmax(axis=1) == classes
    return {"said": float(shares.max(axis=1).mean()), "right": float(right.mean())}


def photographs(model: str, folder: Path) -> dict[str, Any]:
    """Count the compound expressions that each way names on happy and on neutral faces."""
    with Analyzer(model) as analyzer:
        rows = analyzer.analyze(folder).table.to_pylist()
    faces = [row for row in rows if row["detected"] and row["expr"] is not None]
    units = np.array([[row[name] for name in ACTION_UNIT_COLUMNS] for row in faces])
    shares = np.array([[row[f"expr_{name}"] for name in EXPRESSIONS] for row in faces])
    valence = np.array([row["valence"] for row in faces])
    ways = {
        "full score": compound_scores(shares, units, valence, PHOTOGRAPHS_SET),
        BAYES: compound_posterior(units, PHOTOGRAPHS_SET),
    }
    said = np.array([row["expr"] for row in faces])
    return {
        "set": PHOTOGRAPHS_SET,
        "faces": len(faces),
        **{
            expression: {
                "faces": int((said == expression).sum()),
                **{way: _named(values[said == expression]) for way, values in ways.items()},
                "share of the one named": float(ways[BAYES][said == expression].max(axis=1).mean()),
            }
            for expression in ("happiness", "neutral")
        },
    }


def _named(scores: NDArray[np.float64]) -> dict[str, int]:
    names = COMPOUND_SETS[PHOTOGRAPHS_SET]
    return dict(Counter(names[place] for place in scores.argmax(axis=1)).most_common())


def main() -> None:
    """Measure, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in (*SETS, "photographs"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--model", default="facebehavior-small", help="name or path (%(default)s)")
    given = parser.parse_args()
    opened = FaceModel(find_model(given.model), "onnxruntime")
    found = {
        "model": f"{opened.metadata.name} {opened.metadata.version}",
        **{name: measure(opened, Shards(getattr(given, name))) for name in SETS},
        "photographs": photographs(given.model, given.photographs),
    }
    write_json(found, PACKAGED)


if __name__ == "__main__":
    main()
