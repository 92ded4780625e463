"""Settings read from YAML: checked when read, every mistake told in one line."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from facebehavior.errors import FaceBehaviorError
from facebehavior.yaml_text import parsed_yaml

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(gt=0)]
Seed = Annotated[int, Field(ge=0)]


def readable_name(name: str) -> str:
    """Give a name as it is.

    Raises:
        ValueError: there is nothing in it that can be read.
    """
    if not name.strip() or not name.isprintable():
        raise ValueError(f"expected a name of printable characters, found {name!r}")
    return name


ReadableName = Annotated[str, AfterValidator(readable_name)]


class Section(BaseModel):
    """A part of some settings: immutable, and no key is accepted that it does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Settings = TypeVar("Settings", bound=Section)


def read_yaml(path: Path, above: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Read a YAML file of keys and values.

    Args:
        path: the file. Its key `based_on` may name another beside it, whose keys hold where this
            one has none.
        above: the files that are based on this one.

    Raises:
        FaceBehaviorError: a file is missing, no YAML, holds something else or a key twice, or is
            based on itself.
    """
    if path.resolve() in above:
        raise FaceBehaviorError(f"{path}: based_on leads back to the file itself; name another")
    content = _read_keys(path)
    base = content.pop("based_on", None)
    if base is None:
        return content
    return merged(read_yaml(path.parent / str(base), (*above, path.resolve())), content)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Put nested keys and values on top of others; lists and null replace what they stand on."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        result[key] = merged(below, value) if both else value  # type: ignore[arg-type]
    return result


def _read_keys(path: Path) -> dict[str, Any]:
    try:
        content = parsed_yaml(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise FaceBehaviorError(f"{path}: expected a YAML configuration ({error})") from error
    except ValueError as error:
        raise FaceBehaviorError(f"{path}: expected YAML, found: {error}") from error
    if not isinstance(content, dict):
        raise FaceBehaviorError(f"{path}: expected keys and values, found {type(content).__name__}")
    return content


def checked(kind: type[Settings], content: Mapping[str, Any], where: str) -> Settings:
    """Check the content of some settings; `where` names it in errors.

    Raises:
        FaceBehaviorError: a key is unknown or missing, or a value is not allowed.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise FaceBehaviorError(f"{where}: {_explained(kind, error)}") from error


def _explained(kind: type[BaseModel], error: ValidationError) -> str:
    """Tell the first mistake in one line; an unknown key with the nearest known one."""
    # An unknown key explains the missing one beside it, so it comes first.
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = list(_section(kind, first["loc"][:-1]).model_fields)
        nearest = get_close_matches(str(first["loc"][-1]), known, n=1, cutoff=0.0)
        return f"unknown key {place!r}; did you mean {nearest[0]!r}? known: {', '.join(known)}"
    if first["type"] == "missing":
        return f"the key {place!r} is missing"
    if first["type"] == "value_error":
        return f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}"
    return f"{place}: {first['msg']}, found {first['input']!r}"


def _section(kind: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel]:
    """Follow keys from some settings to the section they lead to."""
    for part in location:
        if isinstance(part, str) and part in kind.model_fields:
            kind = next(_sections_in(kind.model_fields[part].annotation), kind)
    return kind


def _sections_in(annotation: Any) -> Any:  # noqa: ANN401 - annotations have no common type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _sections_in(inner)
