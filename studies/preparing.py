"""Crops of synthesized databases, as all studies that train small networks read them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from facebehavior.cli.main import main as facebehavior
from facebehavior.databases.shards import ROWS_PER_BATCH, write_shard
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters

CROP = CropParameters(48, "grey")


def prepare_databases(
    wanted: Mapping[str, Path], shards: Path, reader: str = "synthetic", options: Sequence[str] = ()
) -> None:
    """Cut out the faces of every database whose shards are not there yet.

    Args:
        wanted: folders of databases by the names of their shards.
        shards: for a folder of each name.
        reader: of all of them; `synthetic` reads what `facebehavior synthesize` has made.
        options: of the reader, as `key=value`.

    Raises:
        FaceBehaviorError: a database cannot be prepared.
    """
    for name, database in wanted.items():
        if has_shards(shards / name):
            continue
        words = ["prepare", reader, str(database), "-o", str(shards / name)]
        words += [word for option in options for word in ("--option", option)]
        code = facebehavior([*words, "--size", str(CROP.size), "--colour", CROP.colour])
        if code:
            raise FaceBehaviorError(f"{database}: could not be prepared; see above")


def has_shards(folder: Path) -> bool:
    """Say whether a folder holds shards, prepared or made of others."""
    return any(folder.glob("*.arrow"))


def write_rows(table: pa.Table, crop: CropParameters, output: Path) -> None:
    """Write rows that were made of other shards' as one shard of a folder."""
    batches = table.combine_chunks().to_batches(max_chunksize=ROWS_PER_BATCH)
    write_shard(output / "shard-00000.arrow", iter(batches), table.schema, crop)
