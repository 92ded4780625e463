"""Turn a table of faces into another format, or into another program's table and back.

Whose a table is, its columns say; what is written, the name of the output:
  .parquet .csv .jsonl      our record
  .openface.csv             OpenFace 2
  .feat.csv                 py-feat
  .libreface.csv            LibreFace
What one side does not estimate is empty.

Examples:
  facebehavior convert faces.parquet -o faces.openface.csv
  facebehavior convert theirs.csv -o ours.parquet
"""

import argparse

NAME = "convert"
SUMMARY = "tables of OpenFace 2, py-feat and LibreFace, and back"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("source", metavar="FILE", help="ours, or another program's CSV")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="see above")


def run(arguments: argparse.Namespace) -> int:
    """Convert; print how many rows there are."""
    from facebehavior.files import check_not_read
    from facebehavior.records import convert

    check_not_read(arguments.output, [arguments.source])
    rows = convert(arguments.source, arguments.output)
    print(f"{arguments.output}: {rows} rows")
    return 0
