"""Manifests as the words of a command name them."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from facebehavior.databases import Shards
from facebehavior.labels import Manifest, join


def read_manifests(paths: Sequence[str], split: str | None) -> Manifest:
    """Read manifest files and folders of shards, and join them.

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
    return join([_without_pictures(one) for one in chosen])


def _without_pictures(manifest: Manifest) -> Manifest:
    """Empty the column of pictures: paths and encoded bytes cannot stand in one column."""
    place = manifest.table.column_names.index("image")
    empty = pa.array([""] * len(manifest), pa.string())
    return Manifest(manifest.table.set_column(place, "image", empty))
