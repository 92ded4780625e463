"""Say whether two photographs show the same person.

Example: facebehavior compare passport.jpg holiday.jpg

It is a measure of likeness with errors, for research on one's own pictures: nobody may be judged,
admitted or refused by it.
"""

import argparse

NAME = "compare"
SUMMARY = "whether two photographs show the same person"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("first", metavar="A", help="a photograph of one face")
    parser.add_argument("second", metavar="B", help="another")
    parser.add_argument("--model", help="a packaged model's name or a model file")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Compare; print the answer with the threshold and its errors."""
    import json
    from dataclasses import asdict

    from facebehavior.analysis import Analyzer, Matcher
    from facebehavior.cli.match_errors import errors_of

    with Analyzer(arguments.model) as analyzer:
        found = Matcher(analyzer).compare(arguments.first, arguments.second)
    if arguments.json:
        print(json.dumps({"same": found.same, **asdict(found)}))
        return 0
    if found.threshold is None:
        print(f"similarity {found.similarity:.3f}; the model file names no threshold")
        return 0
    answer = "the same person" if found.same else "two people"
    print(
        f"{answer}: similarity {found.similarity:.3f}, threshold {found.threshold.threshold:.3f} "
        f"({errors_of(found.threshold)})"
    )
    return 0
