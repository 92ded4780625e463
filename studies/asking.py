"""The words that a study's command takes."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def asked(description: str, folders: Sequence[str] = ("databases",)) -> argparse.Namespace:
    """Read the words of a study that trains networks, or only writes its page again.

    Args:
        description: of the study; its first line is shown.
        folders: names of what it reads, each of them given, unless only the page is written.

    Returns:
        The folders by their names, `work`, `processes` and `page`.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    for name in folders:
        parser.add_argument(name, type=Path, nargs="?", metavar=name.upper())
    parser.add_argument("--work", type=Path, help="for crops and networks, unless --page is given")
    parser.add_argument("--processes", type=int, default=2, help="side by side (%(default)s)")
    parser.add_argument("--page", action="store_true", help="only the page")
    given = parser.parse_args()
    if not given.page and None in [given.work, *(getattr(given, name) for name in folders)]:
        parser.error(f"expected {' '.join(map(str.upper, folders))} and --work WORK, or --page")
    return given
