"""Rank the faces of a folder by their likeness to one face.

Example: facebehavior find me.jpg album/ -o found.csv
"""

import argparse

NAME = "find"
SUMMARY = "the faces of a folder, the most similar to a face first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("query", metavar="QUERY", help="a photograph of one face")
    parser.add_argument("inputs", nargs="+", metavar="FOLDER", help="folders and photographs")
    parser.add_argument("--model", help="a packaged model's name or a model file")
    parser.add_argument("-o", "--output", metavar="FILE.csv", help="all faces (prints the first)")
    parser.add_argument("--most", type=int, default=10, help="faces to print (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Rank; print the first faces, or write all."""
    import csv
    from pathlib import Path

    from facebehavior.analysis import Analyzer, Matcher
    from facebehavior.cli.problems import report_problems
    from facebehavior.errors import FaceBehaviorError
    from facebehavior.files import writing

    if arguments.most < 1:
        raise FaceBehaviorError(f"--most should be 1 or more, found {arguments.most}")
    with Analyzer(arguments.model) as analyzer:
        matches, problems = Matcher(analyzer).find(arguments.query, arguments.inputs)
    if not matches:
        raise FaceBehaviorError(
            f"found no face in {', '.join(arguments.inputs)}"
            + (f"; the first problem: {problems[0]}" if problems else "")
        )
    columns = ("source", "face", "similarity", "same")
    rows = [
        (one.source, one.face, f"{one.comparison.similarity:.4f}", one.comparison.same)
        for one in matches
    ]
    if arguments.output:
        with (
            writing(Path(arguments.output)) as unfinished,
            unfinished.open("w", newline="", encoding="utf-8") as file,
        ):
            lines = csv.writer(file)
            lines.writerow(columns)
            lines.writerows(("" if value is None else value for value in row) for row in rows)
    else:
        for source, face, similarity, same in rows[: arguments.most]:
            said = {True: "same", False: "other", None: ""}[same]
            print(f"{similarity}  {said:5}  {source}" + (f" (face {face})" if face else ""))
    return report_problems(problems)
