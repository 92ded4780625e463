"""The paper's table: every variant trained, and tested on every database by its own protocol.

    python -m studies.paper SHARDS -o RESULTS
    python -m studies.paper SHARDS -o RESULTS --variants uncoupled both --leave-out disfa

SHARDS holds one folder of prepared pictures a database, by its name. Databases that are not there
are neither trained on nor tested, and the table says so. Runs, models and one JSON a test are kept
in RESULTS; started again, it goes on. `--leave-out` trains without a database and tests on it too:
how a network does on what it has never seen; these results are kept apart, in
RESULTS/without_DATABASE. A figure with a star is of people that were trained on, since their
database has no split. The empirical table is estimated from the pictures of all training sets that
have both expression and action units.
"""

import argparse
import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from facebehavior.databases import Shards
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import evaluate, find_protocol
from facebehavior.evaluation.report import json_report
from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.labels import Manifest, join
from facebehavior.model_file import FaceModel
from facebehavior.relatedness import expression_relatedness, save_relatedness
from facebehavior.settings import read_yaml
from facebehavior.training import export_run, run_training
from facebehavior.training.configuration import checked_configuration, override

RECIPES = Path(__file__).parents[1] / "recipes" / "paper"
_HEADS = ("expression", "action_units", "affect")


def main(words: Sequence[str] | None = None) -> None:
    """Train, test and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--variants", nargs="*", help="some of variants.yaml (all)")
    parser.add_argument("--leave-out", metavar="DATABASE", help="train without it")
    parser.add_argument("--set", nargs="*", default=[], metavar="key=value", help="in every run")
    parser.add_argument("--recipe", type=Path, default=RECIPES / "case_one.yaml")
    parser.add_argument("--plan", type=Path, default=RECIPES / "variants.yaml")
    arguments = parser.parse_args(words)
    plan = read_yaml(arguments.plan)
    os.environ["SHARDS"] = str(arguments.shards)
    recipe = available(read_yaml(arguments.recipe), arguments.shards, arguments.leave_out)
    chosen = arguments.variants or list(plan["variants"])
    unknown = [name for name in chosen if name not in plan["variants"]]
    if unknown:
        raise SystemExit(f"unknown variant {unknown[0]!r}; known: {', '.join(plan['variants'])}")
    output = arguments.output
    if arguments.leave_out:
        output = output / f"without_{arguments.leave_out}"
    output.mkdir(parents=True, exist_ok=True)
    estimate(recipe, arguments.shards, output / "empirical.json")
    results = {}
    for name in chosen:
        model = trained(name, plan["variants"][name], recipe, arguments.set, output)
        results[name] = tested(name, model, plan["tests"], arguments.shards, output)
    with writing(output / "table.md") as path:
        path.write_text(table(results, plan["tests"], arguments.shards, trained_whole(recipe)))
    print(f"{output / 'table.md'}: {len(results)} variants")


def available(recipe: Mapping[str, Any], shards: Path, leave_out: str | None) -> dict[str, Any]:
    """Give the recipe with the sources that are there.

    Raises:
        SystemExit: none is.
    """
    sets = []
    for label_set in recipe["label_sets"]:
        sources = [
            source
            for source in label_set["sources"]
            if (name := Path(source["shards"]).name) != leave_out and (shards / name).is_dir()
        ]
        if sources:
            sets.append({**label_set, "sources": sources})
    if not sets:
        raise SystemExit(f"{shards}: expected folders of prepared databases, found none of them")
    return {**recipe, "label_sets": sets}


def trained_whole(recipe: Mapping[str, Any]) -> set[str]:
    """Name the databases all of whose people may be trained on: those taken without a split."""
    sources = [source for label_set in recipe["label_sets"] for source in label_set["sources"]]
    return {Path(one["shards"]).name for one in sources if one.get("split") is None}


def estimate(recipe: Mapping[str, Any], shards: Path, path: Path) -> None:
    """Estimate p(action unit | expression) on the training sets, where any picture has both."""
    os.environ["EMPIRICAL"] = str(path)
    if path.is_file():
        return
    parts = []
    for label_set in recipe["label_sets"]:
        for source in label_set["sources"]:
            manifest = Shards(shards / Path(source["shards"]).name).manifest
            table = manifest.table
            if source.get("split") is not None:
                keep = [one == source["split"] for one in manifest.column("split").to_pylist()]
                table = table.filter(keep)
            parts.append(Manifest(table.drop_columns(["image"]).append_column(
                "image", [[""] * len(table)])))  # fmt: skip
    try:
        save_relatedness(expression_relatedness(join(parts)), path)
    except FaceBehaviorError as error:
        print(f"no empirical table: {error}")


def trained(
    name: str,
    variant: Mapping[str, Any],
    recipe: Mapping[str, Any],
    changes: Sequence[str],
    output: Path,
) -> Path | None:
    """Train a variant and export it, or find that it was done; None where it cannot be."""
    model = output / f"{name}.onnx"
    if model.is_file():
        return model
    content = {**recipe, "name": name, **{k: v for k, v in variant.items() if k != "tasks"}}
    content["network"] = {**recipe.get("network", {}), "heads": variant.get("tasks", _HEADS)}
    coupling = variant.get("coupling", {})
    if "EMPIRICAL" in str(coupling.get("table")) and not (output / "empirical.json").is_file():
        print(f"{name}: left out, no picture has both expression and action units")
        return None
    content = yaml.safe_load(yaml.safe_dump(content))
    for change in changes:
        override(content, change)
    try:
        run_training(checked_configuration(content, name), output / "runs" / name)
    except FaceBehaviorError as error:
        print(f"{name}: left out, {error}")
        return None
    export_run(output / "runs" / name, model)
    return model


def tested(
    name: str,
    model: Path | None,
    tests: Mapping[str, Sequence[str]],
    shards: Path,
    output: Path,
) -> dict[str, float | None]:
    """Test a model by every protocol whose database is there; None where it has no such head."""
    found: dict[str, float | None] = {}
    for database, protocols in tests.items():
        if model is None or not (shards / database).is_dir():
            continue
        for protocol in protocols:
            path = output / "tests" / name / f"{protocol}.json"
            if not path.is_file():
                _test(model, shards / database, protocol, path)
            found[protocol] = json.loads(path.read_text())["value"]
    return found


def _test(model: Path, shards: Path, protocol: str, path: Path) -> None:
    try:
        evaluation = evaluate(
            FaceModel(model, runtime="onnxruntime", threads=2),
            Shards(shards),
            find_protocol(protocol),
        )
    except FaceBehaviorError as error:
        content: dict[str, Any] = {"value": None, "reason": str(error)}
    else:
        (main, *_) = evaluation.main_figures().values()
        value = None if main.value != main.value else main.value
        content = {"value": value, "report": json.loads(json_report(evaluation))}
    with writing(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=1) + "\n")


def table(
    results: Mapping[str, Mapping[str, float | None]],
    tests: Mapping[str, Sequence[str]],
    shards: Path,
    seen: Collection[str] = (),
) -> str:
    """Write variants down, protocols across; a star marks databases whose people were `seen`."""
    there = {name: protocols for name, protocols in tests.items() if (shards / name).is_dir()}
    columns = [protocol for protocols in there.values() for protocol in protocols]
    starred = {one: "*" for name in there if name in seen for one in there[name]}
    rows = []
    for name, values in results.items():
        rows.append((name, *(_cell(values.get(one), starred.get(one, "")) for one in columns)))
    missing = [name for name in tests if name not in there]
    note = f"\n\nNot there, and so not tested: {', '.join(missing)}." if missing else ""
    if starred:
        note += (
            "\n\n\\* The database has no split, so that people of it were trained on: the figure "
            "says nothing about new people. `--leave-out` does."
        )
    return f"# Variants and databases\n\n{markdown_table(('variant', *columns), rows)}{note}\n"


def _cell(value: float | None, mark: str) -> str:
    return "-" if value is None else f"{value:.3f}{mark}"


if __name__ == "__main__":
    main()
