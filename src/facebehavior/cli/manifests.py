"""Manifests as the words of a command name them."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from facebehavior.databases import Shards
from facebehavior.labels import OWN_COLUMNS, Manifest, join


def read_manifests(paths: Sequence[str], split: str | None) -> Manifest:
    """Read manifest files and folders of shards, and join them, without pictures and own columns.

    Args:
        paths: Parquet or Arrow files, or folders of shards.
        split: the split to take; all rows where None.

    Raises:
        FaceBehaviorError: a file is missing or no manifest, or has no row of the split.
    """
    found = [
        Shards(path).manifest if Path(path).is_dir() else Manifest.read(path) for path in paths
    ]
    chosen = [one if split is None else one.split(split) for one in found]
    return join([_joinable(one) for one in chosen])


def _joinable(manifest: Manifest) -> Manifest:
    """Leave out what may differ in type between manifests: pictures and columns of one's own.

    The column of pictures holds paths or encoded bytes; it must be there and is emptied.
    """
    own = [name for name in manifest.table.column_names if name.startswith(OWN_COLUMNS)]
    table = manifest.table.drop_columns(own)
    place = table.column_names.index("image")
    return Manifest(table.set_column(place, "image", pa.array([""] * len(manifest), pa.string())))
