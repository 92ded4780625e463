"""Tables of relatedness in files: as the project saves them, and as people write them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.relatedness.table import Relatedness
from facebehavior.yaml_text import parsed_yaml

SAVED_KEYS = ("from", "to", "values", "source", "counts", "low", "high", "rules")
WRITTEN_KEYS = ("source", "table")
_ARRAYS = ("values", "counts", "low", "high")


def save_relatedness(table: Relatedness, path: str | Path) -> None:
    """Write a table as JSON, with its counts, intervals and thresholds.

    Raises:
        FaceBehaviorError: the file cannot be written.
    """
    content: dict[str, Any] = {
        "from": list(table.from_labels),
        "to": list(table.to_labels),
        "source": table.source,
        "rules": dict(table.rules),
    }
    content |= {name: _rows(getattr(table, name)) for name in _ARRAYS}
    with writing(path) as unfinished:
        unfinished.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")


def read_relatedness(path: str | Path) -> Relatedness:
    """Read a table that `save_relatedness` wrote, or that a person did.

    A person writes, in JSON or YAML, only what is related::

        source: our laboratory
        table:
          happiness: {au06: 0.6, au12: 1, au25: 1}
          neutral: {}

    Raises:
        FaceBehaviorError: the file is missing, is no table, or has a value outside [0, 1].
    """
    content = _parsed(Path(path))
    if not isinstance(content, dict):
        raise FaceBehaviorError(f"{path}: expected a table of relatedness, found no keys")
    try:
        if "table" in content:
            return _written(content, str(path))
        return _saved(content, str(path))
    except FaceBehaviorError as error:
        raise FaceBehaviorError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from error


def _parsed(path: Path) -> object:
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise FaceBehaviorError(
            f"{path}: expected a table of relatedness in JSON or YAML ({error})"
        ) from error
    try:
        # JSON is read by its own parser: YAML takes 1e-3 for text.
        return json.loads(text) if path.suffix.lower() == ".json" else parsed_yaml(text)
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise FaceBehaviorError(f"{path}: expected JSON or YAML, found: {reason}") from error


def _saved(content: Mapping[str, Any], path: str) -> Relatedness:
    _check_keys(content, SAVED_KEYS, ("from", "to", "values"))
    for name in ("from", "to"):
        if not _are_names(content[name]):
            raise FaceBehaviorError(f"{name!r} should be a list of labels")
    arrays = {name: _array(content.get(name), name) for name in _ARRAYS}
    return Relatedness(
        tuple(content["from"]),
        tuple(content["to"]),
        source=str(content.get("source") or path),
        rules=dict(content.get("rules") or {}),
        **arrays,  # type: ignore[arg-type]
    )


def _written(content: Mapping[str, Any], path: str) -> Relatedness:
    _check_keys(content, WRITTEN_KEYS, ("table",))
    rows = content["table"]
    if not isinstance(rows, dict) or not rows:
        raise FaceBehaviorError("'table' should have one key a label, found none")
    for name, row in rows.items():
        if row is not None and not isinstance(row, dict):
            raise FaceBehaviorError(
                f"the row {name!r} should be like {{au12: 1, au25: 0.6}}, found {row!r}"
            )
    columns = tuple(dict.fromkeys(str(label) for row in rows.values() for label in row or {}))
    values = np.zeros((len(rows), len(columns)))
    for number, (name, row) in enumerate(rows.items()):
        for label, value in (row or {}).items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise FaceBehaviorError(
                    f"the relatedness of {name!r} and {label!r} should be a number from 0 to 1, "
                    f"found {value!r}"
                )
            values[number, columns.index(str(label))] = value
    labels = tuple(str(name) for name in rows)
    return Relatedness(labels, columns, values, str(content.get("source") or path))


def _check_keys(
    content: Mapping[str, Any], known: tuple[str, ...], needed: tuple[str, ...]
) -> None:
    for name in content:
        if name not in known:
            raise FaceBehaviorError(f"unknown key {name!r}; a table has {', '.join(known)}")
    for name in needed:
        if name not in content:
            raise FaceBehaviorError(
                f"the key {name!r} is missing; a table written by hand has the keys "
                f"{', '.join(WRITTEN_KEYS)}"
            )


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _array(rows: object, name: str) -> NDArray[np.generic] | None:
    """Give rows of numbers as an array, null as nan."""
    if rows is None:
        return None
    try:
        return np.array(rows, dtype=np.int64 if name == "counts" else np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise FaceBehaviorError(f"{name!r} should be rows of numbers of one length") from error


def _rows(array: NDArray[Any] | None) -> list[list[float | None]] | None:
    if array is None:
        return None
    return [[None if value != value else value for value in row] for row in array.tolist()]
