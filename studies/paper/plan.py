"""The plan of the table: its variants and tests, and the networks that they take."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from facebehavior.databases import Shards
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import PROTOCOLS
from facebehavior.labels import ACTION_UNIT_COLUMNS, AFFECT, ATTRIBUTE_COLUMNS
from facebehavior.settings import read_yaml

Source = Mapping[str, Any]
"""One source of pictures in a training configuration."""

RECIPES = Path(__file__).parents[2] / "recipes" / "paper"
BEHAVIOUR = ("expression", "action_units", "affect")
IDENTIFICATION = "identification"
"""A test that is no protocol: it asks the head of identity, which no model file holds."""

_COLUMNS: Mapping[str, Sequence[str]] = {
    "expression": ("expression", "expression_votes"),
    "action_units": ACTION_UNIT_COLUMNS,
    "affect": AFFECT,
    "identity": ("identity",),
    "attributes": ATTRIBUTE_COLUMNS,
}


@dataclass(frozen=True)
class Plan:
    """What the table is made of.

    Attributes:
        recipe: a training configuration that is not yet checked.
        variants: changes to it, by name; `tasks` are the heads.
        tests: the protocols by which each database is tested.
    """

    recipe: Mapping[str, Any]
    variants: Mapping[str, Mapping[str, Any]]
    tests: Mapping[str, Sequence[str]]

    def some(self, names: Sequence[str]) -> "Plan":
        """Give the plan with some variants alone.

        Raises:
            FaceBehaviorError: there is none of that name.
        """
        for name in names:
            if name not in self.variants:
                known = ", ".join(self.variants)
                raise FaceBehaviorError(f"unknown variant {name!r}; known: {known}")
        return replace(self, variants={name: self.variants[name] for name in names})


@dataclass(frozen=True)
class Network:
    """One network of a variant.

    Attributes:
        variant: its name.
        recipe: its training configuration, not yet checked.
        fold: the fold whose people are left out of its training, from 0; None where it is the
            variant's only network.
        tested_folds: the databases whose people are left out so, and whether anybody here is of
            that fold.
    """

    variant: str
    recipe: Mapping[str, Any]
    fold: int | None = None
    tested_folds: Mapping[str, bool] = field(default_factory=dict)

    def sees(self, database: str, protocol: str) -> bool:
        """Tell whether it was trained on people by whom a protocol tests it."""
        return database in trained_whole(self.recipe) and not (
            database in self.tested_folds and has_folds(protocol)
        )

    @property
    def fold_name(self) -> str:
        """What the fold is called among the results."""
        return f"fold_{self.fold}"

    @property
    def title(self) -> str:
        """What the network is called in the log."""
        return self.variant if self.fold is None else f"{self.variant}, {self.fold_name}"


def read_plan(path: Path) -> Plan:
    """Read a plan and the recipe beside it.

    Raises:
        FaceBehaviorError: a file is missing or no YAML, or the plan has other keys.
    """
    content = read_yaml(path)
    if set(content) != {"recipe", "variants", "tests"}:
        raise FaceBehaviorError(
            f"{path}: expected the keys recipe, variants and tests, found {', '.join(content)}"
        )
    recipe = read_yaml(path.parent / str(content["recipe"]))
    return Plan(recipe, content["variants"], content["tests"])


def available(plan: Plan, shards: Path, leave_out: str | None = None) -> Plan:
    """Give the plan with those sources of its recipe that are there.

    Raises:
        FaceBehaviorError: none is, or the recipe does not train on what is to be left out.
    """
    trained_on = sorted({_database(source) for source in sources(plan.recipe)})
    if leave_out is not None and leave_out not in trained_on:
        raise FaceBehaviorError(
            f"expected a database that is trained on, to leave it out, one of "
            f"{', '.join(trained_on)}, found {leave_out!r}"
        )
    recipe = _with_sources(
        plan.recipe,
        lambda source: (
            source if (d := _database(source)) != leave_out and (shards / d).is_dir() else None
        ),
    )
    if not recipe["label_sets"]:
        raise FaceBehaviorError(f"{shards}: expected folders of prepared databases, found none")
    return replace(plan, recipe=recipe)


def trained_whole(recipe: Mapping[str, Any]) -> set[str]:
    """Name the databases all of whose people may be trained on: those taken without a split."""
    return {_database(source) for source in sources(recipe) if source.get("split") is None}


def sources(recipe: Mapping[str, Any]) -> list[Source]:
    """List the sources of all label sets."""
    return [source for label_set in recipe["label_sets"] for source in label_set["sources"]]


def networks(plan: Plan, name: str, shards: Path, *, folds: bool) -> list[Network]:
    """Give the networks of a variant: one, or one a fold of the people that it would train on.

    Returns:
        None of them where no picture that is there teaches the variant's tasks.

    Raises:
        FaceBehaviorError: shards are damaged.
    """
    recipe = _of_variant(plan, name, shards)
    people = _folds(recipe, plan.tests, shards) if folds else {}
    numbers = sorted({fold for found in people.values() for fold in found.values()})
    found = [_without_fold(name, recipe, fold, people) for fold in numbers]
    return [one for one in found or [Network(name, recipe)] if one.recipe["label_sets"]]


def has_folds(protocol: str) -> bool:
    """Tell whether a protocol tests people by folds."""
    return protocol != IDENTIFICATION and PROTOCOLS[protocol].folds is not None


def _of_variant(plan: Plan, name: str, shards: Path) -> dict[str, Any]:
    """Put a variant's changes on the recipe, and take the sources that teach its tasks."""
    changes = plan.variants[name]
    network = dict(plan.recipe.get("network", {}))
    recipe = {**plan.recipe, "name": name, **{k: v for k, v in changes.items() if k != "tasks"}}
    if "tasks" not in changes:
        return {**recipe, "network": {"heads": list(BEHAVIOUR), **network}}
    recipe["network"] = {**network, "heads": list(changes["tasks"])}

    def teaching(source: Source) -> Source | None:
        tasks = [one for one in changes["tasks"] if one in source.get("tasks", _COLUMNS)]
        return {**source, "tasks": tasks} if _labelled(source, tasks, shards) else None

    return _with_sources(recipe, teaching)


