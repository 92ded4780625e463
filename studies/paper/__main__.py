"""The paper's table: every variant trained, and tested on every database by its own protocol.

    python -m studies.paper SHARDS -o RESULTS
    python -m studies.paper SHARDS -o RESULTS --folds
    python -m studies.paper SHARDS -o RESULTS --variants uncoupled both --leave-out disfa
    python -m studies.paper SHARDS -o RESULTS_TWO --plan recipes/paper/case_two_variants.yaml

SHARDS holds one folder of prepared pictures a database, by its name. Databases that are not there
are neither trained on nor tested, and the table says so. Runs, models and one JSON a test are kept
in RESULTS; started again, it goes on. A figure with a star is of people that were trained on: their
database has no split. `--folds` trains every variant once for each fold of such databases, without
the people of that fold, and tests on them alone. `--leave-out` trains without a database and tests
on it too: how a network does on what it has never seen; these results are kept apart, in
RESULTS/without_DATABASE. The empirical table is estimated on the training pictures that have both
tasks.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from studies.paper.page import Cell, page
from studies.paper.plan import RECIPES, Plan, available, networks, read_plan
from studies.paper.testing import tested
from studies.paper.training import Places, trained

_log = logging.getLogger(__name__)


def main(words: Sequence[str] | None = None) -> None:
    """Train, test and write the table."""
    arguments = _arguments(words)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    for name in ("studies", "facebehavior.training", __name__):
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        plan = read_plan(arguments.plan)
        output = arguments.output
        if arguments.leave_out:
            output = output / f"without_{arguments.leave_out}"
        found = available(plan, arguments.shards, arguments.leave_out)
        chosen = found.some(arguments.variants or list(found.variants))
        results = run(chosen, arguments.shards, output, arguments.set, folds=arguments.folds)
        with writing(output / "table.md") as path:
            path.write_text(page(results, chosen.tests, arguments.shards, folds=arguments.folds))
    except FaceBehaviorError as error:
        raise SystemExit(f"studies.paper: {error}") from error
    print(f"{output / 'table.md'}: {len(results)} variants")


def run(
    plan: Plan, shards: Path, output: Path, changes: Sequence[str], *, folds: bool
) -> dict[str, dict[tuple[str, str], Cell]]:
    """Train and test every variant; give its figures by database and protocol."""
    wanted = {name: networks(plan, name, shards, folds=folds) for name in plan.variants}
    total, number = sum(len(some) for some in wanted.values()), 0
    results = {}
    for name, some in wanted.items():
        cells: dict[tuple[str, str], Cell] = {}
        if not some:
            _log.warning("%s: left out: no picture that is there teaches its tasks", name)
        for network in some:
            number += 1
            _log.info("network %d of %d: %s", number, total, network.title)
            places = Places(shards, output if network.fold is None else output / network.fold_name)
            model = trained(network, changes, places)
            if model is None:
                # Without one of its folds a figure would be another one.
                cells = {}
                break
            for key, value in tested(network, model, plan.tests, places).items():
                cells.setdefault(key, Cell([], network.sees(*key))).values.append(value)
        results[name] = cells
    return results


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser("studies.paper", description=__doc__.splitlines()[0])
    parser.add_argument("shards", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--variants", nargs="*", help="some of the plan's (all)")
    parser.add_argument("--leave-out", metavar="DATABASE", help="train without it")
    parser.add_argument("--folds", action="store_true", help="a network for each fold of people")
    parser.add_argument("--set", nargs="*", default=[], metavar="key=value", help="in every run")
    parser.add_argument("--plan", type=Path, default=RECIPES / "case_one_variants.yaml")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
