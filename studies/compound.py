"""Zero-shot compound expressions: what does the score see, and does coupling help it?

The networks are those of the study of negative transfer (world B); none has been trained on a
compound expression. On the compound faces of its test database, 15 classes, in a domain that no
network has seen, each is scored by the published score, by its part of action units alone, by the
product of the two expressions, and by Bayes' rule, all from the outputs of the same network.

    python -m studies.compound DATABASES --work WORK
    python -m studies.compound --page

DATABASES is what `facebehavior synthesize synthetic_study` has made, WORK the folder of that study
or a new one; networks that are not there are trained. Contrasts, named beforehand: the full score
against its part of action units and the product of the two expressions, and coupled networks
against the uncoupled ones. The family of Bayes' rule was added later, after the full score had been
judged on these very faces. `--page` writes the page from the results alone.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.compound import (
    COMPOUND_SETS,
    action_unit_scores,
    component_products,
    compound_posterior,
    compound_scores,
)
from facebehavior.databases import Shards
from facebehavior.evaluation.metrics import confusion_matrix
from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.labels import COMPOUND_EXPRESSIONS
from studies import compound_ceiling
from studies.asking import asked
from studies.behaviour_networks import TESTED, train_missing
from studies.compound_ceiling import BAYES
from studies.contrasts import INTERVALS, Figures, contrast_table, differences
from studies.resampling import Array, drawn_weights, mean_interval, person_numbers, weighted_uar
from studies.runs import discussion, with_interval, write_json

RESULTS = Path("docs/results")
PACKAGED = RESULTS / "compound_packaged.json"
"""What `studies.compound_packaged` has measured."""
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
ORDER = {name: place for place, name in enumerate(COMPOUND_EXPRESSIONS)}

Rule = Callable[[Mapping[str, NDArray[np.float64]]], NDArray[np.float64]]
RULES: Mapping[str, Rule] = {
    "full score": lambda o: compound_scores(o["expression"], o["action_units"], o["affect"][:, 0]),
    "action units alone": lambda o: action_unit_scores(o["action_units"]),
    "products alone": lambda o: component_products(o["expression"]),
    BAYES: lambda o: compound_posterior(o["action_units"]),
}

CONTRASTS = {
    "rules": [
        (f"{arm}: full score", f"{arm}: {rule}")
        for arm in ARMS
        for rule in ("action units alone", "products alone")
    ],
    "Bayes": [
        (f"{arm}: {BAYES}", f"{arm}: {rule}")
        for arm in ARMS
        for rule in ("full score", "action units alone")
    ],
    "networks": [
        (f"{better}: full score", f"{worse}: full score")
        for better, worse in (
            ("both", "uncoupled"), ("posterior", "uncoupled"), ("uncoupled", "single tasks")
        )
    ],
}  # fmt: skip
"""What is compared, by family of p-values."""


def outputs(work: Path, runs: Sequence[str], seed: int) -> dict[str, NDArray[np.float64]]:
    """Give the probabilities and affect of one network, or of three, on the test pictures."""
    found: dict[str, NDArray[np.float64]] = {}
    for run in runs:
        with np.load(work / "predictions" / f"{run}-B-seed{seed}" / f"{TESTED}.npz") as file:
            for head in ("expression", "action_units", "affect"):
                if np.isfinite(file[head]).all():
                    found[head] = file[head].astype(np.float64)
    powers = np.exp(found["expression"] - found["expression"].max(axis=1, keepdims=True))
    return {
        "expression": powers / powers.sum(axis=1, keepdims=True),
        "action_units": 1.0 / (1.0 + np.exp(-found["action_units"])),
        "affect": found["affect"],
    }


def truth(shards: Shards) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.str_]]:
    """Give the row, the compound class (-1 without one) and the person of N test pictures.

    Returns:
        (N,) each.
    """
    columns = (
        shards.manifest.column(name).to_pylist() for name in ("split", "compound", "subject")
    )
    splits, compounds, subjects = map(np.array, columns)
    rows = np.flatnonzero(splits == "test")
    classes = np.array([ORDER.get(str(name), -1) for name in compounds[rows]], dtype=np.int64)
    return rows, classes, subjects[rows].astype(str)


def measure(work: Path) -> dict[str, Any]:
    """Score every arm by every rule, and take the contrasts."""
    _, classes, people = truth(Shards(work / "shards" / "test"))
    chosen = classes >= 0
    own, persons = classes[chosen], people[chosen]
    weights = drawn_weights(person_numbers(persons))
    drawn: dict[str, dict[int, Array]] = defaultdict(dict)
    confusions = {arm: np.zeros((len(ORDER), len(ORDER))) for arm in ARMS}
    for arm, runs in ARMS.items():
        for seed in SEEDS:
            given = {k: v[chosen] for k, v in outputs(work, runs, seed).items()}
            for rule, score in RULES.items():
                said = score(given).argmax(axis=1)
                drawn[f"{arm}: {rule}"][seed] = weighted_uar(own, said, weights)
                if rule == "full score":
                    confusions[arm] += confusion_matrix(own, said, len(ORDER))
    figures: dict[str, Figures] = {name: {"UAR": seeds} for name, seeds in drawn.items()}
    return {
        "pictures": int(chosen.sum()),
        "people": len(np.unique(persons)),
        "seeds": len(SEEDS),
        "chance": CHANCE,
        "uar": {
            arm: {rule: mean_interval(drawn[f"{arm}: {rule}"]) for rule in RULES} for arm in ARMS
        },
        "contrasts": [vars(one) for one in differences(CONTRASTS, ["UAR"], figures)],
        "recalls": {
            arm: dict(zip(ORDER, np.diag(found) / found.sum(axis=1), strict=True))
            for arm, found in confusions.items()
        },
    }


def page(found: Mapping[str, Any]) -> str:
    """Write the results as Markdown."""
    oracle = json.loads((RESULTS / "synthetic_labels.json").read_text())
    ceiling = oracle["oracle"]["compound_uar"]
    rows = [(arm, *(with_interval(found["uar"][arm][rule]) for rule in RULES)) for arm in ARMS]
    classes = [
        (name.replace("_", " "), *(f"{found['recalls'][arm][name]:.2f}" for arm in ARMS))
        for name in ORDER
    ]
    return (
        "# Compound expressions\n\n"
        f"{discussion(__file__)}"
        "## Zero-shot\n\n"
        f"{found['pictures']} compound faces of {found['people']} people in a domain that no "
        "network has seen, 15 classes. No network was trained on a compound expression. UAR, mean "
        f"of {found['seeds']} seeds, with 95 % intervals over people; chance "
        f"{found['chance']:.3f}, an oracle that knows the true action units and their table "
        f"{ceiling:.3f}.\n\n"
        f"{markdown_table(('networks', *RULES), rows)}\n\n"
        f"{INTERVALS}\n\n{contrast_table(found['contrasts'])}\n\n"
        f"{_packaged()}"
        f"{_ceiling()}"
        "Recall of each class by the full score:\n\n"
        f"{markdown_table(('class', *ARMS), classes)}\n\n"
        "[From a few pictures](few_shot.md) a head of its own learns the same classes.\n\n"
        "Made by `python -m studies.compound`.\n"
    )


def _packaged() -> str:
    found = json.loads(PACKAGED.read_text())
    sets = {
        "test": "these faces",
        "confirmation": "`confirmation`",
        "new_people": "`new_people`",
    }
    rules = [(rule, *(with_interval(found[name]["uar"][rule]) for name in sets)) for rule in RULES]
    differences = [
        (contrast, *(with_interval(found[name]["differences"][contrast], "+") for name in sets))
        for contrast in found["test"]["differences"]
    ]
    return (
        f"The packaged model ({found['model']}), which was not trained on a compound expression "
        f"either, on the same {found['test']['pictures']} faces, and on "
        f"{found['confirmation']['pictures']} and {found['new_people']['pictures']} of other "
        "people; UAR and its differences, intervals over people "
        "(`python -m studies.compound_packaged`):\n\n"
        f"{markdown_table(('rule', *sets.values()), rules + differences)}\n\n"
    )


def _ceiling() -> str:
    found = json.loads(compound_ceiling.RESULT.read_text())
    rows = [(name, f"{uar:.3f}") for name, uar in found.items()]
    return (
        "The same rules given the truth: true action units, true valence, and the expressions that "
        "follow from the true action units and their table:\n\n"
        f"{markdown_table(('rule', 'UAR'), rows)}\n\n"
    )


def main() -> None:
    """Measure, and write the page."""
    given = asked(__doc__)
    if not given.page:
        runs = list(dict.fromkeys(run for arm in ARMS.values() for run in arm))
        train_missing(runs, SEEDS, given.databases, given.work, given.processes)
        write_json(compound_ceiling.measure(given.databases), compound_ceiling.RESULT)
        write_json(measure(given.work), RESULTS / "compound.json")
    with writing(RESULTS / "compound.md") as path:
        path.write_text(page(json.loads((RESULTS / "compound.json").read_text())))


assert tuple(ORDER) == COMPOUND_SETS["du"]

if __name__ == "__main__":
    main()
