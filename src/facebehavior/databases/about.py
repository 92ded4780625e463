"""What is known of a database, as the documentation of its reader says it."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import cleandoc

from facebehavior.databases.options import options_of
from facebehavior.databases.reading import Reader

FACTS = ("Labels", "Size", "Where", "Terms", "Citation", "Metric")
"""What the documentation of every database tells, each in a paragraph or line of its own."""


@dataclass(frozen=True)
class About:
    """The documentation of one database.

    Attributes:
        title: its official name.
        summary: the first sentence about it.
        facts: `FACTS`, as far as they are told.
        text: the whole documentation.
        options: name and default of each option of its reader.
    """

    title: str
    summary: str
    facts: Mapping[str, str]
    text: str
    options: Mapping[str, object]


def about(reader: Reader) -> About:
    """Read the documentation of the module in which a reader stands."""
    text = cleandoc(sys.modules[reader.__module__].__doc__ or "")
    first = text.splitlines()[0] if text else reader.__module__
    title, _, summary = first.partition(": ")
    options = {name: option.default for name, option in options_of(reader).items()}
    return About(title, summary or first, _facts(text), text, options)


def _facts(text: str) -> dict[str, str]:
    """Find the facts: from `Name: ` at the beginning of a line or sentence to the next of them."""
    names = "|".join(FACTS)
    described = text.partition("Layout::")[0].partition("Options:")[0]
    parts = re.split(rf"(?:(?<=^)|(?<=\n)|(?<=\. ))({names}): ", described)
    return {
        name: " ".join(content.split("\n\n")[0].split())
        for name, content in zip(parts[1::2], parts[2::2], strict=True)
    }
