"""Zero-shot compound expressions: what does the score see, and does coupling help it?

The networks are those of the study of negative transfer (world B); none has been trained on a
compound expression. On the compound faces of its test database, 15 classes, in a domain that no
network has seen, each is scored by the published score and by two simple rules that are parts of
it, all from the outputs of the same network.

    python -m studies.compound WORK

WORK is the folder of that study, with `predictions` and `shards`. Contrasts, named beforehand:
the full score against each rule, and coupled networks against the uncoupled ones.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound import (
    COMPOUND_SETS,
    action_unit_scores,
    component_products,
    compound_scores,
)
from facebehavior.databases import Shards
from facebehavior.evaluation.metrics import confusion_matrix, unweighted_average_recall
from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.intervals import Interval, bootstrap
from facebehavior.labels import COMPOUND_EXPRESSIONS
from studies.runs import discussion

RESULTS = Path("docs/results")
ARMS: Mapping[str, tuple[str, ...]] = {
    "single tasks": ("expression", "action_units", "affect"),
    "uncoupled": ("uncoupled",),
    "both": ("both",),
    "posterior": ("posterior",),
}
"""Name of each arm and the runs that its outputs come from: three networks of one task each, or one
of all three."""
SEEDS = range(5)
CHANCE = 1 / len(COMPOUND_EXPRESSIONS)
_ORDER = {name: place for place, name in enumerate(COMPOUND_EXPRESSIONS)}

Rule = Callable[[Mapping[str, NDArray[np.float64]]], NDArray[np.float64]]
RULES: Mapping[str, Rule] = {
    "full score": lambda o: compound_scores(o["expression"], o["action_units"], o["affect"][:, 0]),
    "action units alone": lambda o: action_unit_scores(o["action_units"]),
    "products alone": lambda o: component_products(o["expression"]),
}


def outputs(work: Path, runs: Sequence[str], seed: int) -> dict[str, NDArray[np.float64]]:
    """Give the probabilities and affect of one network, or of three, on the test pictures."""
    found: dict[str, NDArray[np.float64]] = {}
    for run in runs:
        with np.load(work / "predictions" / f"{run}-B-seed{seed}" / "new_domain-test.npz") as file:
            for head in ("expression", "action_units", "affect"):
                if np.isfinite(file[head]).all():
                    found[head] = file[head].astype(np.float64)
    powers = np.exp(found["expression"] - found["expression"].max(axis=1, keepdims=True))
    return {
        "expression": powers / powers.sum(axis=1, keepdims=True),
        "action_units": 1.0 / (1.0 + np.exp(-found["action_units"])),
        "affect": found["affect"],
    }


def truth(work: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the compound class of every test picture, -1 without one, and its person's number."""
    manifest = Shards(work / "shards" / "test").manifest
    rows = [row for row in manifest.rows() if row["split"] == "test"]
    classes = np.array([_ORDER.get(str(row["compound"]), -1) for row in rows], dtype=np.int64)
    people = np.unique([str(row["subject"]) for row in rows], return_inverse=True)[1]
    return classes, people.astype(np.int64)


def uar(classes: NDArray[np.int64], *answers: NDArray[np.int64]) -> float:
    """Give the mean over seeds of the unweighted average recall."""
    found = [
        unweighted_average_recall(confusion_matrix(classes, one, len(_ORDER))) for one in answers
    ]
    return float(np.mean(found))


