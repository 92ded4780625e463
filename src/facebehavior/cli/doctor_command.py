"""Check that everything analysis needs is here and works, and name what mends it.

Exit code 0 when all is well, 2 otherwise.
"""

import argparse

NAME = "doctor"
SUMMARY = "check the installation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing."""
    parser.set_defaults()


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes them
    """Try each part in turn and print one line on it."""
    from facebehavior.analysis.checkup import checkup
    from facebehavior.cli.exit_codes import DONE, USER_MISTAKE

    well = True
    for finding in checkup():
        print(f"{'ok ' if finding.well else 'BAD'}  {finding.what}: {finding.found}")
        well = well and finding.well
    return DONE if well else USER_MISTAKE
