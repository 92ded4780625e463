"""How Bayes' rule for compound expressions came to its form, on heads that it is not tested on.

They taught the packaged model action units, affect and soft expressions, but no compound
expression. On all compound faces of them: how often an action unit may be amiss, and whether the
probabilities of the two expressions, or the sign of valence, add anything. (The test faces had been
looked at as well when this was chosen, which is why `studies.compound_packaged` has new people.)

    python -m studies.compound_choice SHARDS [--model MODEL]

SHARDS is `more_varied` of `recipes/packaged`.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound import compound_posterior, pleasant_classes
from facebehavior.databases import Shards
from facebehavior.labels import COMPOUND_EXPRESSIONS, EXPRESSIONS
from facebehavior.model_file import FaceModel, find_model
from studies.compound import ORDER
from studies.compound_ceiling import uar_of
from studies.runs import write_json

RESULT = Path("docs/results/compound_choice.json")
ODDITIES = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2)
TINY = 1e-3


def measure(model: str, shards: Shards) -> dict[str, Any]:
    """Give the UAR of each form of the rule."""
    classes = np.array(
        [ORDER.get(str(name), -1) for name in shards.manifest.column("compound").to_pylist()]
    )
    rows = np.flatnonzero(classes >= 0)
    opened = FaceModel(find_model(model), "onnxruntime")
    heads = opened.predict(shards.crops(rows)).heads()
    units, expression = heads["action_units"], heads["expression"].astype(np.float64)
    own = classes[rows]
    plain = np.log(compound_posterior(units))
    pairs = [[EXPRESSIONS.index(part) for part in parts] for parts in COMPOUND_EXPRESSIONS.values()]
    first, second = (expression[:, places] for places in np.array(pairs).T)
    return {
        "model": f"{opened.metadata.name} {opened.metadata.version}",
        "pictures": len(rows),
        "how often an action unit may be amiss": {
            f"{oddity:g}": uar_of(own, compound_posterior(units, oddity=oddity))
            for oddity in ODDITIES
        },
        "as it is": uar_of(own, plain),
        "with the sum of the two expressions": uar_of(own, plain + np.log(first + second + TINY)),
        "with their product": uar_of(own, plain + np.log((first + TINY) * (second + TINY))),
        "with the sign of valence, wrong in one of ten": uar_of(
            own, plain + np.log(_sign_likelihood(heads["affect"][:, 0], 0.1))
        ),
    }


def _sign_likelihood(valence: NDArray[np.floating], wrong: float) -> NDArray[np.float64]:
    """Give p(sign of valence | class), (N, 15): pleasant classes are positive, others negative."""
    agrees = (valence > 0)[:, np.newaxis] == pleasant_classes("du").astype(bool)
    return np.where(agrees, 1.0 - wrong, wrong)


def main() -> None:
    """Measure, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", type=Path)
    parser.add_argument("--model", default="facebehavior-small", help="name or path (%(default)s)")
    given = parser.parse_args()
    write_json(measure(given.model, Shards(given.shards)), RESULT)


if __name__ == "__main__":
    main()
