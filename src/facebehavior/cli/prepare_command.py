"""Detect, align and cut out every face of a labelled database once, into shards.

Started again, it goes on where it was stopped. `facebehavior databases list` names the databases.

Examples:
  facebehavior prepare ferplus FOLDER -o shards/ferplus --size 64 --colour grey
  facebehavior prepare disfa FOLDER -o shards/disfa --option threshold=1 --workers 2
"""

import argparse
import sys

NAME = "prepare"
SUMMARY = "cut the faces of a database out into shards, for training and evaluation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("database", help="name of the database, such as ferplus, or table")
    parser.add_argument("root", help="its folder as released; for table, the CSV or Parquet file")
    parser.add_argument("-o", "--output", required=True, help="folder for the shards")
    parser.add_argument(
        "--size", type=int, default=112, help="width of the crops in pixels (%(default)s)"
    )
    parser.add_argument(
        "--colour", choices=("rgb", "grey"), default="rgb", help="of the crops (%(default)s)"
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the database's reader; see: facebehavior databases info (may be repeated)",
    )
    parser.add_argument(
        "--follow",
        action="store_true",
        help="in videos, take the face that overlaps the last frame's, not the largest",
    )
    parser.add_argument("--workers", type=int, default=1, help="processes (%(default)s)")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="refuse the database at the first malformed row or picture, and where rows and frames "
        "differ in number",
    )


def run(arguments: argparse.Namespace) -> int:
    """Prepare a database; tell how many faces were found."""
    from pathlib import Path

    from facebehavior.cli.problems import report_problems
    from facebehavior.databases import ReadingReport, find_pairs, find_reader, prepare
    from facebehavior.databases.lengths import compare_lengths
    from facebehavior.databases.options import parsed_options
    from facebehavior.faces.alignment import CropParameters

    parameters = CropParameters(arguments.size, arguments.colour)
    read = find_reader(arguments.database)
    reading = ReadingReport(strict=arguments.strict)
    options = parsed_options(read, arguments.option)
    manifest = read(Path(arguments.root), reading, **options)
    pairs = find_pairs(arguments.database, Path(arguments.root), reading)
    compare_lengths(manifest, reading)
    for warning in reading.warnings:
        print(f"facebehavior: look at this: {warning}", file=sys.stderr)
    for reason, count in sorted(reading.dropped.items()):
        print(f"dropped {count} rows: {reason}", file=sys.stderr)
    report = prepare(
        manifest,
        arguments.output,
        parameters,
        pairs=pairs,
        follow=arguments.follow,
        workers=arguments.workers,
        strict=arguments.strict,
    )
    if report.alignment.get("fallback"):
        print(f"{arguments.output}/undetected.csv: names the faces not found", file=sys.stderr)
    found = ", ".join(f"{count} {name}" for name, count in sorted(report.alignment.items()))
    asked_for = reading.faces_asked_for(report.rows)
    print(f"{arguments.output}: {report.written} of {asked_for} faces cut out ({found})")
    return report_problems([*reading.problems, *report.problems])
