"""The manifest: one Arrow row for each face image, a typed column for every label."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.files import writing
from facebehavior.labels.action_units import ACTION_UNIT_COLUMNS
from facebehavior.labels.affect import AFFECT
from facebehavior.labels.attributes import ATTRIBUTE_COLUMNS
from facebehavior.labels.compound import COMPOUND_EXPRESSIONS
from facebehavior.labels.expressions import EXPRESSIONS, VOTE_EXPRESSIONS

MANIFEST_COLUMNS: Mapping[str, pa.DataType] = {
    "image": pa.string(),
    "database": pa.string(),
    "source": pa.string(),
    "split": pa.string(),
    "subject": pa.string(),
    "video": pa.string(),
    "frame": pa.int64(),
    "expression": pa.string(),
    "expression_votes": pa.list_(pa.float32(), len(VOTE_EXPRESSIONS)),
    **dict.fromkeys(ACTION_UNIT_COLUMNS, pa.bool_()),
    **dict.fromkeys((f"{name}_intensity" for name in ACTION_UNIT_COLUMNS), pa.float32()),
    **dict.fromkeys(AFFECT, pa.float32()),
    "compound": pa.string(),
    "identity": pa.string(),
    **dict.fromkeys(ATTRIBUTE_COLUMNS, pa.bool_()),
    "embedding": pa.list_(pa.float32()),
    **dict.fromkeys(("gender", "age_band", "skin_tone"), pa.string()),
    **dict.fromkeys(("pose_pitch", "pose_yaw", "pose_roll"), pa.float32()),
    "face_box": pa.list_(pa.float32(), 4),
    "landmarks": pa.list_(pa.float32(), 10),
    "alignment": pa.string(),
}
"""Every column a manifest may have, with its type.

`image` is the path of a picture, or of a video, whose frame number `frame` (from 0) is then meant,
or (type `binary`) the picture's encoded bytes; `source` then says where they come from.
`expression_votes` are the
shares of the raters' votes for the 7 expressions and contempt; what is missing to 1 went to
"unknown" or "not a face". Intensities are 0 to 1, valence and arousal -1 to 1, poses in degrees.
`embedding` is what another network, a teacher, says of the face: up to 512 numbers, of which only
the direction counts.
`face_box` is x, y, width, height in pixels, where the release says which of the faces is meant.
`landmarks` are the five points x0, y0, ... x4, y4 in pixels of the source picture. `alignment` says
where they come from: `detected`, `fallback` (the median of the database) or `given`.
"""

OWN_COLUMNS = "label_"
"""How the columns of a user's own tasks begin; they hold text, booleans or numbers."""

_OWN_TYPES = (pa.string(), pa.bool_(), pa.float32())

_ALLOWED_NAMES: Mapping[str, Sequence[str]] = {
    "expression": EXPRESSIONS,
    "compound": tuple(COMPOUND_EXPRESSIONS),
    "alignment": ("detected", "fallback", "given"),
}
_ALLOWED_RANGES: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(AFFECT, (-1.0, 1.0)),
    **dict.fromkeys((f"{name}_intensity" for name in ACTION_UNIT_COLUMNS), (0.0, 1.0)),
}


_ROWS_AT_ONCE = 8192


