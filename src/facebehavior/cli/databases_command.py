"""List the databases that can be read, tell all about one, or check one on disk.

Examples:
  facebehavior databases list
  facebehavior databases info disfa
  facebehavior databases check disfa FOLDER
  facebehavior databases check disfa FOLDER --option threshold=1
"""

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facebehavior.databases.checking import DatabaseCheck

NAME = "databases"
SUMMARY = "list, describe and check databases"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="list|info|check", required=True)
    actions.add_parser("list", help="the databases that can be read")
    info = actions.add_parser("info", help="labels, terms, layout and options of one")
    info.add_argument("database", help="its name")
    check = actions.add_parser("check", help="what is in a folder, and what looks wrong with it")
    check.add_argument("database", help="its name")
    check.add_argument("root", help="its folder as released")
    check.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the reader; see info (may be repeated)",
    )
    check.add_argument(
        "--strict",
        action="store_true",
        help="stop at the first malformed row, and where rows and frames differ in number",
    )
    check.add_argument("--json", action="store_true", help="print the result as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for."""
    return {"list": _list, "info": _info, "check": _check}[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every action takes them
    from facebehavior.databases import READERS
    from facebehavior.databases.about import about

    for name, reader in READERS.items():
        found = about(reader)
        print(f"{name:16} {found.title}: {found.facts.get('Labels', found.summary)}")
    return 0


def _info(arguments: argparse.Namespace) -> int:
    from facebehavior.databases import find_reader
    from facebehavior.databases.about import about

    print(about(find_reader(arguments.database)).text)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    import json
    from dataclasses import asdict
    from pathlib import Path

    from facebehavior.cli.problems import report_problems
    from facebehavior.databases import ReadingReport, find_pairs, find_reader
    from facebehavior.databases.checking import check
    from facebehavior.databases.options import parsed_options

    read = find_reader(arguments.database)
    report = ReadingReport(strict=arguments.strict)
    options = parsed_options(read, arguments.option)
    manifest = read(Path(arguments.root), report, **options)
    pairs = find_pairs(arguments.database, Path(arguments.root), report)
    found = check(manifest, report)
    if arguments.json:
        content = asdict(found) | {
            "rows_read": report.rows,
            "pairs": len(pairs),
            "dropped": dict(report.dropped),
            "problems": [str(problem) for problem in report.problems],
        }
        content["splits"] = {str(name): count for name, count in found.splits.items()}
        print(json.dumps(content, indent=2, sort_keys=True))
    else:
        print(f"{report.rows} label rows read, {found.rows} can be used")
        for reason, count in sorted(report.dropped.items()):
            print(f"dropped {count}: {reason}")
        _print(found)
        if pairs:
            same = sum(pair.same for pair in pairs)
            print(f"pairs: {len(pairs)} for verification, {same} of one person")
    for suspicion in found.suspicions:
        print(f"facebehavior: look at this: {suspicion}", file=sys.stderr)
    return report_problems(report.problems)


def _print(found: "DatabaseCheck") -> None:
    splits = {"no split" if name is None else name: count for name, count in found.splits.items()}
    _line("splits", splits)
    _line("units", found.units)
    _line("labelled rows", found.labels)
    for kind, values in found.balance.items():
        _line(kind, values)


def _line(title: str, values: Mapping[str, float]) -> None:
    if values:
        cells = (
            f"{name} {value:.3f}" if isinstance(value, float) and value % 1 else f"{name} {value:g}"
            for name, value in values.items()
        )
        print(f"{title}: {', '.join(cells)}")
