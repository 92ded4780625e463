"""Detect, align and cut out every face of a labelled database once, into shards.

Example: facebehavior prepare ferplus FOLDER -o shards/ferplus --size 64 --colour grey
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
    parser.add_argument("--workers", type=int, default=1, help="processes (%(default)s)")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="refuse the database at the first malformed row or picture",
    )


def run(arguments: argparse.Namespace) -> int:
    """Prepare a database; tell how many faces were found."""
    from pathlib import Path

    from facebehavior.cli.problems import report_problems
    from facebehavior.databases import ReadingReport, find_reader, prepare
    from facebehavior.faces.alignment import CropParameters

    parameters = CropParameters(arguments.size, arguments.colour)
    read = find_reader(arguments.database)
    reading = ReadingReport(strict=arguments.strict)
    manifest = read(Path(arguments.root), reading)
    for reason, count in sorted(reading.dropped.items()):
        print(f"dropped {count} rows: {reason}", file=sys.stderr)
    report = prepare(
        manifest,
        arguments.output,
        parameters,
        workers=arguments.workers,
        strict=arguments.strict,
    )
    found = ", ".join(f"{count} {name}" for name, count in sorted(report.alignment.items()))
    print(f"{arguments.output}: {report.written} of {reading.rows} faces cut out ({found})")
    return report_problems([*reading.problems, *report.problems])
