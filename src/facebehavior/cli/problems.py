"""How commands tell of the inputs that they had to leave out."""

import sys
from collections.abc import Sequence

from facebehavior.cli.exit_codes import DONE, SOME_SKIPPED
from facebehavior.errors import BadInput

SHOWN = 20


def report_problems(problems: Sequence[BadInput]) -> int:
    """Name the first bad inputs on standard error and count them all.

    Returns:
        The exit code that says whether there were any.
    """
    for problem in problems[:SHOWN]:
        print(f"facebehavior: skipped {problem}", file=sys.stderr)
    if len(problems) > SHOWN:
        print(f"facebehavior: and {len(problems) - SHOWN} more", file=sys.stderr)
    if problems:
        counted = "1 bad input was" if len(problems) == 1 else f"{len(problems)} bad inputs were"
        print(f"facebehavior: {counted} skipped", file=sys.stderr)
    return SOME_SKIPPED if problems else DONE
