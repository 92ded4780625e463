"""Rank the faces of a folder by their likeness to one face.

Example: facebehavior find me.jpg album/ -o found.csv
"""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facebehavior.model_file import MatchThreshold

NAME = "find"
SUMMARY = "the faces of a folder, the most similar to a face first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("query", metavar="QUERY", help="a photograph of one face")
    parser.add_argument("inputs", nargs="+", metavar="FOLDER", help="folders, photographs, videos")
    parser.add_argument("--model", help="a packaged model's name or a model file")
    parser.add_argument("-o", "--output", metavar="FILE.csv", help="write all faces, not the first")
    parser.add_argument("--most", type=int, default=10, help="faces to print (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Rank; print the first faces, or write all."""
    import csv
    from pathlib import Path

    from facebehavior.analysis import Analyzer, Matcher
    from facebehavior.cli.problems import report_problems
    from facebehavior.errors import FaceBehaviorError
    from facebehavior.files import check_output, writing

    if arguments.most < 1:
        raise FaceBehaviorError(f"--most should be 1 or more, found {arguments.most}")
    if arguments.output:
        check_output(arguments.output, [".csv"], [arguments.query, *arguments.inputs])
    with Analyzer(arguments.model) as analyzer:
        matches, problems = Matcher(analyzer).find(arguments.query, arguments.inputs)
    if not matches:
        raise FaceBehaviorError(
            f"found no face in {', '.join(arguments.inputs)}"
            + (f"; the first problem: {problems[0]}" if problems else "")
        )
    columns = ("rank", "similarity", "same", "source", "frame", "face")
    rows = [
        (
            rank,
            f"{one.comparison.similarity:.4f}",
            one.comparison.same,
            one.source,
            one.frame,
            one.face,
        )
        for rank, one in enumerate(matches, start=1)
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
        print("rank  similarity  same  file")
        for rank, similarity, same, source, frame, face in rows[: arguments.most]:
            said = {True: "yes", False: "no", None: ""}[same]
            further = [("frame", frame), ("face", face)]
            place = ", ".join(f"{name} {number}" for name, number in further if number)
            where = f"{source} ({place})" if place else source
            print(f"{rank:4}  {similarity:>10}  {said:4}  {where}")
    admitted = sum(one.comparison.same is True for one in matches)
    print(
        f"faces: {len(matches)}; {_above(admitted, matches[0].comparison.threshold)}",
        file=sys.stderr,
    )
    return report_problems(problems)


def _above(same: int, threshold: "MatchThreshold | None") -> str:
    """Say how many faces are taken for the same person's, and how often that is wrong."""
    from facebehavior.cli.match_errors import errors_of

    if threshold is None:
        return "the model file names no threshold"
    return f"{same} above the threshold {threshold.threshold:.3f} ({errors_of(threshold)})"
