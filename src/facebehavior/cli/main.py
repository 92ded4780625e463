"""The command `facebehavior`: finds the subcommand, and turns errors into one line and a code."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from facebehavior.cli import (
    analyze_command,
    compare_command,
    convert_command,
    databases_command,
    doctor_command,
    evaluate_command,
    export_command,
    find_command,
    live_command,
    models_command,
    prepare_command,
    relatedness_command,
    synthesize_command,
    train_command,
)
from facebehavior.cli.exit_codes import DONE, FAILED, INTERRUPTED, USER_MISTAKE
from facebehavior.errors import FaceBehaviorError

COMMANDS = (
    analyze_command,
    live_command,
    synthesize_command,
    databases_command,
    prepare_command,
    relatedness_command,
    train_command,
    evaluate_command,
    export_command,
    compare_command,
    find_command,
    convert_command,
    models_command,
    doctor_command,
)

DEBUG = "FACEBEHAVIOR_DEBUG"
"""With this environment variable set, an unexpected error shows its traceback."""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        words: the command line without the program's name; that of the process where None.

    Returns:
        The exit code: 0 done, 1 failed, 2 a user's mistake, 3 some inputs were bad and skipped.
    """
    logging.basicConfig(level=logging.WARNING, format="facebehavior: %(message)s")
    arguments = _parsed(words)
    try:
        return int(arguments.run(arguments))
    except FaceBehaviorError as error:
        return _answer(str(error), USER_MISTAKE)
    except KeyboardInterrupt:
        return _answer("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader of the output has gone; pointing the stream elsewhere keeps exit silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        reason = " ".join(str(error).split()) or "no reason given"
        return _answer(
            f"unexpected {type(error).__name__}: {reason} (set {DEBUG}=1 for the details)", FAILED
        )


def _answer(text: str, code: int) -> int:
    print(f"facebehavior: {' '.join(text.split())}", file=sys.stderr)
    return code


def _parsed(words: Sequence[str] | None) -> argparse.Namespace:
    """Parse the words; what stands behind an option belongs to the inputs before it too.

    argparse gives a positional argument of any length only the words up to the next option.
    """
    parser = _parser()
    arguments, further = parser.parse_known_args(words)
    listed = getattr(arguments, "listed", None)
    if further and (listed is None or any(word.startswith("-") for word in further)):
        parser.error(f"unrecognized arguments: {' '.join(further)}")
    if listed is not None:
        setattr(arguments, listed, [*getattr(arguments, listed), *further])
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="facebehavior",
        description="Facial expressions, action units, valence and arousal, in one network.",
        epilog="facebehavior COMMAND --help tells more of each.",
        formatter_class=_CommandHelp,
    )
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMANDS:
        command = commands.add_parser(
            module.NAME,
            help=module.SUMMARY,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


class _CommandHelp(argparse.HelpFormatter):
    """Leaves room for the longest name, which argparse counts without all of its indent."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        self._action_max_length = max(len(module.NAME) for module in COMMANDS) + 4


class _Version(argparse.Action):
    """Looks the version up only when it is asked for: that takes longer than all the rest."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and stop")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import facebehavior

        print(f"facebehavior {facebehavior.__version__}")
        parser.exit()