def measure(work: Path) -> dict[str, Any]:
    """Score every arm by every rule, and take the contrasts."""
    classes, people = truth(work)
    chosen = classes >= 0
    answers: dict[tuple[str, str], list[NDArray[np.int64]]] = {}
    recalls: dict[str, list[float]] = {}
    for arm, runs in ARMS.items():
        for seed in SEEDS:
            given = {k: v[chosen] for k, v in outputs(work, runs, seed).items()}
            for rule, score in RULES.items():
                answers.setdefault((arm, rule), []).append(score(given).argmax(axis=1))
        matrix = np.sum(
            [
                confusion_matrix(classes[chosen], one, len(_ORDER))
                for one in answers[arm, "full score"]
            ],
            axis=0,
        )
        recalls[arm] = (np.diag(matrix) / matrix.sum(axis=1)).tolist()
    own, persons = classes[chosen], people[chosen]

    def interval(figure: Callable[..., float], arrays: Sequence[NDArray[np.int64]]) -> Interval:
        return bootstrap(figure, [own, *arrays], persons, replicates=1000)[0]

    figures = {
        arm: {rule: vars(interval(uar, answers[arm, rule])) for rule in RULES} for arm in ARMS
    }

    def difference(truth: NDArray[np.int64], *both: NDArray[np.int64]) -> float:
        half = len(both) // 2
        return uar(truth, *both[:half]) - uar(truth, *both[half:])

    contrasts = {}
    for arm in ARMS:
        for rule in list(RULES)[1:]:
            pair = [*answers[arm, "full score"], *answers[arm, rule]]
            contrasts[f"{arm}: full score minus {rule}"] = vars(interval(difference, pair))
    for arm in list(ARMS)[2:]:
        pair = [*answers[arm, "full score"], *answers["uncoupled", "full score"]]
        contrasts[f"{arm} minus uncoupled, full score"] = vars(interval(difference, pair))
    pair = [*answers["uncoupled", "full score"], *answers["single tasks", "full score"]]
    contrasts["uncoupled minus single tasks, full score"] = vars(interval(difference, pair))
    return {
        "pictures": int(chosen.sum()),
        "people": len(np.unique(persons)),
        "chance": CHANCE,
        "uar": figures,
        "contrasts": contrasts,
        "recalls": {arm: dict(zip(_ORDER, found, strict=True)) for arm, found in recalls.items()},
    }


def page(found: Mapping[str, Any]) -> str:
    """Write the results as Markdown."""
    oracle = json.loads((RESULTS / "synthetic_labels.json").read_text())
    ceiling = oracle["oracle"]["compound_uar"]
    rows = [(arm, *(_said(found["uar"][arm][rule]) for rule in RULES)) for arm in ARMS]
    contrasts = [(name, _said(one, sign=True)) for name, one in found["contrasts"].items()]
    classes = [
        (name.replace("_", " "), *(f"{found['recalls'][arm][name]:.2f}" for arm in ARMS))
        for name in _ORDER
    ]
    few = RESULTS / "few_shot.json"
    further = _few_shot(json.loads(few.read_text())) if few.is_file() else ""
    return (
        "# Compound expressions\n\n"
        f"{discussion(__file__)}"
        "## Zero-shot\n\n"
        f"{found['pictures']} compound faces of {found['people']} people in a domain that no "
        "network has seen, 15 classes. No network was trained on a compound expression. UAR, mean "
        f"of {len(SEEDS)} seeds, with 95 % intervals over people; chance {found['chance']:.3f}, an "
        f"oracle that knows the true action units and their table {ceiling:.3f}.\n\n"
        f"{markdown_table(('networks', *RULES), rows)}\n\n"
        f"{markdown_table(('contrast', 'difference (95 % interval)'), contrasts)}\n\n"
        f"{_ceiling()}"
        "Recall of each class by the full score:\n\n"
        f"{markdown_table(('class', *ARMS), classes)}\n"
        f"{further}\n"
        "Made by `python -m studies.compound` and `python -m studies.few_shot`.\n"
    )


def _ceiling() -> str:
    path = RESULTS / "compound_ceiling.json"
    if not path.is_file():
        return ""
    rows = [(name, f"{uar:.3f}") for name, uar in json.loads(path.read_text()).items()]
    return (
        "The same rules given the truth (`python -m studies.compound_ceiling`): true action units, "
        "true valence, and the expressions that follow from the true action units and their "
        f"table:\n\n{markdown_table(('rule', 'UAR'), rows)}\n\n"
    )


def _few_shot(found: Mapping[str, Any]) -> str:
    shots = [str(k) for k in found["shots"]]
    rows = [
        (
            name,
            *(
                f"{found['uar'][name][k]['mean']:.3f} ± {found['uar'][name][k]['sd']:.3f}"
                for k in shots
            ),
        )
        for name in found["uar"]
    ]
    return (
        "\n## Few-shot\n\n"
        f"A compound head on {found['trained']}, from k pictures of each class "
        f"({found['source']}), tested on the same faces. UAR, mean ± standard deviation over "
        f"{found['draws']} draws of the pictures, each with another network.\n\n"
        f"{markdown_table(('start', *(f'k = {k}' for k in shots)), rows)}\n"
    )


def _said(one: Mapping[str, float], *, sign: bool = False) -> str:
    form = "+.3f" if sign else ".3f"
    return f"{one['value']:{form}} ({one['low']:{form}} to {one['high']:{form}})"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    found = measure(parser.parse_args().work)
    with writing(RESULTS / "compound.json") as path:
        path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    with writing(RESULTS / "compound.md") as path:
        path.write_text(page(found))


assert tuple(_ORDER) == COMPOUND_SETS["du"]

if __name__ == "__main__":
    main()