class Manifest:
    """A checked Arrow table, one row a face image; a missing label is an Arrow null.

    A column that the table lacks is null throughout. The table is never changed.

    Args:
        table: an Arrow table whose columns are among `MANIFEST_COLUMNS` or begin with
            `OWN_COLUMNS`; `image` and `database` must be there.

    Raises:
        FaceBehaviorError: a column is missing, unknown, of another type, or holds a value that
            its label does not have.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = _checked(table)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, object]]) -> "Manifest":
        """Make a manifest of dictionaries from column name to value; what is left out is null.

        The dictionaries are taken a few thousand at a time, so that only the table grows.
        """
        waiting = iter(rows)
        parts = [_table_of_rows(list(islice(waiting, _ROWS_AT_ONCE)))]
        while some := list(islice(waiting, _ROWS_AT_ONCE)):
            parts.append(_table_of_rows(some))
        table = pa.concat_tables(parts, promote_options="default")
        known = [name for name in MANIFEST_COLUMNS if name in table.column_names]
        return cls(table.select([*known, *_own(table.column_names)]))

    @classmethod
    def read(cls, path: str | Path) -> "Manifest":
        """Read a manifest from a Parquet or Arrow IPC file.

        Raises:
            FaceBehaviorError: the file is missing, damaged or no manifest.
        """
        path = Path(path)
        if not path.is_file():
            raise FaceBehaviorError(f"{path}: expected a manifest file (.parquet or .arrow)")
        try:
            if path.suffix == ".parquet":
                table = pq.read_table(path)
            else:
                table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        except (pa.ArrowInvalid, OSError) as error:
            raise FaceBehaviorError(
                f"{path}: expected a Parquet or Arrow IPC file, found something else or a damaged "
                f"one ({str(error).splitlines()[0]})"
            ) from error
        return cls(table)

    def write(self, path: str | Path) -> None:
        """Write the manifest as Parquet."""
        with writing(path) as unfinished:
            pq.write_table(self.table, unfinished)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        return f"Manifest({len(self)} rows, columns {', '.join(self.table.column_names)})"

    def column(self, name: str) -> pa.ChunkedArray:
        """Give one column; nulls throughout where the manifest lacks it.

        Raises:
            KeyError: there is no such label column in any manifest.
        """
        if name in self.table.column_names:
            return self.table.column(name)
        kind = pa.null() if name.startswith(OWN_COLUMNS) else MANIFEST_COLUMNS[name]
        return pa.chunked_array([pa.nulls(len(self), kind)])

    def rows(self) -> Iterator[dict[str, object]]:
        """Go through the rows as dictionaries, batch by batch."""
        for batch in self.table.to_batches(max_chunksize=1024):
            yield from batch.to_pylist()

    def where(self, keep: NDArray[np.bool_]) -> "Manifest":
        """Give the rows where `keep` (N,) is true."""
        return Manifest(self.table.filter(pa.array(keep)))

    def split(self, name: str) -> "Manifest":
        """Give the rows of one split.

        Raises:
            FaceBehaviorError: no row belongs to that split.
        """
        splits = np.array(self.column("split").to_pylist(), dtype=object)
        chosen = self.where(splits == name)
        if not len(chosen):
            known = ", ".join(sorted({str(s) for s in splits if s is not None})) or "none"
            raise FaceBehaviorError(f"expected rows of the split {name!r}, found splits: {known}")
        return chosen


def join(manifests: Sequence[Manifest]) -> Manifest:
    """Put manifests under one another; columns that one of them lacks are null in its rows."""
    return Manifest(pa.concat_tables([m.table for m in manifests], promote_options="default"))


def _table_of_rows(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    present = {name for row in rows for name in row} | {"image", "database"}
    own = _own(sorted(present))
    unknown = present - set(MANIFEST_COLUMNS) - set(own)
    if unknown:
        raise FaceBehaviorError(_unknown_columns(unknown))
    known = [name for name in MANIFEST_COLUMNS if name in present]
    return pa.table(
        {
            name: pa.array([row.get(name) for row in rows], _column_type(name, rows))
            for name in (*known, *own)
        }
    )


def _own(names: Sequence[str]) -> list[str]:
    return [name for name in names if name.startswith(OWN_COLUMNS)]


def _column_type(name: str, rows: Sequence[Mapping[str, object]]) -> pa.DataType | None:
    if name.startswith(OWN_COLUMNS):
        number = any(isinstance(row.get(name), float) for row in rows)
        return pa.float32() if number else None  # else Arrow tells text from booleans
    if name == "image" and any(isinstance(row.get("image"), bytes) for row in rows):
        return pa.binary()
    return MANIFEST_COLUMNS[name]


def _checked(table: pa.Table) -> pa.Table:
    own = _own(table.column_names)
    unknown = set(table.column_names) - set(MANIFEST_COLUMNS) - set(own)
    if unknown:
        raise FaceBehaviorError(_unknown_columns(unknown))
    for name in own:
        kind = table.schema.field(name).type
        if kind not in (*_OWN_TYPES, pa.null()):
            raise FaceBehaviorError(
                f"the manifest's column {name!r} should hold text, true and false, or float32, "
                f"found {kind}"
            )
    for name in ("image", "database"):
        if name not in table.column_names:
            raise FaceBehaviorError(f"a manifest needs the column {name!r}, found none")
    for name in (name for name in table.column_names if name not in own):
        expected, found = MANIFEST_COLUMNS[name], table.schema.field(name).type
        if found != expected and not (name == "image" and pa.types.is_binary(found)):
            raise FaceBehaviorError(
                f"the manifest's column {name!r} should be of type {expected}, found {found}"
            )
    for name, allowed in _ALLOWED_NAMES.items():
        _check_names(table, name, allowed)
    for name, (low, high) in _ALLOWED_RANGES.items():
        _check_range(table, name, low, high)
    return table


def _check_names(table: pa.Table, name: str, allowed: Sequence[str]) -> None:
    if name not in table.column_names:
        return
    found = {value for value in table.column(name).unique().to_pylist() if value is not None}
    wrong = sorted(found - set(allowed))
    if wrong:
        raise FaceBehaviorError(
            f"the manifest's column {name!r} should hold one of {', '.join(allowed)} or null, "
            f"found {wrong[0]!r}"
        )


def _check_range(table: pa.Table, name: str, low: float, high: float) -> None:
    if name not in table.column_names:
        return
    values = table.column(name).drop_null().to_numpy()
    wrong = values[~((values >= low) & (values <= high))]
    if wrong.size:
        raise FaceBehaviorError(
            f"the manifest's column {name!r} should lie from {low:g} to {high:g} or be null, "
            f"found {wrong[0]:g}; turn a database's missing-label code into null in its reader"
        )


def _unknown_columns(names: Iterable[str]) -> str:
    return f"a manifest has no column {sorted(names)[0]!r}; see MANIFEST_COLUMNS for those it has"
