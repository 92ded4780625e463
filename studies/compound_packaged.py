"""Zero-shot compound expressions as the packaged model sees them, by the same rules.

The page of `studies.compound` quotes this beside its own, much smaller networks.

    python -m studies.compound_packaged SHARDS [--model MODEL]

SHARDS is the database `test` of `facebehavior synthesize synthetic_study`, prepared as the model
reads it (`facebehavior prepare synthetic study/test -o SHARDS --size 56 --colour grey`).
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from facebehavior.databases import Shards
from facebehavior.model_file import FaceModel, find_model
from studies.compound import PACKAGED, RULES, truth
from studies.resampling import drawn_weights, mean_interval, person_numbers, weighted_uar
from studies.runs import write_json


def measure(model: str, shards: Shards) -> dict[str, Any]:
    """Give the UAR of each rule over the compound faces, and its difference from the full score.

    Intervals are 95 % intervals over people.
    """
    rows, classes, people = truth(shards)
    chosen = classes >= 0
    opened = FaceModel(find_model(model), "onnxruntime")
    heads = opened.predict(shards.crops(rows[chosen])).heads()
    outputs = {
        name: heads[name].astype(np.float64) for name in ("expression", "action_units", "affect")
    }
    weights = drawn_weights(person_numbers(people[chosen]))
    drawn = {
        rule: weighted_uar(classes[chosen], score(outputs).argmax(axis=1), weights)
        for rule, score in RULES.items()
    }
    full = drawn["full score"]
    return {
        "model": f"{opened.metadata.name} {opened.metadata.version}",
        "pictures": int(chosen.sum()),
        "uar": {rule: mean_interval({0: values}) for rule, values in drawn.items()},
        "full score minus": {
            rule: mean_interval({0: full - values})
            for rule, values in drawn.items()
            if rule != "full score"
        },
    }


def main() -> None:
    """Measure, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", type=Path)
    parser.add_argument("--model", default="facebehavior-small", help="name or path (%(default)s)")
    given = parser.parse_args()
    write_json(measure(given.model, Shards(given.shards)), PACKAGED)


if __name__ == "__main__":
    main()