def _labelled(source: Source, tasks: Sequence[str], shards: Path) -> bool:
    """Tell whether any of a source's rows has a label of some tasks."""
    manifest = Shards(shards / _database(source)).manifest
    if source.get("split") is not None:
        manifest = manifest.split(source["split"])
    columns = [manifest.column(name) for task in tasks for name in _COLUMNS[task]]
    return any(column.null_count < len(column) for column in columns)


def _folds(
    recipe: Mapping[str, Any], tests: Mapping[str, Sequence[str]], shards: Path
) -> dict[str, Mapping[str, int]]:
    """Give the fold of each person of the databases that are trained on whole."""
    found = {}
    for database in sorted(trained_whole(recipe)):
        for protocol in tests.get(database, ()):
            folds = PROTOCOLS[protocol].folds if has_folds(protocol) else None
            if folds is not None:
                subjects = Shards(shards / database).manifest.column("subject").to_pylist()
                found[database] = folds(sorted({one for one in subjects if one is not None}))
    return found


def _without_fold(
    name: str, recipe: Mapping[str, Any], fold: int, people: Mapping[str, Mapping[str, int]]
) -> Network:
    def others(source: Source) -> Source | None:
        folds = people.get(_database(source), {})
        theirs = sorted(person for person, number in folds.items() if number == fold)
        if theirs and len(theirs) == len(folds):
            return None
        return {**source, "without_subjects": theirs} if theirs else source

    tested = {database: fold in folds.values() for database, folds in people.items()}
    return Network(name, _with_sources(recipe, others), fold, tested)


def _with_sources(
    recipe: Mapping[str, Any], change: Callable[[Source], Source | None]
) -> dict[str, Any]:
    """Give a recipe with every source changed, or left out where the change is None."""
    changed = [
        {**label_set, "sources": [new for old in label_set["sources"] if (new := change(old))]}
        for label_set in recipe["label_sets"]
    ]
    return {**recipe, "label_sets": [one for one in changed if one["sources"]]}


def _database(source: Source) -> str:
    return Path(source["shards"]).name
