"""What share of an oracle's CCC the packaged model reaches on rendered heads.

The oracle knows the true action units and the tables that they were drawn from
(`synthesis.truth.oracle`). The model's CCC comes from its card's reports, `docs/results/packaged`.

    python -m studies.affect_share test=study confirmation=new new_people=newer \
        [-o docs/results/affect_share.json]

Each NAME=FOLDER is a set of the card and the folder of `synthesize` that holds its `test`.
"""

import argparse
import json
from pathlib import Path

from facebehavior.labels import AFFECT
from facebehavior.synthesis import read_configuration
from studies.runs import tell
from studies.synthetic_labels import RESULTS, oracle


def shares(name: str, folder: Path) -> dict[str, float]:
    """Give the CCC of model and oracle and the one's share of the other; `mean` is of the two.

    Args:
        name: of a set of the card.
        folder: that holds `test/truth.parquet`, of the generator of `synthetic_study`.
    """
    report = json.loads((RESULTS / "packaged" / name / "report.json").read_text())
    ceiling = oracle(folder, read_configuration("synthetic_study"))
    model = {one: report["affect"]["dimensions"][one]["ccc"]["value"] for one in AFFECT}
    known = {one: ceiling[f"{one}_ccc"] for one in AFFECT}
    for ccc in (model, known):
        ccc["mean"] = sum(ccc[one] for one in AFFECT) / len(AFFECT)
    return {
        f"{one}_{kind}": value
        for one in (*AFFECT, "mean")
        for kind, value in (
            ("ccc", model[one]),
            ("oracle", known[one]),
            ("share", model[one] / known[one]),
        )
    }


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sets", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS / "affect_share.json")
    arguments = parser.parse_args()
    pairs = [one.partition("=") for one in arguments.sets]
    tell({name: shares(name, Path(folder)) for name, _, folder in pairs}, arguments.output)


if __name__ == "__main__":
    main()
