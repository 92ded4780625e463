"""The options of readers, given as words such as ``threshold=1``."""

import inspect
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from facebehavior.databases.codes import number
from facebehavior.databases.reading import Reader
from facebehavior.errors import FaceBehaviorError

_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


def options_of(reader: Reader) -> Mapping[str, inspect.Parameter]:
    """Give the options of a reader: its keyword arguments, by name."""
    parameters = inspect.signature(reader).parameters.values()
    return {one.name: one for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY}


def parsed_options(reader: Reader, words: Sequence[str]) -> dict[str, object]:
    """Turn words into the keyword arguments of a reader.

    Args:
        reader: whose options are meant.
        words: each `name=value`.

    Raises:
        FaceBehaviorError: a word has another form, names no option, or its value is of another
            type than the option's default, or no finite number.
    """
    known = options_of(reader)
    parsed: dict[str, object] = {}
    for word in words:
        name, sign, text = word.partition("=")
        if not sign:
            raise FaceBehaviorError(f"expected an option as name=value, found {word!r}")
        if name not in known:
            raise FaceBehaviorError(_unknown(name, list(known)))
        parsed[name] = _value(word, text, known[name].default)
    return parsed


def _value(word: str, text: str, default: object) -> object:
    if isinstance(default, bool):
        if text.lower() not in (*_TRUE, *_FALSE):
            raise FaceBehaviorError(f"{word}: expected true or false, found {text!r}")
        return text.lower() in _TRUE
    try:
        if isinstance(default, int):
            return int(text)
        return number(text) if isinstance(default, float) else text
    except ValueError as error:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise FaceBehaviorError(f"{word}: expected {kind}, found {text!r}") from error


def _unknown(name: str, known: list[str]) -> str:
    if not known:
        return f"this database has no options, found {name!r}"
    nearest = get_close_matches(name, known, n=1, cutoff=0.0)[0]
    return f"unknown option {name!r}; did you mean {nearest!r}? known: {', '.join(known)}"
